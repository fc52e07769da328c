package api

import (
	"net/http"
	"strconv"
	"strings"

	"closedloop/api/catalogue"
)

// Conditional is the version that an edit was made from.
type Conditional struct {
	IfMatch string `header:"If-Match" doc:"the ETag that was read; \"0\" for a form that was never filled in. Mandatory: without it 428"`
}

// matchPointer points at the header that an edit's version comes in.
const matchPointer = "header/If-Match"

// version reads If-Match: one version, with or without quotes. A star would mean "whatever is there", which is what the
// header is here to prevent.
func (m Conditional) version() (int64, error) {
	text := strings.TrimSpace(m.IfMatch)
	if text == "" || text == "*" {
		f := no(http.StatusPreconditionRequired, catalogue.VersionRequired)
		f.reasons = []reason{{code: catalogue.VersionRequired, pointer: matchPointer}}
		return 0, f
	}
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		if text, ok = strings.CutSuffix(quoted, `"`); !ok {
			return 0, wrong(catalogue.BadVersion, matchPointer)
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, wrong(catalogue.BadVersion, matchPointer)
	}
	return n, nil
}

// etag writes a version as an entity tag.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

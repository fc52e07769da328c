package api

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
)

// codedError is an error whose text is a code for decode.
type codedError string

func (e codedError) Error() string { return string(e) }

// strictJSON is JSON without the leniency of the standard library: what is not a text is refused instead of replaced.
func strictJSON() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			enc := json.NewEncoder(w)
			enc.SetEscapeHTML(false)
			return enc.Encode(v)
		},
		Unmarshal: unmarshalStrict,
	}
}

func unmarshalStrict(data []byte, v any) error {
	if !escapesText(data) {
		return codedError(coded(catalogue.BadText))
	}
	err := json.Unmarshal(data, v)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return codedError(coded(catalogue.MalformedJSON, strconv.FormatInt(syntax.Offset, 10)))
	case errors.As(err, &kind):
		pointer := ""
		if kind.Field != "" {
			pointer = "/" + strings.ReplaceAll(kind.Field, ".", "/")
		}
		return codedError(coded("wrong_type", pointer))
	}
	return codedError(coded("wrong_type"))
}

// escapesText tells whether all \u escapes of a JSON text make characters: U+0000 cannot be kept in Postgres, and half a
// surrogate pair is no character. Raw bytes were checked when the body was read.
func escapesText(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		i++
		if i >= len(data) || data[i] != 'u' {
			continue
		}
		unit, ok := hexUnit(data, i+1)
		if !ok {
			continue // no escape at all: the parser says so
		}
		i += 4
		switch {
		case unit == 0, unit >= 0xDC00 && unit <= 0xDFFF:
			return false
		case unit >= 0xD800 && unit <= 0xDBFF:
			if i+2 >= len(data) || data[i+1] != '\\' || data[i+2] != 'u' {
				return false
			}
			low, ok := hexUnit(data, i+3)
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return false
			}
			i += 6
		}
	}
	return true
}

func hexUnit(data []byte, at int) (uint64, bool) {
	if at+4 > len(data) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(data[at:at+4]), 16, 16)
	return n, err == nil
}

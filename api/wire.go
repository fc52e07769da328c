package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"closedloop/api/catalogue"
)

// huma says what is wrong in English constants. Before the first route is made, each of them is replaced by a code behind
// mark, and its formatter joins code and arguments with mark instead of writing a sentence; what comes out is split again
// and put into words by the catalogue (contract.md §4).
const mark = "\x1f"

// coded writes a code with arguments the way that decode reads them.
func coded(code string, args ...string) string {
	return mark + strings.Join(append([]string{code}, args...), mark)
}

// adoptHuma replaces what huma has as package variables. It happens once in a process: the variables belong to huma, and
// nothing of ours hangs on which API came first.
var adoptHuma = sync.OnceFunc(func() {
	for constant, code := range humaConstants() {
		*constant = coded(code)
	}
	huma.ErrorFormatter = formatCoded
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	say := catalogue.New()
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		c := &call{lang: catalogue.English}
		if ctx != nil {
			c = callOf(ctx.Context())
		}
		return fromHuma(say, c, status, message, errs)
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return fromHuma(say, &call{lang: catalogue.English}, status, message, errs)
	}
})

// humaConstants are the messages of package validation and what each means here.
func humaConstants() map[*string]string {
	return map[*string]string{
		&validation.MsgUnexpectedProperty:                 "unexpected_field",
		&validation.MsgExpectedRFC3339DateTime:            "not_date_time",
		&validation.MsgExpectedRFC1123DateTime:            "not_http_date",
		&validation.MsgExpectedRFC3339Date:                "not_date",
		&validation.MsgExpectedRFC3339Time:                "not_time",
		&validation.MsgExpectedRFC5322Email:               "not_email",
		&validation.MsgExpectedRFC5890Hostname:            "not_hostname",
		&validation.MsgExpectedRFC2673IPv4:                "not_ipv4",
		&validation.MsgExpectedRFC2373IPv6:                "not_ipv6",
		&validation.MsgExpectedRFCIPAddr:                  "not_ip",
		&validation.MsgExpectedRFC3986URI:                 "not_uri",
		&validation.MsgExpectedRFC4122UUID:                "not_uuid",
		&validation.MsgExpectedRFC6570URITemplate:         "not_uri_template",
		&validation.MsgExpectedRFC6901JSONPointer:         "not_json_pointer",
		&validation.MsgExpectedRFC6901RelativeJSONPointer: "not_relative_json_pointer",
		&validation.MsgExpectedRegexp:                     "not_regexp",
		&validation.MsgExpectedMatchAtLeastOneSchema:      "matches_none",
		&validation.MsgExpectedMatchExactlyOneSchema:      "matches_not_one",
		&validation.MsgExpectedNotMatchSchema:             "matches_forbidden",
		&validation.MsgExpectedPropertyNameInObject:       "discriminator_missing",
		&validation.MsgExpectedBoolean:                    "not_boolean",
		&validation.MsgExpectedDuration:                   "not_duration",
		&validation.MsgExpectedNumber:                     "not_number",
		&validation.MsgExpectedInteger:                    "not_integer",
		&validation.MsgExpectedString:                     "not_string",
		&validation.MsgExpectedBase64String:               "not_base64",
		&validation.MsgExpectedArray:                      "not_array",
		&validation.MsgExpectedObject:                     "not_object",
		&validation.MsgExpectedArrayItemsUnique:           "not_unique",
		&validation.MsgExpectedOneOf:                      "not_one_of",
		&validation.MsgExpectedMinimumNumber:              "too_small",
		&validation.MsgExpectedExclusiveMinimumNumber:     "not_above",
		&validation.MsgExpectedMaximumNumber:              "too_large",
		&validation.MsgExpectedExclusiveMaximumNumber:     "not_below",
		&validation.MsgExpectedNumberBeMultipleOf:         "not_multiple",
		&validation.MsgExpectedMinLength:                  "too_short",
		&validation.MsgExpectedMaxLength:                  "too_long",
		&validation.MsgExpectedBePattern:                  "not_like",
		&validation.MsgExpectedMatchPattern:               "not_pattern",
		&validation.MsgExpectedMinItems:                   "too_few_items",
		&validation.MsgExpectedMaxItems:                   "too_many_items",
		&validation.MsgExpectedMinProperties:              "too_few_fields",
		&validation.MsgExpectedMaxProperties:              "too_many_fields",
		&validation.MsgExpectedRequiredProperty:           "required_field",
		&validation.MsgExpectedDependentRequiredProperty:  "dependent_field",
	}
}

// humaLiterals are the messages that huma writes without a constant, by their beginning.
func humaLiterals() [][2]string {
	return [][2]string{
		{"unknown query parameter", "unknown_parameter"},
		{"required query parameter is missing", "required_parameter"},
		{"required path parameter is missing", "required_parameter"},
		{"required header parameter is missing", "required_parameter"},
		{"required cookie parameter is missing", "required_parameter"},
		{"required form parameter is missing", "required_parameter"},
		{"expected at most one value", "several_values"},
		{"expected value to match exactly one schema but matched multiple", "matches_not_one"},
		{"invalid integer", "not_integer"},
		{"invalid float", "not_number"},
		{"invalid boolean", "not_boolean"},
		{"invalid date/time", "not_date_time"},
		{"invalid url.URL", "not_uri"},
		{"cannot read multipart form", "bad_upload"},
	}
}

// formatCoded stands in for fmt.Sprintf in huma: a coded message gets its arguments behind marks.
func formatCoded(format string, args ...any) string {
	if !strings.HasPrefix(format, mark) {
		return fmt.Sprintf(format, args...)
	}
	var b strings.Builder
	b.WriteString(format)
	for _, arg := range args {
		b.WriteString(mark)
		fmt.Fprint(&b, arg)
	}
	return b.String()
}

// decode splits a message of huma into code and arguments.
func decode(message string) (code string, args []string) {
	if rest, ok := strings.CutPrefix(message, mark); ok {
		parts := strings.Split(rest, mark)
		return parts[0], parts[1:]
	}
	for _, known := range humaLiterals() {
		if strings.HasPrefix(message, known[0]) {
			return known[1], nil
		}
	}
	return "wrong_type", nil // whatever it says in English stays inside
}

// fromHuma renders what huma found wrong.
func fromHuma(say *catalogue.Catalogue, c *call, status int, message string, errs []error) *Problem {
	f := &fault{status: status, code: codeOfStatus(status)}
	for _, err := range errs {
		if p, ok := err.(*Problem); ok { //nolint:errorlint // ours, handed through by refuse
			return p
		}
		d, ok := err.(huma.ErrorDetailer) //nolint:errorlint // huma's own details are never wrapped
		if !ok {
			continue
		}
		detail := d.ErrorDetail()
		r := reason{pointer: pointerOf(detail.Location)}
		r.code, r.args = decode(detail.Message)
		switch r.code {
		case "required_field": // huma points at the object around it
			r.pointer += "/" + escapePointer(strings.Join(r.args, ""))
		case "wrong_type":
			r.pointer += strings.Join(r.args, "")
		case "not_one_of": // leaving the field out is a choice that needs no naming
			for i, arg := range r.args {
				r.args[i] = strings.TrimPrefix(arg, ", ")
			}
		case catalogue.MalformedJSON, catalogue.BadText:
			f.code = r.code
		}
		f.reasons = append(f.reasons, r)
	}
	if status == http.StatusBadRequest && len(f.reasons) == 0 && strings.HasPrefix(message, "request body is required") {
		f.code = catalogue.BodyRequired
	}
	if _, limit, ok := strings.Cut(message, "limit="); ok {
		f.args = []string{strings.TrimSuffix(limit, " bytes")}
	}
	return render(say, c, f)
}

func codeOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return catalogue.InvalidRequest
	case http.StatusNotAcceptable:
		return catalogue.NotAcceptable
	case http.StatusRequestTimeout:
		return catalogue.BodyTimeout
	case http.StatusRequestEntityTooLarge:
		return catalogue.BodyTooLarge
	case http.StatusUnsupportedMediaType:
		return catalogue.UnsupportedMediaType
	}
	return "internal_error"
}

// pointerOf turns huma's place (body.contacts[0].name, query.limit) into ours (/contacts/0/name, query/limit).
func pointerOf(location string) string {
	rest, inBody := strings.CutPrefix(location, "body")
	if !inBody {
		return strings.Replace(location, ".", "/", 1)
	}
	var b strings.Builder
	for _, part := range strings.FieldsFunc(rest, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		b.WriteByte('/')
		b.WriteString(escapePointer(part))
	}
	return b.String()
}

func escapePointer(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

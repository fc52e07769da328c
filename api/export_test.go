package api

// What tests of the outside need of the inside.
var (
	Decode      = decode
	FromHuma    = fromHuma
	ParseAmount = parseAmount
	FormatMoney = formatAmount
	DerivedID   = derivedID
)

// HumaCodes are the codes that huma's constants were replaced by, with the text that stands in the constants now.
func HumaCodes() map[string]string {
	adoptHuma()
	codes := map[string]string{}
	for constant, code := range humaConstants() {
		codes[code] = *constant
	}
	return codes
}

// HumaCall is a call in a language, without a request.
func HumaCall(lang string) *call { return &call{lang: lang} }

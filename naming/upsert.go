package naming

import "strings"

// UpsertKey is the key under which an import knows an organisation (contract.md §6): its unified social credit code where
// there is one, else its [Key] within a territory. Two leads with one key are one account. A code that is not valid counts
// as it was typed. Without code and name there is no key. With an empty code it is the key by name, under which an
// organisation is found that was opened before its code was known.
func UpsertKey(name, creditCode, territory string) string {
	if code, err := CreditCode(creditCode); err == nil {
		return "code/" + code
	}
	if code := strings.TrimSpace(creditCode); code != "" {
		return "code/" + code
	}
	if key := Key(name); key != "" {
		return "name/" + key + "/" + Search(territory)
	}
	return ""
}

package naming

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Why a text is not a unified social credit code.
var (
	ErrCreditCodeLength    = errors.New("a unified social credit code has 18 characters")
	ErrCreditCodeCharacter = errors.New("a unified social credit code has digits and capitals except I, O, S, V and Z, with digits for the place")
	ErrCreditCodeCheck     = errors.New("the check character of the unified social credit code does not match")
)

// The alphabet and the weights of GB 32100-2015, table 3 and clause 4.4: weight i is 3^i mod 31.
const creditCodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var creditCodeWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// CreditCode checks a unified social credit code (统一社会信用代码, GB 32100-2015) and answers it in canonical form: 18
// half-width capitals and digits without blanks or hyphens. The error is one of the ErrCreditCode values, wrapped.
// Characters 3 to 8 are the place of registration and always digits; the last one checks the others. Letters that look
// alike are not guessed: O for 0 is an error.
func CreditCode(s string) (string, error) {
	code := strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, norm.NFKC.String(s)))
	if len([]rune(code)) != 18 {
		return "", fmt.Errorf("check credit code: %w", ErrCreditCodeLength)
	}
	sum := 0
	for i, r := range []rune(code) {
		value := strings.IndexRune(creditCodeAlphabet, r)
		if value < 0 || i >= 2 && i < 8 && value > 9 {
			return "", fmt.Errorf("check credit code: %w", ErrCreditCodeCharacter)
		}
		if i < len(creditCodeWeights) {
			sum += value * creditCodeWeights[i]
		}
	}
	if creditCodeAlphabet[(31-sum%31)%31] != code[17] {
		return "", fmt.Errorf("check credit code: %w", ErrCreditCodeCheck)
	}
	return code, nil
}

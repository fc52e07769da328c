package naming

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ErrNotAPhone says that a text is not one Chinese phone number with all its digits.
var ErrNotAPhone = errors.New("not a Chinese phone number: a mobile number, or a landline with its area code")

// Forms of numbers after folding. Area codes are 010, 02x with three digits and 03xx to 09xx with four; a local number
// has seven or eight digits and never begins with 0 or 1. Mobile numbers begin with 13 to 19.
var (
	mobileForm    = regexp.MustCompile(`^(?:86)?0?(1[3-9]\d{9})$`)
	landlineForm  = regexp.MustCompile(`^0?(10|2\d|[3-9]\d{2})([2-9]\d{6,7})$`)
	serviceForm   = regexp.MustCompile(`^([48]00)(\d{3})(\d{4})$`)
	extensionForm = regexp.MustCompile(`^(.*\d)\s*(?:转|分机|ext\.?|x|#|-)\s*(\d{1,6})$`)
	prefixForm    = regexp.MustCompile(`^(?:\+|00)\s*86`)
	mobileOnly    = regexp.MustCompile(`^1[3-9]\d{9}$`)
)

// Phone answers the canonical form of one Chinese phone number, or [ErrNotAPhone], wrapped: 13805240011 for a mobile,
// 0527-8435001 for a landline, 0527-8435001-801 with an extension, 400-810-0000 for a service number. Full-width digits
// are folded; +86, 0086, blanks, dots, hyphens and brackets are accepted. Two numbers in one text are refused, and so is
// a landline without its area code: nobody elsewhere could call it.
func Phone(s string) (string, error) {
	text := strings.ToLower(strings.TrimSpace(norm.NFKC.String(s)))
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Pd, r) || r == '−' || r == 'ー' {
			return '-'
		}
		return r
	}, text)
	home := prefixForm.MatchString(text)
	text = prefixForm.ReplaceAllString(text, "")

	// The extension is tried first: in 0527-8435001-8 the last digit is one, although the number could have eight.
	if parts := extensionForm.FindStringSubmatch(text); parts != nil {
		if number, ok := phoneDigits(parts[1], home); ok && strings.HasPrefix(number, "0") {
			return number + "-" + parts[2], nil
		}
	}
	if number, ok := phoneDigits(text, home); ok {
		return number, nil
	}
	return "", fmt.Errorf("read phone number: %w", ErrNotAPhone)
}

// IsMobile tells whether a number in the canonical form of [Phone] is a mobile one.
func IsMobile(number string) bool { return mobileOnly.MatchString(number) }

// phoneDigits reads one number without extension. After +86 a landline stands without its zero.
func phoneDigits(text string, home bool) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.()", r) {
			return -1
		}
		return r
	}, text)
	if m := mobileForm.FindStringSubmatch(digits); m != nil {
		return m[1], true
	}
	if m := serviceForm.FindStringSubmatch(digits); m != nil {
		return strings.Join(m[1:], "-"), true
	}
	if m := landlineForm.FindStringSubmatch(digits); m != nil && (home || digits[0] == '0') {
		return "0" + m[1] + "-" + m[2], true
	}
	return "", false
}

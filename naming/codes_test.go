package naming_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/naming"
)

func TestCreditCode_acceptsValidCodesInOneForm(t *testing.T) {
	t.Parallel()
	for given, code := range map[string]string{
		"91350100M000100Y43": "91350100M000100Y43", // the example of GB 32100-2015, annex
		"９１３５０１００Ｍ０００１００Ｙ４３":    "91350100M000100Y43",
		" 91350100-m000100y43 ": "91350100M000100Y43",
		"9135 0100 M000 100Y43": "91350100M000100Y43",
	} {
		got, err := naming.CreditCode(given)
		require.NoError(t, err, given)
		require.Equal(t, code, got)
	}
}

func TestCreditCode_saysWhyACodeIsRefused(t *testing.T) {
	t.Parallel()
	for given, why := range map[string]error{
		"":                   naming.ErrCreditCodeLength,
		"91350100M000100Y4":  naming.ErrCreditCodeLength,
		"320000000012345":    naming.ErrCreditCodeLength, // the old registration number of 15 digits
		"9135O100M000100Y43": naming.ErrCreditCodeCharacter,
		"91350100I000100Y43": naming.ErrCreditCodeCharacter,
		"9135A100M000100Y43": naming.ErrCreditCodeCharacter,
		"91350100M000100Y44": naming.ErrCreditCodeCheck,
		"91350100M000010Y43": naming.ErrCreditCodeCheck,
	} {
		_, err := naming.CreditCode(given)
		require.ErrorIs(t, err, why, given)
	}
}

func TestCreditCode_noticesEverySingleWrongCharacter(t *testing.T) {
	t.Parallel()
	const good, alphabet = "91350100M000100Y43", "0123456789ABCDEFGHJKLMNPQRTUWXY"
	rapid.Check(t, func(t *rapid.T) {
		bad := []byte(good)
		at := rapid.IntRange(0, 17).Draw(t, "at")
		bad[at] = alphabet[rapid.IntRange(0, len(alphabet)-1).Draw(t, "instead")]
		_, err := naming.CreditCode(string(bad))
		require.Equal(t, string(bad) == good, err == nil, string(bad))
	})
}

func TestPhone_bringsNumbersIntoOneForm(t *testing.T) {
	t.Parallel()
	for given, number := range map[string]string{
		"13805240011":       "13805240011",
		"１３８０５２４００２１":       "13805240021",
		"138 0524 0011":     "13805240011",
		"138-0524-0011":     "13805240011",
		"+86 138-0524-0011": "13805240011",
		"+8613805240011":    "13805240011",
		"＋８６ １３８０５２４００１１": "13805240011",
		"008613805240011":        "13805240011",
		"86-13805240011":         "13805240011",
		"013805240011":           "13805240011",
		"0527-8435001":           "0527-8435001",
		"05278435001":            "0527-8435001",
		"０５２７－８４３５００１":           "0527-8435001",
		"(0527)84350012":         "0527-84350012",
		"（0527）8435 0012":        "0527-84350012",
		"0527—8435001":           "0527-8435001",
		"+86 527 8435001":        "0527-8435001",
		"+86 (0)527 8435001":     "0527-8435001",
		"+86-10-65521234":        "010-65521234",
		"010 6552 1234":          "010-65521234",
		"021-63211234":           "021-63211234",
		"0527-8435001-801":       "0527-8435001-801",
		"0527-8435001-8":         "0527-8435001-8",
		"0527-8435-0012":         "0527-84350012",
		"0527-8435001转801":       "0527-8435001-801",
		"0527-8435001 分机 12":     "0527-8435001-12",
		"(0527)84350012 ext. 12": "0527-84350012-12",
		"400-810-0000":           "400-810-0000",
		"8008100000":             "800-810-0000",
		"19900000000":            "19900000000",
	} {
		got, err := naming.Phone(given)
		require.NoError(t, err, given)
		require.Equal(t, number, got, given)
		again, err := naming.Phone(got)
		require.NoError(t, err, got)
		require.Equal(t, got, again)
		require.Equal(t, number[0] == '1', naming.IsMobile(got))
	}
}

func TestPhone_refusesWhatNobodyCanCall(t *testing.T) {
	t.Parallel()
	for _, given := range []string{
		"", "无", "8435001", "84350012", "1380524001", "138052400111", "12805240011", "0527-1435001", "0527-843500",
		"13805240011/13805240012", "13805240011 13805240012", "+81 3 1234 5678", "0111-8435001", "1.3805240011E10", "13805240011转2",
		"１３８０５２４００１", "138O5240011", "-5", "=1+1",
	} {
		_, err := naming.Phone(given)
		require.ErrorIs(t, err, naming.ErrNotAPhone, given)
	}
}

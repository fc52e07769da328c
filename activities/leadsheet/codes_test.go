package leadsheet

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/naming"
)

func TestCatalogue_saysEveryCodeInBothLanguagesWithARemedy(t *testing.T) {
	t.Parallel()
	all := []Code{
		Required, Formula, BadText, TooLong, BadPhone, BadCreditCode, BadVolume, BadDate, UnknownPremises, UnknownSource,
		DuplicateInFile, ProbableDuplicate, UnknownColumn, NotASheet, Empty, TooLarge, ZipBomb, TooManyRows, TooManyColumns,
		TooManyProblems, Macro, ExternalLink, Encrypted, BadEncoding, Malformed, MissingColumn, DuplicateColumn,
		UnknownField, UnknownHeader, AmbiguousHeader, UnknownCustomer, AmbiguousCustomer, SameAccount, EditedSince, OlderRow,
		FormClosed, AccountClosed, FollowedBy, Rejected,
	}
	require.Len(t, catalogue(), len(all))
	placeholders := regexp.MustCompile(`\{[a-z]+\}`)
	han := regexp.MustCompile(`\p{Han}`)
	check := func(code Code, sentence bilingual) {
		require.Regexp(t, han, sentence.zh, code)
		require.NotEmpty(t, sentence.en, code)
		inChinese, inEnglish := placeholders.FindAllString(sentence.zh, -1), placeholders.FindAllString(sentence.en, -1)
		slices.Sort(inChinese)
		slices.Sort(inEnglish)
		require.Equal(t, inChinese, inEnglish, "%s says the same in both languages", code)
	}
	for _, code := range all {
		require.Regexp(t, `^[a-z_]+$`, string(code))
		check(code, catalogue()[code].text)
		check(code, catalogue()[code].hint)
	}
	check(ProbableDuplicate, knownPhone().text)
	check(ProbableDuplicate, knownPhone().hint)
}

func TestProblem_speaksTheLanguageItIsAskedIn(t *testing.T) {
	t.Parallel()
	problem := Problem{Row: 19, Column: "月进口件量", Cell: "L19", Code: BadVolume, Value: "-5"}
	require.Equal(t, "“月进口件量”必须是不小于 0 的整数：-5", problem.Text("zh-Hans-CN"))
	require.Equal(t, "“月进口件量” must be a whole number from 0: -5", problem.Text("en"))
	require.Equal(t, problem.Text("en"), problem.Text("fr"))
	require.Contains(t, problem.Hint("zh"), "L19")
	tricky := Problem{Column: "{value}", Code: BadVolume, Value: "{column}"}
	require.Equal(t, "“{value}” must be a whole number from 0: {column}", tricky.Text("en"), "what stands in a cell is no placeholder")
}

func TestHeaders_meanOneFieldEach(t *testing.T) {
	t.Parallel()
	seen := map[string]Field{}
	for _, field := range append(AllFields(), FieldIgnored) {
		require.NotEmpty(t, headers(field), field)
		for _, header := range headers(field) {
			require.Equal(t, plainHeader(header), header, "compared as written")
			require.NotContains(t, seen, header)
			seen[header] = field
		}
	}
}

func TestKinds_areReadFromOneWordEach(t *testing.T) {
	t.Parallel()
	for _, kind := range AllPremises() {
		require.NotEmpty(t, premisesWords(kind), kind)
		for _, word := range append(premisesWords(kind), string(kind), " "+premisesWords(kind)[0]) {
			got, ok := ParsePremises(word)
			require.True(t, ok, word)
			require.Equal(t, kind, got, word)
			require.Equal(t, naming.Search(word), naming.Search(naming.Search(word)))
		}
	}
	for _, source := range AllSources() {
		require.NotEmpty(t, sourceWords(source), source)
		for _, word := range append(sourceWords(source), string(source)) {
			got, ok := ParseSource(word)
			require.True(t, ok, word)
			require.Equal(t, source, got, word)
		}
	}
	_, ok := ParsePremises("")
	require.False(t, ok)
	_, ok = ParseSource("做梦")
	require.False(t, ok)
}

func TestColumnLetters_countAsSpreadsheetsDo(t *testing.T) {
	t.Parallel()
	for index, letter := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16383: "XFD"} {
		require.Equal(t, letter, columnLetter(index))
		require.Equal(t, index, columnIndex(letter+"19"))
	}
	for _, wrong := range []string{"", "19", "XFE1", "AAAAAAAAAAAAAAAAAAAA1", "单1"} {
		require.Equal(t, -1, columnIndex(wrong), wrong)
	}
}

func TestPlainNumber_writesWholeNumbersWithoutExponent(t *testing.T) {
	t.Parallel()
	for written, plain := range map[string]string{
		"13805240011": "13805240011", "1.3805240011E10": "13805240011", "420.0": "420", "-5": "-5", "1.5": "1.5", "1e300": "1e300",
		"NaN": "NaN", "abc": "abc", "": "",
	} {
		require.Equal(t, plain, plainNumber(written))
	}
}

package leadsheet_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"closedloop/activities/leadsheet"
	"closedloop/naming"
)

func FuzzRead(f *testing.F) {
	comma := sample(f, "leads-suqian.csv")
	gb18030, err := simplifiedchinese.GB18030.NewEncoder().Bytes(comma)
	require.NoError(f, err)
	f.Add(sample(f, "leads-suqian.xlsx"))
	f.Add(comma)
	f.Add(gb18030)
	f.Add(lead(f, "备注", "=1+1"))
	f.Add([]byte("单位名称,联系人,手机\n甲乙电子,刘洋,13805240030\n"))
	f.Add([]byte("name\tcontact\tphone\n\"a\nb\"\t刘洋\t0527-8435001\n"))
	f.Add([]byte("%PDF-1.7"))
	f.Fuzz(func(t *testing.T, file []byte) {
		sheet, err := leadsheet.Read(file, leadsheet.Limits{})
		if err != nil {
			var refused *leadsheet.Error
			require.ErrorAs(t, err, &refused)
			require.NotEmpty(t, refused.Text("zh"))
			return
		}
		rows, keys := map[int]bool{}, map[string]bool{}
		for _, row := range sheet.Rows {
			require.False(t, rows[row.Number], "row %d twice", row.Number)
			require.False(t, keys[row.Lead.Key()], "key %s twice", row.Lead.Key())
			rows[row.Number], keys[row.Lead.Key()] = true, true
			checkLead(t, row.Lead)
		}
		for _, problem := range sheet.Problems {
			require.False(t, rows[problem.Row], "row %d is good and refused", problem.Row)
			require.True(t, utf8.ValidString(problem.Value+problem.Column))
			require.NotEmpty(t, problem.Text("en"))
		}
	})
}

// checkLead asserts what every lead that was taken promises.
func checkLead(t *testing.T, l leadsheet.Lead) {
	t.Helper()
	require.NotEmpty(t, l.Name)
	require.NotEmpty(t, l.Contact.Name)
	require.NotEmpty(t, l.Phones())
	for _, number := range l.Phones() {
		canonical, err := naming.Phone(number)
		require.NoError(t, err)
		require.Equal(t, canonical, number)
	}
	for _, text := range []string{l.Name, l.Territory, l.Address, l.Industry, l.Contact.Name, l.Contact.Title, l.Items, l.Rival, l.Needs, l.Note} {
		require.True(t, utf8.ValidString(text))
		require.NotContains(t, text, "\x00")
		require.Equal(t, strings.TrimSpace(text), text)
		require.LessOrEqual(t, utf8.RuneCountInString(text), 4_000)
		require.False(t, bytes.ContainsAny([]byte(text[:min(1, len(text))]), "=@"), text)
	}
	require.True(t, l.MonthlyInbound == nil || *l.MonthlyInbound >= 0)
}

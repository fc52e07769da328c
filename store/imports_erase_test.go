package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func TestEraseContact_takesThePersonOutOfWhatRowsOfSheetsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, contact, _ := known(w)
	require.NoError(t, w.AddImport(t.Context(), order("import", w.people["rep1"], "leads.xlsx"), nil, []byte("sheet")))
	require.NoError(t, w.SheetRead(t.Context(), "import", view.SheetNews{
		Total: 4, Refused: []view.SheetLine{{Number: 2, Cells: []string{"晨风集团", "刘经理", "138-0524 0011"}}, {Number: 3, Cells: []string{"别家", "王芳"}}},
		Trail: []view.SheetLine{{Number: 2, Cells: []string{"晨风", "见了刘建国"}}},
		Problems: []view.ImportProblem{
			{Row: 2, Code: "bad_phone", Value: "13805240011", Text: deal.Text{ZH: "13805240011", EN: "13805240011"}},
			{Row: 3, Code: "known_phone", Value: "138 0524-0011", Text: deal.Text{ZH: "138 0524-0011", EN: "138 0524-0011"}},
			{Row: 6, Code: "bad_phone", Value: "139 0524-0011", Text: deal.Text{ZH: "139", EN: "139"}},
		},
	}))
	changed := view.ImportRow{Row: 4, Outcome: view.RowUpdated, Account: id, Changes: []view.FieldChange{{Record: "contact", Field: "name", To: "刘建国"}}}
	require.NoError(t, w.RowDone(t.Context(), "import", changed))
	refused := view.ImportRow{
		Row: 5, Outcome: view.RowRefused, Account: id, Cells: []string{"晨风集团"}, Problems: []view.ImportProblem{{Code: "edited_since", Value: "总裁"}},
	}
	require.NoError(t, w.RowDone(t.Context(), "import", refused))
	require.NoError(t, w.FinishImport(t.Context(), "import", nil))
	require.Contains(t, w.everything(), "138-0524 0011")

	for _, login := range []string{"rep1", "manager1"} {
		_, err := w.EraseContact(t.Context(), w.as(login), id, contact.ID, "asked for", erasing)
		require.NoError(t, err)
	}
	var kept strings.Builder
	for line := range strings.Lines(w.everything()) {
		if strings.HasPrefix(line, "import") {
			kept.WriteString(line)
		}
	}
	all := kept.String()
	for _, word := range []string{"138-0524 0011", "138 0524-0011", "13805240011", "刘建国", "总裁"} {
		require.NotContains(t, all, word)
	}
	require.Contains(t, all, "139 0524-0011", "somebody else's")
	i, err := w.Import(t.Context(), w.as("ops1"), "import")
	require.NoError(t, err)
	require.Equal(t, []int{1, 3}, []int{i.Updated, i.Refused}, "what became of the rows stays")
	e, err := w.ImportErrata(t.Context(), w.as("ops1"), "import")
	require.NoError(t, err)
	require.Equal(t, []string{"别家", "王芳"}, e.Lines[1].Cells, "and so does what is about others")
}

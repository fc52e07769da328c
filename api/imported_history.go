package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

// historyNote is something that was done about a customer and written down elsewhere. A lead sheet brought it.
type historyNote struct {
	ID     string     `json:"id" doc:"also of its text, for DELETE /accounts/{id}/texts/{text}"`
	On     string     `json:"on" doc:"day as written; empty: unknown"`
	At     *time.Time `json:"at" doc:"beginning of that day; of one without a day, when it was imported"`
	By     string     `json:"by" doc:"who did it, as written"`
	How    string     `json:"how" doc:"as written"`
	Text   string     `json:"text" doc:"empty once erased"`
	Erased bool       `json:"erased"`
	Import string     `json:"import" doc:"ID of the import that brought it"`

	Account *accountRef `json:"account,omitempty" doc:"the merged account in whose history it stands; absent for the account's own"`
}

func historyNoteOf(n view.HistoryNote) historyNote {
	return historyNote{ID: n.ID, On: n.On, At: instant(n.At), By: n.By, How: n.How, Text: n.Text, Erased: n.Erased, Import: n.Import}
}

// importedInteraction is an imported entry among interactions.
func importedInteraction(n view.HistoryNote, account *accountRef) interactionBody {
	note := historyNoteOf(n)
	return interactionBody{ID: n.ID, At: n.At.UTC(), With: []string{}, Result: n.Text, Imported: &note, Account: account}
}

// importedWithin are the entries of the stretch of time that a page of the timeline shows: from the page before, or the
// beginning, to its last event, or the end.
func (a *API) importedWithin(ctx context.Context, id deal.AccountID, page view.Events) ([]historyNote, error) {
	var until time.Time
	if page.Next != "" {
		until = page.Items[len(page.Items)-1].At
	}
	notes, err := a.Log.HistoryNotes(ctx, who(ctx).viewer, id, page.Since, until)
	if err != nil {
		return nil, fmt.Errorf("read imported history: %w", err)
	}
	merged, err := a.sourcesOf(ctx, mapped(notes, func(n view.HistoryNote) deal.AccountID { return other(n.Account, id) }))
	if err != nil {
		return nil, err
	}
	return mapped(notes, func(n view.HistoryNote) historyNote {
		note := historyNoteOf(n)
		note.Account = merged.of(other(n.Account, id))
		return note
	}), nil
}

// importedKind is what a file calls an imported entry among the events of a timeline.
const importedKind = "imported"

// line is the entry among the events of a file.
func (n historyNote) line() timelineItem {
	data := map[string]any{"on": n.On, "how": n.How, "import": n.Import, "text": n.Text}
	if n.Erased {
		data["text"] = nil
	}
	i := timelineItem{Kind: importedKind, Account: n.Account, Data: data, note: &n}
	if n.At != nil {
		i.At = *n.At
	}
	return i
}

// lines are a page of the timeline for a file: one table, so that imported entries stand among the events, each before the
// first event that came after it.
func (b timelineBody) lines() []timelineItem {
	all := make([]timelineItem, 0, len(b.Imported)+len(b.Items))
	for _, n := range b.Imported {
		all = append(all, n.line())
	}
	all = append(all, b.Items...)
	slices.SortStableFunc(all, func(a, b timelineItem) int { return a.At.Compare(b.At) })
	return all
}

package memory

import (
	"context"
	"slices"

	"closedloop/deal"
)

// Claims are the same for every account.
func (t *tx) Claims(context.Context, deal.AccountID) ([]deal.Claim, error) {
	return t.ledger.Rivals, nil
}

// Hold reads nothing anew: nobody else is there.
func (t *tx) Hold(_ context.Context, c deal.Claim) (deal.Claim, error) { return c, nil }

// write takes over the documents that change with a command, as the database would.
func (l *Ledger) write(entry deal.Entry) {
	l.Files.Dossier = slices.Clone(l.Files.Dossier)
	for _, d := range entry.Documents {
		i := slices.IndexFunc(l.Files.Dossier, func(old deal.Document) bool { return old.Kind == d.Kind && old.ID == d.ID })
		if i >= 0 {
			l.Files.Dossier[i] = after(d, entry)
		}
	}
	l.Rivals = slices.Clone(l.Rivals)
	for _, f := range entry.Foreign {
		i := slices.IndexFunc(l.Rivals, func(c deal.Claim) bool { return c.Account == f.Account && c.Filing.ID == f.Document.ID })
		if i >= 0 {
			l.Rivals[i].Filing = after(f.Document, entry)
		}
	}
}

func after(d deal.Document, entry deal.Entry) deal.Document {
	d.Edited = d.EditedAt()
	d.Version++
	d.UpdatedAt, d.UpdatedBy = entry.After.LastAt, entry.Command.Actor
	return d
}

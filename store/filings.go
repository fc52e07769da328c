package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

var (
	lockCustomer = named("LockCustomer")
	claimsOf     = named("Claims")
	writeEffect  = named("WriteEffect")
	resembling   = named("Resembling")
	nameOf       = named("NameOf")
	liveFilings  = named("LiveFilings")
)

// Claims implements [deal.LedgerTx].
func (t *ledgerTx) Claims(ctx context.Context, of deal.AccountID) ([]deal.Claim, error) {
	if _, err := t.pg.Exec(ctx, string(lockCustomer), string(of)); err != nil {
		return nil, t.fail("wait for the customer", err)
	}
	rows, err := t.pg.Query(ctx, string(claimsOf), string(of)) // a statement of its own: it sees what the one before us wrote
	if err != nil {
		return nil, t.fail("read claims", err)
	}
	claims, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c deal.Claim, err error) {
		err = row.Scan(append(documentTargets(&c.Filing), &c.Account, &c.Owner, &c.Team)...)
		return c, err
	})
	if err != nil {
		return nil, t.fail("read claims", err)
	}
	return claims, nil
}

// Hold implements [deal.LedgerTx]. Like every writer of a record it shares the lock of the other account's row.
func (t *ledgerTx) Hold(ctx context.Context, c deal.Claim) (deal.Claim, error) {
	s, err := t.Other(ctx, c.Account)
	if err != nil {
		return c, err
	}
	c.Owner, c.Team = s.Owner, s.Team
	rows, err := t.pg.Query(ctx, string(lockDocument), string(c.Account), c.Filing.Kind, c.Filing.ID)
	if err != nil {
		return c, t.fail("hold claim", err)
	}
	if c.Filing, err = pgx.CollectExactlyOneRow(rows, scanDocument); err != nil {
		return c, t.fail("hold claim", err)
	}
	return c, nil
}

// queueEffects writes the documents that change with the events. What is written here is locked: the account's own by its
// row, another one's by [ledgerTx.Hold].
func queueEffects(batch *pgx.Batch, entry deal.Entry) {
	write := func(account deal.AccountID, d deal.Document) {
		batch.Queue(string(writeEffect), string(account), d.Kind, d.ID, d.Version, d.Body, d.Key, string(entry.Command.Actor))
	}
	for _, d := range entry.Documents {
		write(entry.Command.Account, d)
	}
	for _, f := range entry.Foreign {
		write(f.Account, f.Document)
	}
}

// mostCandidates is how many names are compared with one; those that share most with it come first.
const mostCandidates = 300

// mostSimilar is how many of them people see.
const mostSimilar = 20

// similar finds accounts that are not closed and have a name that resembles this one, the most similar first.
func (s *Store) similar(ctx context.Context, name string) ([]view.Duplicate, error) {
	grams := naming.Grams(name)
	if len(grams) == 0 {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, string(resembling), pgx.StrictNamedArgs{"grams": grams, "limit": mostCandidates})
	if err != nil {
		return nil, err
	}
	var names []string
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d view.Duplicate, err error) {
		var other string
		err = row.Scan(&d.Account, &other, &d.Owner, &d.Team)
		names = append(names, other)
		return d, err
	})
	if err != nil {
		return nil, err
	}
	var out []view.Duplicate
	for _, m := range naming.Similar(name, names) {
		d := found[m.Index]
		d.Reason, d.Score = "similar_name", m.Score
		out = append(out, d)
	}
	return out[:min(len(out), mostSimilar)], nil
}

// SimilarFilings are live filings of other accounts whose customer has the same credit code or a similar name, the most
// similar first. An account outside the viewer's scope keeps its name to itself, but for the first character.
func (s *Store) SimilarFilings(ctx context.Context, v view.Viewer, id deal.AccountID, today string) ([]view.SimilarFiling, error) {
	var name, code string
	if err := orNothing(s.pool.QueryRow(ctx, string(nameOf), string(id)).Scan(&name, &code)); err != nil {
		return nil, fail("read name", err)
	}
	rows, err := s.pool.Query(ctx, string(liveFilings), as(v, pgx.StrictNamedArgs{
		"account": string(id), "credit_code": orNull(code), "grams": naming.Grams(name), "today": today, "limit": mostCandidates,
	}))
	if err != nil {
		return nil, fail("search similar filings", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f view.SimilarFiling, err error) {
		var other string
		err = row.Scan(&f.Account, &f.Number, &f.Name, &other, &f.Owner, &f.Team, &f.Project, &f.ValidUntil, &f.Visible)
		f.Score = naming.Similarity(name, f.Name)
		if code != "" && other == code {
			f.Score = sameCustomer
		}
		if !f.Visible {
			f.Name = masked(f.Name)
		}
		return f, err
	})
	if err != nil {
		return nil, fail("search similar filings", err)
	}
	found = slices.DeleteFunc(found, func(f view.SimilarFiling) bool { return f.Score < naming.SimilarFrom })
	slices.SortStableFunc(found, func(a, b view.SimilarFiling) int { return b.Score - a.Score })
	return found[:min(len(found), mostSimilar)], nil
}

// sameCustomer is the score of names that certainly mean one customer, in basis points.
const sameCustomer = 10_000

// masked leaves the first character of a name.
func masked(name string) string {
	for _, first := range name {
		return fmt.Sprintf("%c***", first)
	}
	return ""
}

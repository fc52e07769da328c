package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/naming"
)

var (
	addCase      = named("AddCase")
	caseReopened = named("CaseReopened")
	listCases    = named("Cases")
	oneCase      = named("Case")
	caseHome     = named("CaseHome")
	lockCase     = named("LockCase")
	changeCase   = named("ChangeCase")
)

// queueCase files the case of a cycle that ends, and notes on it when its customer is taken up again.
func (t *ledgerTx) queueCase(batch *pgx.Batch, entry deal.Entry) error {
	for _, e := range entry.Events {
		if e.Kind == deal.ReopenedKind {
			batch.Queue(string(caseReopened), string(entry.Command.Account), e.At)
		}
	}
	if entry.Case == nil {
		return nil
	}
	c := *entry.Case
	if c.ReasonRef != nil {
		c.Reason = t.texts[c.ReasonRef.ID]
	}
	if c.RivalRef != nil {
		c.Rival = t.texts[c.RivalRef.ID]
	}
	hidden, _ := dossier.CaseTexts(anonymous(entry.Profile, entry.Contacts), c.CaseTexts)
	texts, err := asJSON(c.CaseTexts)
	if err != nil {
		return err
	}
	open, err := asJSON(hidden)
	if err != nil {
		return err
	}
	reason, _ := refOrNull(c.ReasonRef)
	rival, _ := refOrNull(c.RivalRef)
	batch.Queue(string(addCase), pgx.StrictNamedArgs{
		"id": c.ID, "account": string(c.Account), "seq": c.Seq, "cycle": c.Cycle, "outcome": string(c.Outcome), "step": string(c.Step),
		"grade": orNull(c.Grade), "book": c.Book.Name, "book_version": c.Book.Version, "owner": orNull(c.Owner), "team": orNull(c.Team),
		"author": string(c.Author), "won_at": instantOrNull(c.WonAt), "ended_at": c.EndedAt, "customer": c.Customer, "industry": c.Industry,
		"premises": c.Premises, "kind": orNull(c.AccountKind), "inbound": c.MonthlyInbound, "outbound": c.MonthlyOutbound,
		"texts": texts, "open_texts": open, "reason_id": reason, "rival_id": rival,
		"search": caseSearch(c.Industry, c.CaseTexts, c.Customer, entry.After.Number), "open_search": caseSearch(c.Industry, hidden),
	})
	return nil
}

// anonymous takes a customer out of texts, under the name that is left without region and legal form as well, and under what
// of it says more than its trade, as people shorten it. Rather too much goes than too little.
func anonymous(p deal.Profile, contacts []deal.Contact) view.Eraser {
	var more []string
	for _, name := range append([]string{p.Name}, p.Aliases...) {
		more = append(more, naming.Key(name))
		more = append(more, naming.Grams(name)...)
	}
	return dossier.Anonymous(p, contacts, more...)
}

// caseSearch is what a search looks in: names with their pinyin, long texts without.
func caseSearch(industry string, t deal.CaseTexts, names ...string) string {
	parts := []string{naming.SearchText(industry, append([]string{t.Product, t.Rival}, names...)...)}
	for _, text := range []string{t.Lessons, t.Worked, t.Reason} {
		parts = append(parts, naming.Plain(text))
	}
	return strings.Join(parts, " ")
}

// Cases lists the library, the newest case first. Every word of a search must occur in one case; of accounts that the viewer
// does not see, in what everybody reads of it.
func (s *Store) Cases(ctx context.Context, v view.Viewer, f view.CaseFilter) ([]view.Case, string, error) {
	const list = "cases"
	first, ended, id, err := afterInstant(f.Page, list)
	if err != nil {
		return nil, "", fail("list cases", err)
	}
	below, err := s.below(ctx, f.Team)
	if err != nil {
		return nil, "", fail("list cases", err)
	}
	part := func(typed string) string {
		if typed == "" {
			return ""
		}
		return containing(typed)
	}
	args := as(v, pgx.StrictNamedArgs{
		"first": first, "at": ended, "after": id, "outcome": string(f.Outcome), "grade": string(f.Grade), "industry": part(f.Industry),
		"rival": part(f.Rival), "team": string(f.Team), "below": below, "since": instantOrNull(f.Since), "until": instantOrNull(f.Until),
		"limit": limit(f.Page) + 1,
	})
	sql := caseQuery(f.Query, args)
	rows, err := s.pool.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, args)
	if err != nil {
		return nil, "", fail("list cases", err)
	}
	all, err := pgx.CollectRows(rows, scanCase)
	if err != nil {
		return nil, "", fail("list cases", err)
	}
	all, next := page(all, f.Page, func(c view.Case) cursor { return at(list, c.EndedAt, c.ID) })
	return all, next, nil
}

// caseQuery is the statement of a search: two ways to be found, each with its index of trigrams.
func caseQuery(query string, args pgx.StrictNamedArgs) string {
	var full, open []string
	for i, term := range searched(query) {
		name := termName(i)
		args[name] = containing(term)
		full, open = append(full, "f.search_text LIKE @"+name), append(open, "f.open_search LIKE @"+name)
	}
	sql := string(listCases)
	if len(full) > 0 {
		sql += fmt.Sprintf(` AND c.id IN (SELECT f.id FROM cases f WHERE %s
    UNION SELECT f.id FROM cases f JOIN accounts a ON a.id = f.account_id WHERE %s AND %s)`,
			strings.Join(open, " AND "), strings.Join(full, " AND "), string(visible))
	}
	return sql + " ORDER BY c.ended_at DESC, c.id DESC LIMIT @limit"
}

// Case is one of them.
func (s *Store) Case(ctx context.Context, v view.Viewer, id string) (view.Case, error) {
	rows, err := s.pool.Query(ctx, string(oneCase), as(v, pgx.StrictNamedArgs{"id": id}))
	if err != nil {
		return view.Case{}, fail("read case", err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCase)
	return c, fail("read case", err)
}

// ReviseCase puts the texts of a case better, for its author and sales operations while they see the account; others get
// [view.ErrReadOnly]. When it has moved since the version that was read, the present one comes back with [deal.ErrStale].
func (s *Store) ReviseCase(ctx context.Context, v view.Viewer, id string, version int64, texts deal.CaseTexts) (view.Case, error) {
	var present view.Case
	err := s.transact(ctx, "revise case", func(tx pgx.Tx) error {
		var e edit
		if err := tx.QueryRow(ctx, string(caseHome), id).Scan(&e.state); err != nil {
			return err
		}
		e.Tx, e.account, e.by = tx, e.state.Account, v.Person.ID
		var err error
		if present, err = caseNow(ctx, tx, v, lockCase, id); err != nil {
			return err
		}
		switch {
		case !present.Visible || !present.RevisedBy(v.Person):
			return view.ErrReadOnly
		case present.Version != version:
			return deal.ErrStale
		}
		before := present.CaseTexts
		if err := e.rewriteCase(ctx, present.Case, present.Number, texts); err != nil {
			return err
		}
		if present, err = caseNow(ctx, tx, v, oneCase, id); err != nil {
			return err
		}
		return e.changed(ctx, caseRecord, id, before, present.CaseTexts)
	})
	return present, err
}

// rewriteCase gives a case other texts, hiding the customer as it is known today.
func (e edit) rewriteCase(ctx context.Context, c deal.Case, number string, texts deal.CaseTexts) error {
	profile, err := scanProfile(e.QueryRow(ctx, string(profileOf), string(e.account)))
	if err := orNothing(err); err != nil {
		return err
	}
	rows, err := e.Query(ctx, string(contactsOf), string(e.account))
	if err != nil {
		return err
	}
	contacts, err := pgx.CollectRows(rows, scanContact)
	if err != nil {
		return err
	}
	profile.Aliases = append([]string{c.Customer}, profile.Aliases...)
	hidden, _ := dossier.CaseTexts(anonymous(profile, contacts), texts)
	return e.putCase(ctx, keptCase{id: c.ID, customer: c.Customer, number: number, industry: c.Industry, texts: texts, open: hidden})
}

// keptCase is a case as it is written.
type keptCase struct {
	id, customer, number, industry string
	version                        int64
	texts, open                    deal.CaseTexts
	reason, rival                  string // IDs of the texts beside the log
}

func (e edit) putCase(ctx context.Context, c keptCase) error {
	texts, err := asJSON(c.texts)
	if err != nil {
		return err
	}
	open, err := asJSON(c.open)
	if err != nil {
		return err
	}
	_, err = e.Exec(ctx, string(changeCase), pgx.StrictNamedArgs{
		"id": c.id, "texts": texts, "open_texts": open, "search": caseSearch(c.industry, c.texts, c.customer, c.number),
		"open_search": caseSearch(c.industry, c.open), "by": string(e.by),
	})
	return err
}

func caseNow(ctx context.Context, tx pgx.Tx, v view.Viewer, sql statement, id string) (view.Case, error) {
	rows, err := tx.Query(ctx, string(sql), as(v, pgx.StrictNamedArgs{"id": id}))
	if err != nil {
		return view.Case{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanCase)
}

// scanCase hides what is not the viewer's to know.
func scanCase(row pgx.CollectableRow) (c view.Case, err error) {
	var open deal.CaseTexts
	err = row.Scan(&c.ID, &c.Account, &c.Number, &c.Visible, &c.Seq, &c.Cycle, &c.Version, &c.Outcome, &c.Step, &c.Grade, &c.Book.Name, &c.Book.Version,
		&c.Owner, &c.Team, &c.Author, instant(&c.StartedAt), instant(&c.WonAt), instant(&c.EndedAt), instant(&c.ReopenedAt), &c.Customer, &c.Industry,
		&c.Premises, &c.AccountKind, &c.MonthlyInbound, &c.MonthlyOutbound, &c.CaseTexts, &open, &c.UpdatedBy, instant(&c.UpdatedAt))
	if err == nil && !c.Visible {
		c.Account, c.Number, c.Customer, c.CaseTexts = "", "", "", open
		c.MonthlyInbound, c.MonthlyOutbound = deal.Roughly(c.MonthlyInbound), deal.Roughly(c.MonthlyOutbound)
	}
	return c, err
}

package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

var (
	duplicates  = named("Duplicates")
	byUpsertKey = named("ByUpsertKey")
	byPhone     = named("ByPhone")
)

// Duplicates finds accounts that are not closed and look like this customer: by credit code, by name, by phone, the
// strongest reason first, and after these the ones with a similar name, the most similar first. It says that somebody
// follows the customer and who to ask, never more, so it needs no scope (domain.md §4).
func (s *Store) Duplicates(ctx context.Context, name, credit string, phones []string) ([]view.Duplicate, error) {
	rows, err := s.pool.Query(ctx, string(duplicates), pgx.StrictNamedArgs{
		"credit_code": orNull(creditCode(credit)), "name_key": orNull(naming.Key(name)), "phones": dialled(phones...),
	})
	if err != nil {
		return nil, fail("search duplicates", err)
	}
	reasons := []string{"", "credit_code", "name", "phone"}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d view.Duplicate, err error) {
		var reason int
		err = row.Scan(&d.Account, &d.Owner, &d.Team, &reason)
		d.Reason = reasons[reason]
		return d, err
	})
	if err != nil {
		return nil, fail("search duplicates", err)
	}
	alike, err := s.similar(ctx, name)
	if err != nil {
		return nil, fail("search similar names", err)
	}
	for _, d := range alike {
		i := slices.IndexFunc(all, func(known view.Duplicate) bool { return known.Account == d.Account })
		if i < 0 {
			all = append(all, d)
		} else {
			all[i].Score = d.Score
		}
	}
	return all, nil
}

// KnownLeads finds what is on file about leads of a sheet: accounts by upsert key, closed ones too, and the names under
// which accounts that are not closed answer these numbers. Of several accounts with one key the oldest counts. It serves
// imports, which work for the whole house.
func (s *Store) KnownLeads(ctx context.Context, keys, phones []string) (view.KnownLeads, error) {
	known := view.KnownLeads{ByKey: map[string]deal.AccountID{}, ByPhone: map[string][]string{}}
	phones = dialled(phones...)
	for len(keys) > 0 || len(phones) > 0 { // in pieces, each well within the limit on a statement
		some, few := keys[:min(len(keys), knownAtOnce)], phones[:min(len(phones), knownAtOnce)]
		keys, phones = keys[len(some):], phones[len(few):]
		if err := s.knownLeads(ctx, some, few, known); err != nil {
			return view.KnownLeads{}, err
		}
	}
	return known, nil
}

// knownAtOnce is for how many keys and numbers the database is asked at once.
const knownAtOnce = 200

func (s *Store) knownLeads(ctx context.Context, keys, phones []string, known view.KnownLeads) error {
	batch := &pgx.Batch{}
	batch.Queue(string(byUpsertKey), words(keys)).Query(func(rows pgx.Rows) error {
		var key string
		var id deal.AccountID
		_, err := pgx.ForEachRow(rows, []any{&key, &id}, func() error {
			known.ByKey[key] = id
			return nil
		})
		return err
	})
	batch.Queue(string(byPhone), phones).Query(func(rows pgx.Rows) error {
		var phone, name string
		_, err := pgx.ForEachRow(rows, []any{&phone, &name}, func() error {
			known.ByPhone[phone] = append(known.ByPhone[phone], name)
			return nil
		})
		return err
	})
	return fail("look for known leads", s.pool.SendBatch(ctx, batch).Close())
}

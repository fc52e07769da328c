package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

var (
	casesOf      = named("CasesOf")
	caseVersions = named("CaseVersions")
)

// cases cleans what the library says of the account; its versions are cleaned with those of other records.
func (w *wipe) cases(ctx context.Context) error {
	all, err := w.keptCases(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		texts, first := dossier.CaseTexts(w.Eraser, c.texts)
		open, second := dossier.CaseTexts(w.Eraser, c.open)
		if !first && !second {
			continue
		}
		w.records++
		c.texts, c.open = texts, open
		if err := w.putCase(ctx, c); err != nil {
			return err
		}
		if err := w.changed(ctx, caseRecord, c.id, texts, texts); err != nil {
			return err
		}
	}
	return nil
}

// keptCases are the account's cases, locked.
func (e edit) keptCases(ctx context.Context) ([]keptCase, error) {
	rows, err := e.Query(ctx, string(casesOf), string(e.account))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c keptCase, err error) {
		return c, row.Scan(&c.id, &c.version, &c.customer, &c.number, &c.industry, &c.texts, &c.open, &c.reason, &c.rival)
	})
}

// forgetInCases takes a text of the log that was erased out of the case that repeats it, in all of its versions.
func (e edit) forgetInCases(ctx context.Context, textID string) error {
	all, err := e.keptCases(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.reason != textID && c.rival != textID {
			continue
		}
		forget := func(t *deal.CaseTexts) {
			if c.reason == textID {
				t.Reason = ""
			}
			if c.rival == textID {
				t.Rival = ""
			}
		}
		forget(&c.texts)
		forget(&c.open)
		if err := e.putCase(ctx, c); err != nil {
			return err
		}
		if err := e.forgetInVersions(ctx, c.id, forget); err != nil {
			return err
		}
		if err := e.changed(ctx, caseRecord, c.id, c.texts, c.texts); err != nil {
			return err
		}
	}
	return nil
}

func (e edit) forgetInVersions(ctx context.Context, id string, forget func(*deal.CaseTexts)) error {
	rows, err := e.Query(ctx, string(caseVersions), string(e.account), id)
	if err != nil {
		return err
	}
	versions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c storedChange, err error) {
		return c, row.Scan(&c.id, &c.before, &c.after)
	})
	if err != nil {
		return err
	}
	without := func(side json.RawMessage) (any, error) {
		if side == nil {
			return nil, nil //nolint:nilnil // nothing stood there
		}
		var t deal.CaseTexts
		if err := json.Unmarshal(side, &t); err != nil {
			return nil, fmt.Errorf("%w: decode version of a case: %w", deal.ErrPermanent, err)
		}
		forget(&t)
		return asJSON(t)
	}
	for _, c := range versions {
		before, err := without(c.before)
		if err != nil {
			return err
		}
		after, err := without(c.after)
		if err != nil {
			return err
		}
		if _, err := e.Exec(ctx, string(redactVersion), c.id, before, after); err != nil {
			return err
		}
	}
	return nil
}

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	eraseText      = named("EraseText")
	redactDocument = named("RedactDocument")
	lockVersions   = named("LockVersions")
	redactVersion  = named("RedactVersion")
)

// EraseText removes a text of the account for good. The log keeps its reference and its keyed hash, so the chain still
// verifies; a change row says who erased it and why. It is for the line above the account, whatever its state; others
// who see it get [view.ErrReadOnly]. A text that is not there gives [deal.ErrNotFound].
func (s *Store) EraseText(ctx context.Context, v view.Viewer, id deal.AccountID, textID, reason string) error {
	return s.edit(ctx, "erase text", v, id, inAnyState, func(e edit) error {
		if !v.Leads(e.state) {
			return view.ErrReadOnly
		}
		tag, err := e.Exec(ctx, string(eraseText), string(id), textID)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return deal.ErrNotFound
		}
		if err := e.forgetInCases(ctx, textID); err != nil {
			return err
		}
		return e.changed(ctx, "account_texts", textID, nil, erasure{Erased: true, Reason: reason})
	})
}

// erasure is what a change row says about a text that is gone.
type erasure struct {
	Erased bool   `json:"erased"`
	Part   bool   `json:"part,omitempty"` // only what spoke of an erased person
	Reason string `json:"reason"`
}

// inAnyState allows what must be possible as long as there is anything on file.
func inAnyState(deal.State) error { return nil }

// RedactDocument takes something out of the document that the editor read at a version, and out of every version of it
// that is on file: it cannot be found again, not even in the past. The document gets a new version if there was anything
// in the present one. When it has moved since it was read, the present one comes back with [deal.ErrStale].
func (s *Store) RedactDocument(
	ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, redact view.Redaction,
) (deal.Document, error) {
	var present deal.Document
	err := s.edit(ctx, "redact document", v, id, inAnyState, func(e edit) error {
		var err error
		if present, err = e.document(ctx, d); err != nil {
			return err
		}
		if present.Version != d.Version {
			return deal.ErrStale
		}
		if err := e.redactVersions(ctx, d, redact); err != nil {
			return err
		}
		before := present
		body, found, err := redact(present.Body)
		if err != nil || !found {
			return err
		}
		before.Body = body
		rows, err := e.Query(ctx, string(redactDocument), string(id), d.Kind, d.ID, body, string(e.by))
		if err != nil {
			return err
		}
		if present, err = pgx.CollectExactlyOneRow(rows, scanDocument); err != nil {
			return err
		}
		return e.changed(ctx, "dossier", d.Kind+"/"+d.ID, before, present)
	})
	return present, err
}

// storedChange is a change row with what it is found by.
type storedChange struct {
	id            int64
	before, after json.RawMessage
}

// redactVersions takes something out of all change rows of a document.
func (e edit) redactVersions(ctx context.Context, d deal.Document, redact view.Redaction) error {
	rows, err := e.Query(ctx, string(lockVersions), string(e.account), d.Kind+"/"+d.ID)
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c storedChange, err error) {
		return c, row.Scan(&c.id, &c.before, &c.after)
	})
	if err != nil {
		return err
	}
	for _, c := range all {
		was, inBefore, err := redacted(c.before, redact)
		if err != nil {
			return err
		}
		is, inAfter, err := redacted(c.after, redact)
		if err != nil {
			return err
		}
		if !inBefore && !inAfter {
			continue
		}
		if _, err := e.Exec(ctx, string(redactVersion), c.id, was, is); err != nil {
			return err
		}
	}
	return nil
}

// redacted is one side of a change row without what is to go; a side that is not there stays away.
func redacted(side json.RawMessage, redact view.Redaction) (json.RawMessage, bool, error) {
	if side == nil {
		return nil, false, nil
	}
	var d deal.Document
	if err := json.Unmarshal(side, &d); err != nil {
		return nil, false, fmt.Errorf("%w: decode version: %w", deal.ErrPermanent, err)
	}
	body, found, err := redact(d.Body)
	if err != nil || !found {
		return side, false, err
	}
	d.Body = body
	out, err := asJSON(d)
	return out, true, err
}

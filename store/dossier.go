package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	dossierOfCycle   = named("DossierOfCycle")
	dossierOfKind    = named("DossierOfKind")
	oneDocument      = named("Document")
	lockDocument     = named("LockDocument")
	lockJudgement    = named("LockJudgement")
	othersOfKind     = named("OthersOfKind")
	addDocument      = named("AddDocument")
	changeDocument   = named("ChangeDocument")
	deleteDocument   = named("DeleteDocument")
	changedSince     = named("ChangedSince")
	documentVersions = named("DocumentVersions")
)

// AllCycles asks for documents of every cycle; 0 asks for the running one. Those of the account's life always come.
const AllCycles = -1

// Documents are an account's documents of one kind, with what accounts above share of it.
func (s *Store) Documents(ctx context.Context, v view.Viewer, id deal.AccountID, kind string, cycle int) ([]deal.Document, error) {
	var all []deal.Document
	var shared *[]deal.Document
	err := s.ifVisible(ctx, "list documents", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(dossierOfKind), string(id), kind, cycle).Query(func(rows pgx.Rows) (err error) {
			all, err = pgx.CollectRows(rows, scanDocument)
			return err
		})
		shared = queueSharedDocuments(batch, id, kind)
	})
	if err != nil {
		return nil, err
	}
	r := deal.Records{Dossier: all}
	r.Share(nil, *shared)
	return r.Dossier, nil
}

// Document is one of them, the account's own or one that an account above shares.
func (s *Store) Document(ctx context.Context, v view.Viewer, id deal.AccountID, kind, document string) (deal.Document, error) {
	rows, err := s.pool.Query(ctx, string(oneDocument), as(v, pgx.StrictNamedArgs{"id": string(id), "kind": kind, "document": document}))
	if err != nil {
		return deal.Document{}, fail("read document", err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDocument)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.sharedDocument(ctx, v, id, kind, document)
	}
	return d, fail("read document", err)
}

// AddDocument puts a document on file under its ID; without one it is the only one of its kind, for its cycle where
// perCycle ties it to the running one ([deal.SoleID]). One that is there already comes back with [deal.ErrStale], another
// one with the same key is a *[ConstraintError]; a closed account gives *[view.StateError]. What describes a file needs its
// bytes ([Store.KeepFile]): else it is [view.ErrNoFile]. Judges have the last word, in the same transaction.
func (s *Store) AddDocument(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, perCycle bool, judges ...view.Judge) (deal.Document, error) {
	var present deal.Document
	var verdict error
	err := s.edit(ctx, "add document", v, id, unlessClosed, func(e edit) error {
		cycle := 0
		if perCycle {
			cycle = e.state.Cycle
		}
		if d.ID == "" {
			d.ID = deal.SoleID(cycle)
		}
		var err error
		if verdict, err = e.judged(ctx, d, judges); err != nil || verdict != nil {
			return cmp.Or(err, errRefused)
		}
		rows, err := e.Query(ctx, string(addDocument), string(id), d.Kind, d.ID, cycle, d.Body, string(e.by), d.Key)
		if err != nil {
			return err
		}
		added, err := pgx.CollectRows(rows, scanDocument)
		if err != nil {
			return err
		}
		if len(added) == 0 {
			if present, err = e.document(ctx, d); err != nil {
				return err
			}
			return deal.ErrStale
		}
		present = added[0]
		if err := e.hold(ctx, present); err != nil {
			return err
		}
		return e.changed(ctx, "dossier", d.Kind+"/"+d.ID, nil, present)
	})
	if verdict != nil {
		return deal.Document{}, verdict
	}
	return present, err
}

// judged lets judges speak, one writer after the other.
func (e edit) judged(ctx context.Context, d deal.Document, judges []view.Judge) (verdict, err error) {
	for _, j := range judges {
		if _, err := e.Exec(ctx, string(lockJudgement), string(e.account)+"/"+d.Kind+"/"+j.About); err != nil {
			return nil, err
		}
		rows, err := e.Query(ctx, string(othersOfKind), string(e.account), d.Kind, d.ID)
		if err != nil {
			return nil, err
		}
		others, err := pgx.CollectRows(rows, scanDocument)
		if err != nil {
			return nil, err
		}
		if verdict := j.Fits(others); verdict != nil {
			return verdict, nil
		}
	}
	return nil, nil
}

// ChangeDocument replaces the document that the editor read at a version. When it has moved since, the present one comes
// back with [deal.ErrStale]. Documents of an earlier cycle are closed: *[view.StateError].
func (s *Store) ChangeDocument(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, judges ...view.Judge) (deal.Document, error) {
	var present deal.Document
	var verdict error
	err := s.edit(ctx, "change document", v, id, unlessClosed, func(e edit) (err error) {
		if verdict, err = e.judged(ctx, d, judges); err != nil || verdict != nil {
			return cmp.Or(err, errRefused)
		}
		present, err = e.replace(ctx, d)
		return err
	})
	if verdict != nil {
		return deal.Document{}, verdict
	}
	return present, err
}

// replace puts a document in the place of the one that its editor read, with a change row; the present one comes back with
// [deal.ErrStale] where it has moved since.
func (e edit) replace(ctx context.Context, d deal.Document) (deal.Document, error) {
	before, err := e.current(ctx, d)
	if err != nil {
		return before, err
	}
	rows, err := e.Query(ctx, string(changeDocument), string(e.account), d.Kind, d.ID, d.Body, string(e.by), d.Version, d.Key)
	if err != nil {
		return deal.Document{}, err
	}
	present, err := pgx.CollectExactlyOneRow(rows, scanDocument)
	if err != nil {
		return deal.Document{}, err
	}
	return present, e.changed(ctx, "dossier", d.Kind+"/"+d.ID, before, present)
}

// DeleteDocument removes the document that the editor read at a version; its change rows still say what it was, but for
// what redact takes out of all of them. Nil takes nothing. With the last document that describes a file go its bytes.
func (s *Store) DeleteDocument(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, redact view.Redaction) error {
	var file string
	err := s.edit(ctx, "delete document", v, id, unlessClosed, func(e edit) error {
		before, err := e.current(ctx, d)
		if err != nil {
			return err
		}
		if _, err := e.Exec(ctx, string(deleteDocument), string(id), d.Kind, d.ID, d.Version); err != nil {
			return err
		}
		if file, err = sumOf(before); err != nil {
			return err
		}
		if err := drop(ctx, e.Tx, file); err != nil {
			return err
		}
		if redact != nil {
			if err := e.redactVersions(ctx, d, redact); err != nil {
				return err
			}
			if before.Body, _, err = redact(before.Body); err != nil {
				return err
			}
		}
		return e.changed(ctx, "dossier", d.Kind+"/"+d.ID, before, nil)
	})
	if err != nil {
		return err
	}
	if err := s.reap(ctx, file); err != nil { // the document is gone all the same; the sweep takes what is left
		return nil //nolint:nilerr // see above
	}
	return nil
}

// current is the document as it is, if it is at the version that the editor read and belongs to a cycle that runs.
func (e edit) current(ctx context.Context, d deal.Document) (deal.Document, error) {
	present, err := e.document(ctx, d)
	switch {
	case err != nil:
		return present, err
	case present.Cycle != 0 && present.Cycle != e.state.Cycle:
		return present, &view.StateError{Code: deal.CodeStepMoved}
	case present.Version != d.Version:
		return present, deal.ErrStale
	}
	return present, nil
}

func (e edit) document(ctx context.Context, d deal.Document) (deal.Document, error) {
	rows, err := e.Query(ctx, string(lockDocument), string(e.account), d.Kind, d.ID)
	if err != nil {
		return deal.Document{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanDocument)
}

func scanDocument(row pgx.CollectableRow) (deal.Document, error) {
	var d deal.Document
	err := row.Scan(documentTargets(&d)...)
	return d, err
}

// documentTargets are where the columns of a document go.
func documentTargets(d *deal.Document) []any {
	return []any{&d.Kind, &d.ID, &d.Cycle, &d.Version, &d.Body, instant(&d.CreatedAt), instant(&d.UpdatedAt), &d.UpdatedBy, &d.Edited}
}

// Versions are all versions of a document, oldest first, as its change rows kept them.
func (s *Store) Versions(ctx context.Context, v view.Viewer, id deal.AccountID, kind, document string) ([]deal.Document, error) {
	var all []deal.Document
	err := s.ifVisible(ctx, "list versions", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(documentVersions), string(id), kind+"/"+document).Query(func(rows pgx.Rows) error {
			changes, err := pgx.CollectRows(rows, scanChange)
			if err != nil {
				return err
			}
			for _, c := range changes {
				var d deal.Document
				if c.After == nil {
					continue // deleted
				}
				if err := json.Unmarshal(c.After, &d); err != nil {
					return err
				}
				all = append(all, d)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 { // nobody ever wrote it here
		return s.sharedVersions(ctx, v, id, kind, document)
	}
	return all, nil
}

// Since are the first changes of every record after an instant: what each was before is what it was then. A record that
// is not among them was then as it is now, or was not changed since it was made with the account.
func (s *Store) Since(ctx context.Context, v view.Viewer, id deal.AccountID, at time.Time) ([]view.Change, error) {
	var all []view.Change
	err := s.ifVisible(ctx, "list later changes", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(changedSince), string(id), at).Query(func(rows pgx.Rows) (err error) {
			all, err = pgx.CollectRows(rows, scanChange)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

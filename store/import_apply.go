package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	importTarget    = named("ImportTarget")
	targetContacts  = named("TargetContacts")
	notesThere      = named("NotesThere")
	lockTarget      = named("LockTarget")
	putMarks        = named("PutMarks")
	addNote         = named("AddNote")
	addImportChange = named("AddImportChange")
)

// Importer is whoever sends a sheet, as they see accounts now, with the organisation.
func (s *Store) Importer(ctx context.Context, id deal.PersonID) (view.Viewer, deal.Org, error) {
	org, err := s.Org(ctx)
	if err != nil {
		return view.Viewer{}, org, err
	}
	who, ok := org.Person(id)
	if !ok {
		return view.Viewer{}, org, fail("find importer", deal.ErrNotFound)
	}
	return view.Of(org, who, time.Now()), org, nil
}

// ImportTarget is an account that a row may change, for the process itself: who may change it is for the caller to say.
func (s *Store) ImportTarget(ctx context.Context, id deal.AccountID) (view.ImportTarget, error) {
	t := view.ImportTarget{Notes: map[string]bool{}}
	batch := &pgx.Batch{}
	batch.Queue(string(importTarget), string(id)).QueryRow(func(row pgx.Row) error {
		var formVersion *int64
		var content map[string]any
		targets := append([]any{&t.State}, profileTargets(&t.Profile)...)
		targets = append(targets, instant(&t.ProfileAt), &t.ProfileBy, &formVersion, &content, instant(&t.FormAt), text(&t.FormBy),
			&t.Marks.CollectedOn, &t.Marks.Said)
		err := row.Scan(targets...)
		t.Form = deal.Form{Step: deal.Collect, Cycle: t.State.Cycle, Content: content}
		if formVersion != nil {
			t.Form.Version = *formVersion
		}
		return err
	})
	batch.Queue(string(targetContacts), string(id)).Query(func(rows pgx.Rows) (err error) {
		t.Contacts, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c view.TargetContact, err error) {
			err = row.Scan(&c.ID, &c.Version, &c.Name, &c.Title, &c.Role, &c.Mobile, &c.Phone, &c.PhoneValid, &c.Note, instant(&c.At), &c.By)
			return c, err
		})
		return err
	})
	batch.Queue(string(notesThere), string(id)).Query(func(rows pgx.Rows) error {
		var note string
		_, err := pgx.ForEachRow(rows, []any{&note}, func() error {
			t.Notes[note] = true
			return nil
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return view.ImportTarget{}, fail("read account of row", err)
	}
	if t.Marks.Said == nil {
		t.Marks.Said = map[string]string{}
	}
	if t.Form.Content == nil {
		t.Form.Content = map[string]any{}
	}
	return t, nil
}

// ApplyImport writes what a row changes, with its change rows and the row's own outcome, in one transaction: a row that
// has an outcome was written, whatever became of the attempt. Records carry the version they become; when one has moved
// since it was read nothing is written ([deal.ErrStale]).
func (s *Store) ApplyImport(ctx context.Context, change view.ImportChange, row view.ImportRow) error {
	return s.transact(ctx, "write row of import", func(tx pgx.Tx) error {
		w := importWriter{edit: edit{Tx: tx, account: change.Account, by: change.By}, cause: "import/" + change.Import}
		if err := tx.QueryRow(ctx, string(lockTarget), string(change.Account)).Scan(&w.state); err != nil {
			return err
		}
		first, err := w.outcome(ctx, change.Import, row)
		if err != nil || !first { // another attempt was here
			return err
		}
		return w.write(ctx, change)
	})
}

// importWriter writes records for a row.
type importWriter struct {
	edit

	cause string
}

// outcome keeps what became of the row, and tells whether nobody had before.
func (w importWriter) outcome(ctx context.Context, id string, row view.ImportRow) (first bool, err error) {
	batch := &pgx.Batch{}
	queueImportRow(batch, id, row).Exec(func(tag pgconn.CommandTag) error {
		first = tag.RowsAffected() > 0
		return nil
	})
	err = w.SendBatch(ctx, batch).Close()
	return first, err
}

func (w importWriter) write(ctx context.Context, change view.ImportChange) error {
	if change.Profile != nil {
		if err := w.profile(ctx, *change.Profile); err != nil {
			return err
		}
	}
	if change.Form != nil {
		if err := w.lead(ctx, *change.Form); err != nil {
			return err
		}
	}
	for _, c := range change.Contacts {
		if err := w.putPerson(ctx, c); err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	queueNotes(batch, w.account, change.Notes, w.by)
	queueMarks(batch, w.account, change.Import, change.Marks)
	if batch.Len() == 0 {
		return nil
	}
	return w.SendBatch(ctx, batch).Close()
}

func (w importWriter) profile(ctx context.Context, p deal.Profile) error {
	before, err := scanProfile(w.QueryRow(ctx, string(lockProfile), string(w.account)))
	if err := orNothing(err); err != nil {
		return err
	}
	if before.Version != p.Version-1 {
		return deal.ErrStale
	}
	tag, err := w.Exec(ctx, string(putProfile), profileArgs(w.state, p, w.by))
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return deal.ErrStale
	}
	after, err := scanProfile(w.QueryRow(ctx, string(profileOf), string(w.account)))
	if err != nil {
		return err
	}
	return w.caused(ctx, "account_profile", string(w.account), before, after)
}

// lead writes the form of collect. Whether it may still be written is asked again under the lock.
func (w importWriter) lead(ctx context.Context, f deal.Form) error {
	if w.state.Cycle != f.Cycle || formOpen(w.state, deal.Collect) != nil {
		return deal.ErrStale
	}
	before, err := w.form(ctx, deal.Collect)
	if err != nil {
		return err
	}
	if before.Version != f.Version-1 {
		return deal.ErrStale
	}
	sql, args := addForm, []any{string(w.account), f.Cycle, string(deal.Collect), f.Content, string(w.by)}
	if before.Version > 0 {
		sql, args = changeForm, append(args, before.Version)
	}
	tag, err := w.Exec(ctx, string(sql), args...)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return deal.ErrStale
	}
	after, err := w.form(ctx, deal.Collect)
	if err != nil {
		return err
	}
	return w.caused(ctx, "step_forms", fmt.Sprintf("%d/%s", f.Cycle, deal.Collect), earlier(before), after)
}

func (w importWriter) putPerson(ctx context.Context, c deal.Contact) error {
	var before any
	if c.Version > 1 {
		was, err := w.contact(ctx, c.ID)
		if err != nil {
			return err
		}
		if was.Version != c.Version-1 {
			return deal.ErrStale
		}
		before = was
	}
	tag, err := w.Exec(ctx, string(putContact), contactArgs(w.account, c, w.by))
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return deal.ErrStale
	}
	after, err := w.contact(ctx, c.ID)
	if err != nil {
		return err
	}
	return w.caused(ctx, "contacts", c.ID, before, after)
}

// caused leaves the row that tells who changed what, with the import as the cause.
func (w importWriter) caused(ctx context.Context, record, id string, before, after any) error {
	was, err := asJSON(before)
	if err != nil {
		return err
	}
	is, err := asJSON(after)
	if err != nil {
		return err
	}
	_, err = w.Exec(ctx, string(addImportChange), string(w.account), record, id, string(w.by), was, is, w.cause)
	return err
}

func queueNotes(batch *pgx.Batch, account deal.AccountID, notes []view.HistoryNote, by deal.PersonID) {
	for _, n := range notes {
		batch.Queue(string(addNote), string(account), n.ID, n.At, n.On, n.By, n.How, n.Import, string(by), n.Text)
	}
}

func queueMarks(batch *pgx.Batch, account deal.AccountID, from string, marks *view.ImportMarks) {
	if marks == nil {
		return
	}
	batch.Queue(string(putMarks), string(account), marks.CollectedOn, marks.Said, from)
}

func scanNote(row pgx.CollectableRow) (n view.HistoryNote, err error) {
	err = row.Scan(&n.Account, &n.ID, instant(&n.At), &n.On, &n.By, &n.How, &n.Import, &n.Text, &n.Erased)
	return n, err
}

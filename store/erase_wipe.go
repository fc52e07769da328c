package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

var (
	redactContact  = named("RedactContact")
	removeContact  = named("RemoveContact")
	wipeDocument   = named("WipeDocument")
	removeDocument = named("RemoveDocument")
	redactForm     = named("RedactForm")
	allTexts       = named("AllTexts")
	redactText     = named("RedactText")
	forgetRequests = named("ForgetRequests")
	forgetProblems = named("ForgetProblems")
	forgetRows     = named("ForgetRows")
	forgetLines    = named("ForgetLines")
	documentsOf    = named("DossierOf")
	everyFormOf    = named("AllFormsOf")
)

// Names of tables in change rows.
const (
	contactRecord  = "contacts"
	documentRecord = "dossier"
	formRecord     = "step_forms"
	textRecord     = "account_texts"
	caseRecord     = "cases"
)

// wipe takes one person out of one account.
type wipe struct {
	edit
	view.Eraser

	person         view.Person
	called         []string // the account and its relatives, as texts name them
	records, texts int
}

func (w *wipe) all(ctx context.Context, changes []wholeChange, reason string) error {
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return w.versions(ctx, changes) },
		w.documents, w.forms, w.others, w.cases, w.beside,
		func(ctx context.Context) error { return w.contact(ctx, reason) },
		func(ctx context.Context) error { return w.written(ctx, reason) },
		w.answers,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// versions cleans what change rows remember. What is about the person alone leaves nothing; the contact leaves a husk, so
// that the past still knows that there was somebody.
func (w *wipe) versions(ctx context.Context, changes []wholeChange) error {
	batch := &pgx.Batch{}
	for _, c := range changes {
		before, first, err := w.side(c, c.before)
		if err != nil {
			return err
		}
		after, second, err := w.side(c, c.after)
		if err != nil {
			return err
		}
		if first || second {
			batch.Queue(string(redactVersion), c.id, before, after)
		}
	}
	return w.SendBatch(ctx, batch).Close()
}

// side is one side of a change row without the person; nil when nothing is left of it.
func (w *wipe) side(c wholeChange, side json.RawMessage) (without json.RawMessage, changed bool, err error) {
	if side == nil {
		return nil, false, nil
	}
	switch c.record {
	case contactRecord:
		if c.recordID != w.person.Contact {
			return w.JSON(side)
		}
		var was deal.Contact
		if err := json.Unmarshal(side, &was); err != nil {
			return nil, false, fmt.Errorf("%w: decode contact: %w", deal.ErrPermanent, err)
		}
		if was.ID == "" { // what an erasure left
			return side, false, nil
		}
		without, err = asJSON(husk(was))
		return without, true, err
	case documentRecord:
		var d deal.Document
		if err := json.Unmarshal(side, &d); err != nil {
			return nil, false, fmt.Errorf("%w: decode version: %w", deal.ErrPermanent, err)
		}
		body, changed, gone, err := w.Document(d.Kind, d.Body)
		if err != nil || gone || !changed {
			if gone {
				side = nil
			}
			return side, gone, err
		}
		d.Body = body
		without, err = asJSON(d)
		return without, true, err
	case formRecord, caseRecord:
		return w.JSON(side)
	case profileRecord:
		return w.addresses(side)
	}
	return side, false, nil
}

// husk is what is left of a contact: that there was one.
func husk(c deal.Contact) deal.Contact {
	return deal.Contact{ID: c.ID, Version: c.Version, Name: dossier.Blot, Erased: true}
}

// documents cleans the file as it is now.
func (w *wipe) documents(ctx context.Context) error {
	rows, err := w.Query(ctx, string(documentsOf), string(w.account))
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, scanDocument)
	if err != nil {
		return err
	}
	for _, d := range all {
		body, changed, gone, err := w.Document(d.Kind, d.Body)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		w.records++
		if gone {
			if _, err := w.Exec(ctx, string(removeDocument), string(w.account), d.Kind, d.ID); err != nil {
				return err
			}
			continue
		}
		before := d
		before.Body = body
		rows, err := w.Query(ctx, string(wipeDocument), string(w.account), d.Kind, d.ID, body, string(w.by),
			w.step(deal.RecordSubject, d.Kind+"/"+d.ID, d.Version))
		if err != nil {
			return err
		}
		after, err := pgx.CollectExactlyOneRow(rows, scanDocument)
		if err != nil {
			return err
		}
		if err := w.changed(ctx, documentRecord, d.Kind+"/"+d.ID, before, after); err != nil {
			return err
		}
	}
	return nil
}

// forms cleans the forms of all cycles.
func (w *wipe) forms(ctx context.Context) error {
	rows, err := w.Query(ctx, string(everyFormOf), string(w.account))
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f rawForm, err error) {
		return f, row.Scan(&f.Step, &f.Cycle, &f.Version, &f.Content)
	})
	if err != nil {
		return err
	}
	for _, f := range all {
		content, changed, err := w.JSON(f.Content)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		w.records++
		before := f
		before.Content, f.Content = content, content
		more := w.step(deal.FormSubject, string(f.Step), f.Version)
		f.Version += more
		if _, err := w.Exec(ctx, string(redactForm), string(w.account), f.Cycle, string(f.Step), content, string(w.by), more); err != nil {
			return err
		}
		if err := w.changed(ctx, formRecord, fmt.Sprintf("%d/%s", f.Cycle, f.Step), before, f); err != nil {
			return err
		}
	}
	return nil
}

// step is how far the version of something goes on. What a request decides, or has decided, about keeps its version: with
// the person, nothing went that was decided about. Everything else gets a new one, so that nobody who has it open writes
// the person back.
func (w *wipe) step(subject deal.SubjectType, id string, version int64) int64 {
	for _, a := range w.state.Approvals {
		about := deal.Subject{Type: subject, ID: id, Version: version}
		if a.Subject == about && (a.Status == deal.Pending || a.Status == deal.Approved) {
			return 0
		}
	}
	return 1
}

// rawForm is a form whose content nobody needs to understand.
type rawForm struct {
	Step    deal.Step       `json:"step"`
	Cycle   int             `json:"cycle"`
	Version int64           `json:"version"`
	Content json.RawMessage `json:"content"`
}

// others cleans what was noted about other people of the account. Their names and numbers are their own.
func (w *wipe) others(ctx context.Context) error {
	for _, c := range w.person.Others {
		title, first := w.Text(c.Title)
		note, second := w.Text(c.Note)
		if !first && !second {
			continue
		}
		w.records++
		if _, err := w.Exec(ctx, string(redactContact), string(w.account), c.ID, title, note, string(w.by)); err != nil {
			return err
		}
		before := c
		before.Title, before.Note = title, note
		after := before
		after.Version++
		if err := w.changed(ctx, contactRecord, c.ID, before, after); err != nil {
			return err
		}
	}
	return nil
}

// contact removes the person. The change row says who did it and why; before it, the past knows somebody without a name.
func (w *wipe) contact(ctx context.Context, reason string) error {
	tag, err := w.Exec(ctx, string(removeContact), string(w.account), w.person.Contact)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 { // deleted before: its versions are clean by now
		return nil
	}
	w.records++
	return w.changed(ctx, contactRecord, w.person.Contact, husk(w.person.Versions[0]), erasure{Erased: true, Reason: reason})
}

// written cleans the texts beside the log. The hash of a text in the log does not fit any more; the change row says why.
func (w *wipe) written(ctx context.Context, reason string) error {
	rows, err := w.Query(ctx, string(allTexts), string(w.account))
	if err != nil {
		return err
	}
	type written struct{ ID, Text string }
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[written])
	if err != nil {
		return err
	}
	for _, t := range all {
		clean, changed := w.Text(t.Text)
		if !changed {
			continue
		}
		w.texts++
		if _, err := w.Exec(ctx, string(redactText), string(w.account), t.ID, clean); err != nil {
			return err
		}
		if err := w.changed(ctx, textRecord, t.ID, nil, erasure{Erased: true, Part: true, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

// answers forgets what the API keeps for repeated requests, where it speaks of the person: a repeat meets what is on file.
func (w *wipe) answers(ctx context.Context) error {
	if _, err := w.Exec(ctx, string(forgetRequests), w.Mentions()); err != nil {
		return err
	}
	return w.imports(ctx)
}

// imports forgets what rows of lead sheets said where they speak of the person, and what they changed in the account. What
// became of the rows stays. Marks stay as well: they are keyed hashes, and keep the same sheet from bringing the person back.
func (w *wipe) imports(ctx context.Context) error {
	batch := &pgx.Batch{}
	batch.Queue(string(forgetProblems), string(w.account), w.Mentions())
	batch.Queue(string(forgetRows), string(w.account), w.Mentions())
	batch.Queue(string(forgetLines), w.Mentions())
	return w.SendBatch(ctx, batch).Close()
}

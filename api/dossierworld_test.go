package api_test

import (
	"bytes"
	"context"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// files are the documents behind the API, in memory, with every version that there was.
type files struct {
	now      []deal.Document
	versions []deal.Document
	erased   []string // texts, with the reason
	history  view.History
	asOf     []time.Time // instants that a history was asked for
	texts    map[string]string
	rules    dossier.Rules

	meanwhile []deal.Document // filed between reading and writing
}

func (w *world) document(kind, id string) int {
	return slices.IndexFunc(w.files.now, func(d deal.Document) bool { return d.Kind == kind && d.ID == id })
}

func (w *world) writes(v view.Viewer, id deal.AccountID) error {
	switch err := w.find(v, id); {
	case err != nil:
		return err
	case w.deny != nil:
		return w.deny
	case !v.MayEdit(w.state):
		return view.ErrReadOnly
	case w.state.Status == deal.Closed:
		return &view.StateError{Code: deal.CodeAlreadyClosed}
	}
	return nil
}

func (w *world) Documents(_ context.Context, v view.Viewer, id deal.AccountID, kind string, cycle int) ([]deal.Document, error) {
	if err := w.find(v, id); err != nil {
		return nil, err
	}
	if cycle == 0 {
		cycle = w.state.Cycle
	}
	var out []deal.Document
	for _, d := range w.files.now {
		if d.Kind == kind && (cycle == -1 || d.Cycle == 0 || d.Cycle == cycle) {
			out = append(out, d)
		}
	}
	return out, nil
}

func (w *world) Document(_ context.Context, v view.Viewer, id deal.AccountID, kind, document string) (deal.Document, error) {
	if err := w.find(v, id); err != nil {
		return deal.Document{}, err
	}
	i := w.document(kind, document)
	if i < 0 {
		return deal.Document{}, deal.ErrNotFound
	}
	return w.files.now[i], nil
}

// taken is the answer of a database that has another document with the key.
type taken struct{}

func (taken) Error() string { return "the key is taken" }

func (taken) Refusal() deal.Refusal { return deal.Refusal{Code: deal.CodeAlreadyOnFile} }

func (w *world) clash(d deal.Document) bool {
	return d.Key != nil && slices.ContainsFunc(w.files.now, func(o deal.Document) bool {
		return o.Kind == d.Kind && o.ID != d.ID && o.Key != nil && *o.Key == *d.Key && o.Cycle == d.Cycle
	})
}

// judged lets judges look at what is on file, and at what came between reading and writing.
func (w *world) judged(d deal.Document, judges []view.Judge) error {
	for _, j := range judges {
		others := slices.DeleteFunc(slices.Concat(w.files.now, w.files.meanwhile), func(o deal.Document) bool { return o.Kind != d.Kind || o.ID == d.ID })
		if err := j.Fits(others); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) AddDocument(_ context.Context, v view.Viewer, id deal.AccountID, d deal.Document, perCycle bool, judges ...view.Judge) (deal.Document, error) {
	if err := w.writes(v, id); err != nil {
		return deal.Document{}, err
	}
	if perCycle {
		d.Cycle = w.state.Cycle
	}
	if d.ID == "" {
		d.ID = deal.SoleID(d.Cycle)
	}
	if i := w.document(d.Kind, d.ID); i >= 0 {
		return w.files.now[i], deal.ErrStale
	}
	if err := w.judged(d, judges); err != nil {
		return deal.Document{}, err
	}
	if w.clash(d) {
		return deal.Document{}, taken{}
	}
	if sum, about := described(d); about && w.uploads.kept[sum] == nil {
		return deal.Document{}, view.ErrNoFile
	}
	d.Version, d.CreatedAt, d.UpdatedAt, d.UpdatedBy = 1, w.now, w.now, v.Person.ID
	w.files.now, w.files.versions = append(w.files.now, d), append(w.files.versions, d)
	return d, nil
}

func (w *world) ChangeDocument(_ context.Context, v view.Viewer, id deal.AccountID, d deal.Document, judges ...view.Judge) (deal.Document, error) {
	if err := w.writes(v, id); err != nil {
		return deal.Document{}, err
	}
	i := w.document(d.Kind, d.ID)
	if i < 0 {
		return deal.Document{}, deal.ErrNotFound
	}
	before := w.files.now[i]
	if before.Version != d.Version {
		return before, deal.ErrStale
	}
	d.Cycle = before.Cycle
	if err := w.judged(d, judges); err != nil {
		return before, err
	}
	if w.clash(d) {
		return before, taken{}
	}
	d.Version, d.CreatedAt, d.UpdatedAt, d.UpdatedBy = before.Version+1, before.CreatedAt, w.now, v.Person.ID
	w.files.now[i], w.files.versions = d, append(w.files.versions, d)
	return d, nil
}

func (w *world) redactVersions(kind, id string, redact view.Redaction) error {
	for i, d := range w.files.versions {
		if d.Kind != kind || d.ID != id {
			continue
		}
		body, found, err := redact(bytes.Clone(d.Body))
		if err != nil {
			return err
		}
		if found {
			w.files.versions[i].Body = body
		}
	}
	return nil
}

func (w *world) DeleteDocument(_ context.Context, v view.Viewer, id deal.AccountID, d deal.Document, redact view.Redaction) error {
	if err := w.writes(v, id); err != nil {
		return err
	}
	i := w.document(d.Kind, d.ID)
	switch {
	case i < 0:
		return deal.ErrNotFound
	case w.files.now[i].Version != d.Version:
		return deal.ErrStale
	}
	w.files.now = slices.Delete(w.files.now, i, i+1)
	if redact == nil {
		return nil
	}
	return w.redactVersions(d.Kind, d.ID, redact)
}

func (w *world) RedactDocument(_ context.Context, v view.Viewer, id deal.AccountID, d deal.Document, redact view.Redaction) (deal.Document, error) {
	if err := w.writes(v, id); err != nil {
		return deal.Document{}, err
	}
	i := w.document(d.Kind, d.ID)
	if i < 0 {
		return deal.Document{}, deal.ErrNotFound
	}
	before := w.files.now[i]
	if before.Version != d.Version {
		return before, deal.ErrStale
	}
	body, found, err := redact(before.Body)
	if err != nil || !found {
		return before, err
	}
	before.Body, before.Version = body, before.Version+1
	w.files.now[i], w.files.versions = before, append(w.files.versions, before)
	return before, w.redactVersions(d.Kind, d.ID, redact)
}

func (w *world) Versions(_ context.Context, v view.Viewer, id deal.AccountID, kind, document string) ([]deal.Document, error) {
	if err := w.find(v, id); err != nil {
		return nil, err
	}
	var out []deal.Document
	for _, d := range w.files.versions {
		if d.Kind == kind && d.ID == document {
			out = append(out, d)
		}
	}
	return out, nil
}

func (w *world) History(_ context.Context, v view.Viewer, id deal.AccountID, at time.Time) (view.History, error) {
	w.files.asOf = append(w.files.asOf, at)
	return w.files.history, w.find(v, id)
}

func (w *world) Texts(_ context.Context, v view.Viewer, id deal.AccountID, _ []string) (map[string]string, error) {
	return w.files.texts, w.find(v, id)
}

func (w *world) EraseText(_ context.Context, v view.Viewer, id deal.AccountID, text, reason string) error {
	switch err := w.find(v, id); {
	case err != nil:
		return err
	case !v.Leads(w.state):
		return view.ErrReadOnly
	case text == "gone":
		return deal.ErrNotFound
	}
	w.files.erased = append(w.files.erased, text+": "+reason)
	return nil
}

func (w *world) rulesOf(deal.BookRef) (dossier.Rules, error) { return w.files.rules, nil }

// shanghai is where the organisation of the tests works.
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

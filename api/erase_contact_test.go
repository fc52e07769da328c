package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func (w *world) EraseContact(
	_ context.Context, v view.Viewer, id deal.AccountID, contact, reason string, eraser func(view.Person) view.Eraser,
) (view.Erasure, error) {
	if err := w.find(v, id); err != nil {
		return view.Erasure{}, err
	}
	if !v.MayEdit(w.state) {
		return view.Erasure{}, view.ErrReadOnly
	}
	e, asked := w.erasures[contact]
	switch {
	case contact != "c1":
		return e, deal.ErrNotFound
	case !asked:
		e = view.Erasure{Contact: contact, RequestedBy: v.Person.ID, RequestedAt: w.now, Reason: reason}
	case e.RequestedBy != v.Person.ID && !v.Leads(w.state):
		return e, view.ErrReadOnly
	case e.RequestedBy != v.Person.ID:
		e.DoneBy, e.DoneAt, e.Records = v.Person.ID, w.now, 1
		_, e.Texts = 0, len(eraser(view.Person{Contact: contact, Versions: w.contacts}).Mentions())
	}
	if w.erasures == nil {
		w.erasures = map[string]view.Erasure{}
	}
	w.erasures[contact] = e
	return e, nil
}

func (w *world) Erasures(_ context.Context, v view.Viewer, id deal.AccountID) ([]view.Erasure, error) {
	var all []view.Erasure
	for _, e := range w.erasures {
		all = append(all, e)
	}
	return all, w.find(v, id)
}

func TestEraseContact_isAskedForByOneAndDoneByAnother(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path, body := at(mine, "/contacts/c1/personal-data"), `{"reason":"they asked for it"}`
	p := r.do(rep1, "DELETE", path, `{"reason":" "}`).problem(422, "reason_missing")
	require.Equal(t, "/reason", p.Errors[0].Pointer)
	r.do(rep1, "DELETE", path, nil).problem(400, "body_required")
	r.do(auditor, "DELETE", path, body).problem(403, "not_your_role")
	r.do(rep2, "DELETE", path, body).problem(404, "not_found")
	r.do(rep1, "DELETE", at(mine, "/contacts/c9/personal-data"), body).problem(404, "not_found")

	for range 2 {
		out := r.do(rep1, "DELETE", path, body).ok(202)
		require.Equal(t, "requested", out["status"])
		require.Equal(t, "王芳", out["requested_by"].(map[string]any)["name"])
		require.Nil(t, out["done_at"])
	}
	out := r.do(manager, "DELETE", path, body).ok(200)
	require.Equal(t, "done", out["status"])
	require.Equal(t, "陈静", out["done_by"].(map[string]any)["name"])
	require.InDelta(t, 3, out["texts"], 0, "ID, name and number are looked for")
	items := r.do(auditor, "GET", at(mine, "/erasures"), nil).ok(200)["items"].([]any)
	require.Equal(t, []any{out}, items)
	require.NotContains(t, r.logs.String(), "刘总")
}

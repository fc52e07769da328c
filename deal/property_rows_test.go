package deal_test

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// end holds for the whole log.
func (c *watch) end(t *rapid.T) {
	w := c.w
	fault, err := deal.Verify(w.log)
	require.NoError(t, err)
	require.Nil(t, fault)

	require.Equal(t, w.state, deal.Fold(deal.State{}, w.log...), "the log alone makes the state")
	read := make([]deal.Event, len(w.log))
	for i, e := range w.log {
		read[i] = reread(t, e)
		require.True(t, alike(reflect.ValueOf(e), reflect.ValueOf(read[i])), "%s survives JSON", e.Kind)
	}
	require.Equal(t, encode(t, w.state), encode(t, deal.Fold(deal.State{}, read...)), "and so does the log as it is stored")

	whole := deal.Project(deal.State{}, w.log...)
	require.Equal(t, encode(t, byID(c.rows)), encode(t, byID(whole)), "rows of a live account are the rows of a rebuilt one")
	c.inbox(t, whole)
}

// inbox: one line per event, recipient and kind; tasks of people are the open tasks of the state.
func (c *watch) inbox(t *rapid.T, rows deal.Rows) {
	type line struct {
		seq  int64
		to   deal.PersonID
		kind deal.NoticeKind
	}
	seen := map[line]bool{}
	for _, n := range rows.Notices {
		l := line{n.Seq, n.To, n.Kind}
		require.False(t, seen[l], "%v is told twice", l)
		require.NotEqual(t, deal.System, n.To)
		seen[l] = true
	}
	open := func(tasks []deal.Task) []string {
		ids := []string{}
		for _, task := range tasks {
			if task.Status == deal.TaskOpen {
				ids = append(ids, task.ID)
			}
		}
		slices.Sort(ids)
		return ids
	}
	require.Equal(t, open(c.w.state.Tasks), open(rows.Tasks))
	live := 0
	for _, f := range rows.FollowUps {
		if f.Status == deal.FollowUpOpen {
			live++
			require.Equal(t, encode(t, c.w.state.FollowUp), encode(t, f.FollowUp))
		} else {
			require.False(t, f.ClosedAt.IsZero())
		}
	}
	require.Equal(t, c.w.state.FollowUp != nil, live == 1)
}

// merge takes rows over as a database does: by ID.
func (c *watch) merge(rows deal.Rows) {
	c.rows.Tasks = upsert(c.rows.Tasks, rows.Tasks, func(r deal.Task) string { return r.ID })
	c.rows.Approvals = upsert(c.rows.Approvals, rows.Approvals, func(r deal.Approval) string { return r.ID })
	c.rows.FollowUps = upsert(c.rows.FollowUps, rows.FollowUps, func(r deal.FollowUpRow) string { return r.ID })
	c.rows.Interactions = upsert(c.rows.Interactions, rows.Interactions, func(r deal.Interaction) string { return r.ID })
	c.rows.Notices = upsert(c.rows.Notices, rows.Notices, func(r deal.NoticeRow) string { return r.ID })
}

func upsert[T any](rows, changed []T, id func(T) string) []T {
	for _, r := range changed {
		if i := slices.IndexFunc(rows, func(old T) bool { return id(old) == id(r) }); i >= 0 {
			rows[i] = r
			continue
		}
		rows = append(rows, r)
	}
	return rows
}

// byID are rows without regard to their order.
func byID(r deal.Rows) deal.Rows {
	return deal.Rows{
		Tasks:        sorted(r.Tasks, func(row deal.Task) string { return row.ID }),
		Approvals:    sorted(r.Approvals, func(row deal.Approval) string { return row.ID }),
		FollowUps:    sorted(r.FollowUps, func(row deal.FollowUpRow) string { return row.ID }),
		Interactions: sorted(r.Interactions, func(row deal.Interaction) string { return row.ID }),
		Notices:      sorted(r.Notices, func(row deal.NoticeRow) string { return row.ID }),
	}
}

func sorted[T any](rows []T, id func(T) string) []T {
	return slices.SortedFunc(slices.Values(rows), func(a, b T) int { return cmp.Compare(id(a), id(b)) })
}

// encode is how something is stored.
func encode(t tb, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// reread is an event as it comes back from where it was stored.
func reread(t tb, e deal.Event) deal.Event {
	t.Helper()
	content, err := e.Content()
	require.NoError(t, err)
	e.Body, e.Tasks, e.Notices = nil, nil, nil
	require.NoError(t, e.SetContent(content))
	return e
}

// alike is deep equality that takes a list without entries for no list, as JSON does. It sees fields that JSON forgets.
func alike(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return alike(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !a.Type().Field(i).IsExported() { // time.Time
				return reflect.DeepEqual(a.Interface(), b.Interface())
			}
			if !alike(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

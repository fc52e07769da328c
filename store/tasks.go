package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	listTasks = named("Tasks")
	oneTask   = named("Task")
)

// Tasks lists tasks of accounts and those that belong to none, what is due first first. A viewer sees the tasks of the people
// they stand in for, and when asking for somebody else's, those on accounts in scope and those of people in what they lead.
func (s *Store) Tasks(ctx context.Context, v view.Viewer, f view.TaskFilter) ([]view.TaskItem, string, error) {
	const list = "tasks"
	c, err := after(f.Page, list)
	if err != nil {
		return nil, "", fail("list tasks", err)
	}
	due, err := c.instant()
	if err != nil {
		return nil, "", fail("list tasks", err)
	}
	people := v.Owners
	if f.Assignee != "" {
		people = append([]deal.PersonID{f.Assignee}, f.Represented...)
	}
	args := as(v, pgx.StrictNamedArgs{
		"people": words(people), "foreign": f.Assignee != "" && !slices.Contains(v.Owners, f.Assignee), "status": string(f.Status),
		"account": string(f.Account), "first": c == nil, "due": due, "after": "", "limit": limit(f.Page) + 1,
	})
	if c != nil {
		args["after"] = c.ID
	}
	rows, err := s.pool.Query(ctx, string(listTasks), pgx.QueryExecModeCacheDescribe, args)
	if err != nil {
		return nil, "", fail("list tasks", err)
	}
	items, err := pgx.CollectRows(rows, scanTask)
	if err != nil {
		return nil, "", fail("list tasks", err)
	}
	items, next := page(items, f.Page, func(t view.TaskItem) cursor { return cursor{list, stamp(t.Due), t.ID} })
	return items, next, nil
}

// Task is one of them.
func (s *Store) Task(ctx context.Context, v view.Viewer, id string) (view.TaskItem, error) {
	rows, err := s.pool.Query(ctx, string(oneTask), as(v, pgx.StrictNamedArgs{"id": id}))
	if err != nil {
		return view.TaskItem{}, fail("read task", err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanTask)
	return t, fail("read task", err)
}

func scanTask(row pgx.CollectableRow) (view.TaskItem, error) {
	var t view.TaskItem
	err := row.Scan(&t.ID, &t.Kind, &t.Assignee, &t.Ref, instant(&t.Due), &t.Status, instant(&t.OpenedAt), instant(&t.ClosedAt),
		&t.ClosedBy, &t.Account, &t.AccountNumber, &t.AccountName, &t.Args, &t.ReasonWanted, &t.Reason, &t.Deputy)
	return t, err
}

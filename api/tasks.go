package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

type taskBody struct {
	ID       string      `json:"id"`
	Kind     string      `json:"kind"`
	Text     string      `json:"text" doc:"what is to be done, in the language asked for"`
	Account  accountRef  `json:"account"`
	Assignee *personBody `json:"assignee,omitempty"`
	Ref      string      `json:"ref" doc:"what it is about: step/<deadline>, approval/<id>/<level>, follow_up, intake, …"`
	Due      *time.Time  `json:"due"`
	Status   taskStatus  `json:"status"`
	OpenedAt time.Time   `json:"opened_at"`
	ClosedAt *time.Time  `json:"closed_at"`
	ClosedBy *personBody `json:"closed_by,omitempty"`
}

type tasksInput struct {
	Paging
	Assignee string     `query:"assignee" maxLength:"64" doc:"ID of a person, or me; absent: you and everybody you stand in for"`
	Status   taskStatus `query:"status"`
	Account  string     `query:"account" maxLength:"64"`
}

type taskInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body *nothing
}

func (a *API) taskRoutes() {
	register(a, op(http.MethodGet, "/tasks", "list-tasks", "work", "What is to be done"), a.tasks)
	done := op(http.MethodPost, "/tasks/{id}/done", "complete-task", "work", "Tick a task off")
	done.Description = "Only tasks that are not done by another act: reviewing, deciding and meeting close theirs by themselves."
	register(a, done, a.taskDone)
}

func (a *API) tasks(ctx context.Context, in *tasksInput) (*reply[list[taskBody]], error) {
	items, next, err := a.Work.Tasks(ctx, who(ctx).viewer, view.TaskFilter{
		Assignee: personParam(ctx, in.Assignee), Status: deal.TaskStatus(in.Status), Account: deal.AccountID(in.Account), Page: in.page(),
	})
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	c := callOf(ctx)
	return listOf(mapped(items, func(t view.TaskItem) taskBody {
		return taskBody{
			ID: t.ID, Kind: string(t.Kind), Text: a.say.Task(t.Kind, t.AccountName, c.lang),
			Account: accountRef{string(t.Account), t.AccountNumber, t.AccountName}, Assignee: personIn(c.actor.org, t.Assignee), Ref: t.Ref,
			Due: instant(t.Due), Status: taskStatus(t.Status), OpenedAt: t.OpenedAt.UTC(), ClosedAt: instant(t.ClosedAt),
			ClosedBy: personIn(c.actor.org, t.ClosedBy),
		}
	}), next), nil
}

func (a *API) taskDone(ctx context.Context, in *taskInput) (*commandOutput, error) {
	account, err := a.Work.HomeOfTask(ctx, in.ID) // see about
	if err != nil {
		return nil, fmt.Errorf("find the account of a task: %w", err)
	}
	return a.command(ctx, string(account), func(*texts) deal.Body { return deal.CompleteTask{Task: in.ID} })
}

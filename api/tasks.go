package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

type taskBody struct {
	ID       string      `json:"id"`
	Kind     string      `json:"kind"`
	Text     string      `json:"text" doc:"what is to be done, in the language asked for"`
	Account  *accountRef `json:"account,omitempty" doc:"absent when the task belongs to no account"`
	Assignee *personBody `json:"assignee,omitempty"`
	Deputy   *personBody `json:"deputy,omitempty" doc:"who sees to it while the assignee is away, or has left"`
	Ref      string      `json:"ref" doc:"what it is about: step/<deadline>, approval/<id>/<level>, follow_up, intake, …"`
	Due      *time.Time  `json:"due"`
	// Provisional is told of the dates of open tasks only: of the others it is no news.
	Provisional bool        `json:"provisional,omitempty" doc:"the date crosses a year without holiday data, and is placed anew when they come"`
	Status      taskStatus  `json:"status"`
	OpenedAt    time.Time   `json:"opened_at"`
	ClosedAt    *time.Time  `json:"closed_at"`
	ClosedBy    *personBody `json:"closed_by,omitempty"`

	ReasonWanted bool   `json:"reason_wanted,omitempty" doc:"it is ticked off with a stated reason only"`
	Reason       string `json:"reason,omitempty" doc:"as stated when it was ticked off"`
}

type tasksInput struct {
	Paging
	Assignee string     `query:"assignee" maxLength:"64" doc:"ID of a person, or me, with those whose matters are theirs now; absent: you and everybody you stand in for"`
	Status   taskStatus `query:"status"`
	Account  string     `query:"account" maxLength:"64"`
}

type taskInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"4000" doc:"mandatory where the task says reason_wanted; tasks of accounts keep none"`
	}
}

// doneBody is the answer to ticking a task off: what a command answers for a task of an account, else the task.
type doneBody struct {
	Seq     int64        `json:"seq,omitempty" doc:"of the event, for a task of an account"`
	Account *accountBody `json:"account,omitempty" doc:"as in GET /accounts/{id}; absent when the task belongs to none, or the account is out of your sight now"`
	Task    *taskBody    `json:"task,omitempty" doc:"the task as it is now, when it belongs to no account"`
}

func (a *API) taskRoutes() {
	register(a, op(http.MethodGet, "/tasks", "list-tasks", "work", "What is to be done"), a.tasks)
	done := op(http.MethodPost, "/tasks/{id}/done", "complete-task", "work", "Tick a task off")
	done.Description = "Only tasks that are not done by another act: reviewing, deciding and meeting close theirs by themselves. " +
		"A task that belongs to no account may want a stated reason."
	register(a, done, a.taskDone)
}

func (a *API) tasks(ctx context.Context, in *tasksInput) (*reply[list[taskBody]], error) {
	items, next, err := a.Work.Tasks(ctx, who(ctx).viewer, view.TaskFilter{
		Assignee: personParam(ctx, in.Assignee), Status: deal.TaskStatus(in.Status), Account: deal.AccountID(in.Account), Page: in.page(),
		Represented: a.representedBy(ctx, personParam(ctx, in.Assignee)),
	})
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return listOf(mapped(items, a.taskBody(ctx)), next), nil
}

// taskBody tells a task to the caller.
func (a *API) taskBody(ctx context.Context) func(view.TaskItem) taskBody {
	c := callOf(ctx)
	return func(t view.TaskItem) taskBody {
		body := taskBody{
			ID: t.ID, Kind: string(t.Kind), Text: a.say.Task(t.Kind, c.lang, t.AccountName), Assignee: personIn(c.actor.org, t.Assignee), Deputy: personIn(c.actor.org, t.Deputy), Ref: t.Ref,
			Due: instant(t.Due), Status: taskStatus(t.Status), OpenedAt: t.OpenedAt.UTC(), ClosedAt: instant(t.ClosedAt),
			ClosedBy: personIn(c.actor.org, t.ClosedBy), ReasonWanted: t.ReasonWanted, Reason: t.Reason,
		}
		body.Provisional = t.Status == deal.TaskOpen && !t.Due.IsZero() &&
			a.Calendars.Provisional(c.actor.org.RegionOf(t.Assignee), t.OpenedAt, t.Due)
		if t.Account == "" {
			body.Text = a.say.Task(t.Kind, c.lang, t.Args...)
		} else {
			body.Account = &accountRef{string(t.Account), t.AccountNumber, t.AccountName}
		}
		return body
	}
}

// taskDone ticks off a task of an account by a command, and one that belongs to none in the database.
func (a *API) taskDone(ctx context.Context, in *taskInput) (*created[doneBody], error) {
	reason := ""
	if in.Body != nil {
		reason = strings.TrimSpace(in.Body.Reason)
	}
	ofPerson, err := a.Work.IsPersonTask(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("look for a task: %w", err)
	}
	if ofPerson {
		return once(ctx, a, func() (*created[doneBody], error) { return a.personTaskDone(ctx, in.ID, reason) })
	}
	if reason != "" {
		return nil, wrong(catalogue.NoReasonKept, "/reason")
	}
	account, err := a.Work.HomeOfTask(ctx, in.ID) // see about
	if err != nil {
		return nil, fmt.Errorf("find the account of a task: %w", err)
	}
	out, err := a.command(ctx, string(account), func(*texts) deal.Body { return deal.CompleteTask{Task: in.ID} })
	if err != nil {
		return nil, err
	}
	return &created[doneBody]{Status: http.StatusOK, ETag: out.ETag, Body: doneBody{Seq: out.Body.Seq, Account: out.Body.Account}}, nil
}

func (a *API) personTaskDone(ctx context.Context, id, reason string) (*created[doneBody], error) {
	task, no, err := a.Work.CompletePersonTask(ctx, who(ctx).viewer, id, reason, a.Now(), a.Quota.AnswerBy(a.Now()))
	if err != nil {
		return nil, fmt.Errorf("complete a task: %w", err)
	}
	if len(no) > 0 {
		return nil, refused(no, "")
	}
	body := a.taskBody(ctx)(task)
	return &created[doneBody]{Status: http.StatusOK, Body: doneBody{Task: &body}}, nil
}

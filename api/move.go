package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/playbook"
)

type moveInput struct {
	AccountPath
	Body struct {
		Playbook string `json:"playbook" minLength:"1" maxLength:"64"`
		Version  int    `json:"version" minimum:"1"`
		Reason   string `json:"reason,omitempty" maxLength:"4000" doc:"mandatory unless previewing"`
		Preview  bool   `json:"preview,omitempty" doc:"only say what would change, and write nothing"`
	}
}

type moveOutput struct {
	ETag string `header:"ETag" doc:"version of the profile"`
	Body moveBody
}

// moveBody is the answer to a command; or, to a preview, what the command would change.
type moveBody struct {
	Seq     int64        `json:"seq" doc:"of the event that the move made; in a preview, of the last event there is"`
	Account *accountBody `json:"account,omitempty" doc:"as in GET /accounts/{id}; absent in a preview"`
	Preview *previewBody `json:"preview,omitempty"`
}

// previewBody is what a move would change. What stays the same is not in it.
type previewBody struct {
	From      bookRef                   `json:"from"`
	To        bookRef                   `json:"to"`
	Blind     bool                      `json:"blind" doc:"this release cannot read the present version, so everything of the other one counts as added"`
	Gate      gatePreview               `json:"gate"`
	Deadlines []clockPreview            `json:"deadlines" doc:"of the present step, as they would stand; they count from the entry into the step"`
	Lost      []lostField               `json:"lost" doc:"fields with a value that the other version does not know: it stays until the form is saved again"`
	Steps     []playbook.StepChange     `json:"steps"`
	Approvals []playbook.ApprovalChange `json:"approvals" doc:"a request that is under way keeps the chain with which it began"`
	Settings  []playbook.SettingChange  `json:"settings"`
}

type gatePreview struct {
	Before []unmetBody `json:"before" doc:"what stands against leaving the step now"`
	After  []unmetBody `json:"after" doc:"and what would"`
}

type clockPreview struct {
	Clock   string        `json:"clock" doc:"step/<deadline>"`
	Due     *time.Time    `json:"due" doc:"null while the account is paused"`
	Now     *time.Time    `json:"now" doc:"when it is due by the present version; null without it"`
	Overdue bool          `json:"overdue"`
	Rungs   []rungPreview `json:"rungs" doc:"still to come"`
}

type rungPreview struct {
	Rung string     `json:"rung"`
	At   *time.Time `json:"at" doc:"null while the account is paused"`
}

type lostField struct {
	Step  stepName `json:"step"`
	Path  string   `json:"path" doc:"the field, or table/column"`
	Label string   `json:"label"`
}

func (a *API) moveRoutes() {
	o := op(http.MethodPost, "/accounts/{id}/playbook", "move-playbook", "commands", "Move a running account to another version of its playbook, or to another one")
	o.Description = "For the line above the account and sales_ops. With preview: what would change in gate, forms, deadlines and approvals; " +
		"whoever sees the account may ask. Deadlines of the step count from its entry; reminders that lie behind do not come again. " +
		"Requests under way keep their chain, forms stay and are judged by the other version's gate."
	register(a, o, a.move)
}

func (a *API) move(ctx context.Context, in *moveInput) (*moveOutput, error) {
	to := deal.BookRef{Name: in.Body.Playbook, Version: in.Body.Version}
	if in.Body.Preview {
		return a.previewMove(ctx, in.ID, to)
	}
	out, err := a.command(ctx, in.ID, func(t *texts) deal.Body { return deal.MovePlaybook{To: to, Reason: t.ref("reason", in.Body.Reason)} })
	if err != nil {
		return nil, err
	}
	return &moveOutput{ETag: out.ETag, Body: moveBody{Seq: out.Body.Seq, Account: out.Body.Account}}, nil
}

func (a *API) previewMove(ctx context.Context, account string, to deal.BookRef) (*moveOutput, error) {
	id, err := accountID(account)
	if err != nil {
		return nil, err
	}
	read, records, err := a.Accounts.AccountWithRecords(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	if to == read.State.Book {
		return nil, refused(deal.Refusals{{Code: deal.CodeSamePlaybook, Field: "/version", Args: []string{to.String()}}}, id)
	}
	if err := a.Editions.Refresh(ctx); err != nil {
		return nil, fmt.Errorf("look for new playbooks: %w", err)
	}
	change, clocks, err := a.Editions.Preview(to, read.State, who(ctx).org.Region(read.State.Team), records, a.today())
	if errors.Is(err, deal.ErrNotFound) {
		return nil, refused(deal.Refusals{{Code: deal.CodeUnknownPlaybook, Field: "/version", Args: []string{to.String()}}}, id)
	}
	if err != nil {
		return nil, fmt.Errorf("preview a move: %w", err)
	}
	body := a.previewOf(ctx, read, change)
	for _, c := range clocks {
		body.Deadlines = append(body.Deadlines, clockOf(read.State, c))
	}
	return &moveOutput{ETag: etag(read.Profile.Version), Body: moveBody{Seq: read.State.Seq, Preview: body}}, nil
}

func (a *API) previewOf(ctx context.Context, read view.Account, c playbook.Change) *previewBody {
	lang := callOf(ctx).lang
	b := &previewBody{
		From: bookRef{c.From.Name, c.From.Version}, To: bookRef{c.To.Name, c.To.Version}, Blind: c.Blind,
		Gate:      gatePreview{a.unmet(ctx, read.State.Account, c.Gate.Before), a.unmet(ctx, read.State.Account, c.Gate.After)},
		Deadlines: []clockPreview{}, Lost: []lostField{}, Steps: c.Steps, Approvals: c.Approvals, Settings: c.Settings,
	}
	for _, step := range c.Steps {
		for _, f := range step.Fields {
			if f.Edit == playbook.Removed && f.OnFile {
				b.Lost = append(b.Lost, lostField{stepName(step.Step), f.Path, f.Before.Label.In(lang)})
			}
		}
	}
	return b
}

// unmet puts conditions that do not hold into words.
func (a *API) unmet(ctx context.Context, account deal.AccountID, no deal.Refusals) []unmetBody {
	if len(no) == 0 {
		return []unmetBody{}
	}
	return mapped(render(a.say, callOf(ctx), refused(no, account)).Errors, func(i ProblemItem) unmetBody {
		return unmetBody{Code: i.Code, Text: i.Detail, Hint: i.Hint, Href: i.Href}
	})
}

func clockOf(s deal.State, c deal.Clock) clockPreview {
	b := clockPreview{Clock: c.ID, Due: instant(c.Due), Overdue: c.Breached, Rungs: []rungPreview{}}
	for _, present := range s.Clocks {
		if present.ID == c.ID {
			b.Now = instant(present.Due)
		}
	}
	for _, r := range c.Rungs {
		b.Rungs = append(b.Rungs, rungPreview{string(r.Name), instant(r.At)})
	}
	return b
}

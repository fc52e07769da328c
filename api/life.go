package api

import (
	"context"
	"net/http"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

// The commands that hold, end, take up and hand over an account, and date its next step.

type pauseInput struct {
	AccountPath
	Body struct {
		Reason   string `json:"reason" maxLength:"4000"`
		ResumeOn string `json:"resume_on" format:"date" doc:"the account goes on by itself at the opening hour of this day"`
	}
}

type resumeInput struct {
	AccountPath
	Body *nothing
}

type closeInput struct {
	AccountPath
	Body struct {
		Outcome outcomeName `json:"outcome"`
		Reason  string      `json:"reason" maxLength:"4000"`
		Rival   string      `json:"rival,omitempty" maxLength:"4000" doc:"mandatory for a loss; \"unknown\" is an answer"`
	}
}

type reopenInput struct {
	AccountPath
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

type assignInput struct {
	AccountPath
	Body struct {
		Owner  string `json:"owner" maxLength:"64" doc:"ID of a rep"`
		Reason string `json:"reason" maxLength:"4000"`
	}
}

type followUpInput struct {
	AccountPath
	Body struct {
		At   time.Time `json:"at"`
		Note string    `json:"note,omitempty" maxLength:"4000"`
	}
}

func (a *API) lifeRoutes() {
	register(a, op(http.MethodPost, "/accounts/{id}/pause", "pause-account", "commands", "Stop all clocks until a day"), a.pause)
	register(a, op(http.MethodPost, "/accounts/{id}/resume", "resume-account", "commands", "Let the clocks run on before that day"), a.resume)
	register(a, op(http.MethodPost, "/accounts/{id}/close", "close-account", "commands", "End the pursuit"), a.closeAccount)
	register(a, op(http.MethodPost, "/accounts/{id}/reopen", "reopen-account", "commands", "Take a closed account up again"), a.reopen)
	register(a, op(http.MethodPost, "/accounts/{id}/assign", "assign-account", "commands", "Give the account to a rep"), a.assign)
	register(a, op(http.MethodPost, "/accounts/{id}/follow-up", "set-follow-up", "commands", "Date the next step towards the customer"), a.followUp)
}

// horizon is how far ahead a date may lie; beyond it a calendar would be computed year by year for nothing.
const horizon = 10 * 366 * 24 * time.Hour

func (a *API) withinHorizon(at time.Time, pointer string) error {
	if at.Sub(a.Now()) > horizon {
		return wrong(catalogue.DateTooFar, pointer)
	}
	return nil
}

func (a *API) pause(ctx context.Context, in *pauseInput) (*commandOutput, error) {
	day, err := time.Parse(time.DateOnly, in.Body.ResumeOn)
	if err != nil {
		return nil, wrong("not_date", "/resume_on")
	}
	if err := a.withinHorizon(day, "/resume_on"); err != nil {
		return nil, err
	}
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Pause{Reason: t.ref("reason", in.Body.Reason), ResumeOn: in.Body.ResumeOn}
	})
}

func (a *API) resume(ctx context.Context, in *resumeInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(*texts) deal.Body { return deal.ResumeNow{} })
}

func (a *API) closeAccount(ctx context.Context, in *closeInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Close{
			Outcome: deal.Outcome(in.Body.Outcome), Reason: t.ref("reason", in.Body.Reason), Rival: t.ref("rival", in.Body.Rival),
		}
	})
}

func (a *API) reopen(ctx context.Context, in *reopenInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.ReopenAccount{Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) assign(ctx context.Context, in *assignInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Assign{Owner: deal.PersonID(in.Body.Owner), Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) followUp(ctx context.Context, in *followUpInput) (*commandOutput, error) {
	if err := a.withinHorizon(in.Body.At, "/at"); err != nil {
		return nil, err
	}
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.SetFollowUp{At: in.Body.At, Note: t.ref("note", in.Body.Note)}
	})
}

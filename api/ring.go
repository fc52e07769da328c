package api

import (
	"context"
	"net/http"

	"closedloop/deal"
)

// The commands that walk an account round the ring. Each operation is the word of its command, and does nothing but
// translate a body.

type advanceInput struct {
	AccountPath
	Body struct {
		From stepName `json:"from" doc:"the step you see the account in"`
		Note string   `json:"note,omitempty" maxLength:"4000"`
	}
}

type returnInput struct {
	AccountPath
	Body struct {
		To     stepName `json:"to"`
		Reason string   `json:"reason" maxLength:"4000"`
	}
}

type intakeInput struct {
	AccountPath
	Body struct {
		Decision  intakeDecision `json:"decision"`
		Reason    string         `json:"reason,omitempty" maxLength:"4000" doc:"mandatory unless accepting"`
		MergeInto string         `json:"merge_into,omitempty" maxLength:"64" doc:"with merge: the account that lives on"`
	}
}

type gradeInput struct {
	AccountPath
	Body struct {
		Grade  gradeName `json:"grade"`
		Reason string    `json:"reason" maxLength:"4000"`
	}
}

type secondDevelopmentInput struct {
	AccountPath
	Body struct {
		Goal string `json:"goal" maxLength:"4000"`
	}
}

func (a *API) ringRoutes() {
	advance := op(http.MethodPost, "/accounts/{id}/advance", "advance-account", "commands", "Leave the present step forward")
	advance.Description = "Refused with gate_unmet and every unmet condition while the gate does not hold. From archive the ring closes and the account rests."
	register(a, advance, a.advance)
	register(a, op(http.MethodPost, "/accounts/{id}/return", "return-account", "commands", "Go back to an earlier step"), a.goBack)
	register(a, op(http.MethodPost, "/accounts/{id}/intake", "review-intake", "commands", "Accept, return or merge a handed-over lead"), a.intake)
	register(a, op(http.MethodPost, "/accounts/{id}/grade", "grade-account", "commands", "Set the value grade"), a.grade)
	register(a, op(http.MethodPost, "/accounts/{id}/second-development", "second-development", "commands", "Start the next cycle of a resting account"),
		a.secondDevelopment)
}

func (a *API) advance(ctx context.Context, in *advanceInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Advance{From: deal.Step(in.Body.From), Note: t.ref("note", in.Body.Note)}
	})
}

func (a *API) goBack(ctx context.Context, in *returnInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Return{To: deal.Step(in.Body.To), Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) intake(ctx context.Context, in *intakeInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.ReviewIntake{
			Decision: deal.IntakeDecision(in.Body.Decision), Reason: t.ref("reason", in.Body.Reason), MergeInto: deal.AccountID(in.Body.MergeInto),
		}
	})
}

func (a *API) grade(ctx context.Context, in *gradeInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.SetGrade{Grade: deal.Grade(in.Body.Grade), Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) secondDevelopment(ctx context.Context, in *secondDevelopmentInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.SecondDevelopment{Goal: t.ref("goal", in.Body.Goal)}
	})
}

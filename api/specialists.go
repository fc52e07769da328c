package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal"
)

type specialistBody struct {
	ID         string      `json:"id"`
	Step       stepName    `json:"step"`
	Person     *personBody `json:"person,omitempty"`
	By         *personBody `json:"by,omitempty" doc:"who offered it"`
	Note       string      `json:"note"`
	Accepted   bool        `json:"accepted" doc:"false: offered, and not answered yet"`
	OfferedAt  time.Time   `json:"offered_at"`
	AcceptedAt *time.Time  `json:"accepted_at"`
	AnswerBy   *time.Time  `json:"answer_by" doc:"when the answer is expected; null once accepted, and while the account is paused"`
}

type offerStepInput struct {
	AccountPath
	Body struct {
		Step   stepName `json:"step"`
		Person string   `json:"person" maxLength:"64" doc:"ID"`
		Note   string   `json:"note,omitempty" maxLength:"4000"`
	}
}

type SpecialistPath struct {
	AccountPath
	Specialist string `path:"specialist" maxLength:"64"`
}

type answerStepInput struct {
	SpecialistPath
	Body struct {
		Decision stepAnswer `json:"decision"`
		Reason   string     `json:"reason,omitempty" maxLength:"4000" doc:"mandatory for decline"`
	}
}

type withdrawStepInput struct {
	SpecialistPath
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"4000"`
	}
}

type stepAnswer string

// Schema lists both words.
func (stepAnswer) Schema(huma.Registry) *huma.Schema {
	return closedSet(string(deal.AcceptStep), string(deal.DeclineStep))
}

func (a *API) specialistRoutes() {
	list := op(http.MethodGet, "/accounts/{id}/specialists", "list-specialists", "ring", "Steps that were offered to specialists or taken over")
	register(a, list, a.specialists)
	offer := op(http.MethodPost, "/accounts/{id}/specialists", "offer-step", "ring", "Offer a step to a specialist")
	offer.Description = "By the owner or the line above. Who accepts works in that step beside the owner, as long as the account is in it. An offer that " +
		"nobody answers stops nothing."
	register(a, offer, a.offerStep)
	answer := op(http.MethodPost, "/accounts/{id}/specialists/{specialist}/answer", "answer-step", "ring", "Take an offered step over, or say no")
	register(a, answer, a.answerStep)
	withdraw := op(http.MethodPost, "/accounts/{id}/specialists/{specialist}/withdraw", "withdraw-step", "ring", "Take a step back, or give it up")
	register(a, withdraw, a.withdrawStep)
}

type specialistsInput struct {
	AccountPath
	Paging
}

func (a *API) specialists(ctx context.Context, in *specialistsInput) (*reply[list[specialistBody]], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	v := who(ctx).viewer
	account, err := a.Accounts.Account(ctx, v, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	page, next, err := pageOf(account.State.Specialists, in.Paging, func(p deal.Specialist) string { return p.ID })
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range page {
		if p.Note != nil {
			ids = append(ids, p.Note.ID)
		}
	}
	texts := map[string]string{}
	if len(ids) > 0 {
		if texts, err = a.Log.Texts(ctx, v, id, ids); err != nil {
			return nil, fmt.Errorf("read notes: %w", err)
		}
	}
	org := who(ctx).org
	return listOf(mapped(page, func(p deal.Specialist) specialistBody {
		b := specialistBody{
			ID: p.ID, Step: stepName(p.Step), Person: personIn(org, p.Person), By: personIn(org, p.By), Accepted: p.Accepted(),
			OfferedAt: p.OfferedAt.UTC(), AcceptedAt: instant(p.AcceptedAt), AnswerBy: instant(account.State.AnswerBy(p)),
		}
		if p.Note != nil {
			b.Note = texts[p.Note.ID]
		}
		return b
	}), next), nil
}

func (a *API) offerStep(ctx context.Context, in *offerStepInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.OfferStep{Step: deal.Step(in.Body.Step), Person: deal.PersonID(in.Body.Person), Note: t.ref("note", in.Body.Note)}
	})
}

func (a *API) answerStep(ctx context.Context, in *answerStepInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.AnswerStep{Specialist: in.Specialist, Decision: deal.StepAnswer(in.Body.Decision), Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) withdrawStep(ctx context.Context, in *withdrawStepInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		b := deal.WithdrawStep{Specialist: in.Specialist}
		if in.Body != nil {
			b.Reason = t.ref("reason", in.Body.Reason)
		}
		return b
	})
}

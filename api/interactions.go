package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

type interactionInput struct {
	AccountPath
	Body struct {
		Kind     interactionKind `json:"kind"`
		At       time.Time       `json:"at" doc:"when it took place"`
		With     []string        `json:"with" minItems:"1" maxItems:"50" maxLength:"64" doc:"IDs of contacts"`
		Aim      string          `json:"aim" maxLength:"4000"`
		Result   string          `json:"result" maxLength:"4000"`
		NextStep string          `json:"next_step" maxLength:"4000"`
		NextAt   time.Time       `json:"next_at,omitzero" doc:"when; the cadence of the grade dates it when this is absent"`
		Intent   int             `json:"intent,omitempty" minimum:"1" maximum:"5" doc:"how much the customer wants to buy, as you judge; the account keeps the last one"`
	}
}

type interactionBody struct {
	ID       string          `json:"id"`
	Cycle    int             `json:"cycle"`
	Step     stepName        `json:"step,omitempty"`
	Pass     int             `json:"pass"`
	Kind     interactionKind `json:"kind,omitempty"`
	At       time.Time       `json:"at"`
	With     []string        `json:"with"`
	By       *personBody     `json:"by,omitempty"`
	Aim      string          `json:"aim" doc:"empty once erased"`
	Result   string          `json:"result"`
	NextStep string          `json:"next_step"`
	NextAt   *time.Time      `json:"next_at"`
	Intent   int             `json:"intent,omitempty" doc:"1–5, how much the customer wants to buy; absent where nobody said"`

	Imported *historyNote `json:"imported,omitempty" doc:"of an entry that came with a lead sheet: it moves no clock and meets no gate"`

	Account *accountRef `json:"account,omitempty" doc:"the merged account that logged it; absent for the account's own"`
}

type accountListInput struct {
	AccountPath
	Paging
}

func (a *API) interactionRoutes() {
	log := op(http.MethodPost, "/accounts/{id}/interactions", "log-interaction", "interactions", "Record a visit, call or meeting")
	log.Description = "A command: its next step becomes the account's follow-up."
	register(a, log, a.logInteraction)
	register(a, op(http.MethodGet, "/accounts/{id}/interactions", "list-interactions", "interactions", "Interactions, newest first"), a.interactions)
}

func (a *API) logInteraction(ctx context.Context, in *interactionInput) (*commandOutput, error) {
	if err := a.withinHorizon(in.Body.NextAt, "/next_at"); err != nil {
		return nil, err
	}
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.LogInteraction{
			Kind: deal.InteractionKind(in.Body.Kind), At: in.Body.At, With: in.Body.With, Aim: t.ref("aim", in.Body.Aim),
			Result: t.ref("result", in.Body.Result), NextStep: t.ref("next_step", in.Body.NextStep), NextAt: in.Body.NextAt,
			Intent: in.Body.Intent,
		}
	})
}

func (a *API) interactions(ctx context.Context, in *accountListInput) (*reply[list[interactionBody]], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	items, next, err := a.Records.Interactions(ctx, who(ctx).viewer, id, in.page())
	if err != nil {
		return nil, fmt.Errorf("list interactions: %w", err)
	}
	merged, err := a.sourcesOf(ctx, mapped(items, func(i view.InteractionItem) deal.AccountID { return other(i.Account, id) }))
	if err != nil {
		return nil, err
	}
	org := who(ctx).org
	return listOf(mapped(items, func(i view.InteractionItem) interactionBody {
		if i.Imported != nil {
			return importedInteraction(*i.Imported, merged.of(other(i.Account, id)))
		}
		return interactionBody{
			ID: i.ID, Cycle: i.Cycle, Step: stepName(i.Step), Pass: i.Pass, Kind: interactionKind(i.Kind), At: i.At.UTC(),
			With: append([]string{}, i.With...), By: personIn(org, i.By), Aim: i.AimText, Result: i.ResultText, NextStep: i.NextStepText,
			NextAt: instant(i.NextAt), Intent: i.Intent, Account: merged.of(other(i.Account, id)),
		}
	}), next), nil
}

package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"closedloop/deal"
)

type eraseTextInput struct {
	AccountPath
	Text string `path:"text" maxLength:"64" doc:"ID of the text, from the timeline"`
	Body struct {
		Reason string `json:"reason" maxLength:"4000" doc:"why; it stays on record, so it must not repeat what is erased"`
	}
}

func (a *API) eraseRoutes() {
	erase := op(http.MethodDelete, "/accounts/{id}/texts/{text}", "erase-text", "history", "Erase what somebody wrote")
	erase.Description = "For the line above the account. The text goes for good; the log keeps a reference and a keyed hash, so that " +
		"its chain still verifies, and the timeline says that something was erased."
	register(a, erase, a.eraseText)
}

func (a *API) eraseText(ctx context.Context, in *eraseTextInput) (*struct{}, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	reasonText := strings.TrimSpace(in.Body.Reason)
	if reasonText == "" {
		return nil, refused(deal.Refusals{{Code: deal.CodeReasonMissing, Field: "/reason"}}, "")
	}
	if err := a.Log.EraseText(ctx, who(ctx).viewer, id, in.Text, reasonText); err != nil {
		return nil, fmt.Errorf("erase text: %w", err)
	}
	a.Logger.InfoContext(ctx, "text erased", "trace_id", callOf(ctx).trace, "actor", who(ctx).person.ID, "account", id, "text", in.Text)
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}

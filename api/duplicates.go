package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"closedloop/api/catalogue"
	"closedloop/deal/view"
	"closedloop/naming"
)

type duplicatesInput struct {
	Name       string `query:"name" maxLength:"200"`
	CreditCode string `query:"credit_code" maxLength:"40"`
	Phone      string `query:"phone" maxLength:"40"`
	Exporting
}

// duplicateBody says that somebody follows a customer and who to ask, and nothing else of it (domain.md §4).
type duplicateBody struct {
	Account string      `json:"account" doc:"ID, for merging; reading it needs your scope"`
	Ask     *personBody `json:"ask,omitempty" doc:"its owner, else the lead of its team"`
	Team    string      `json:"team" doc:"name of the team"`
	Reason  string      `json:"reason" doc:"credit_code, name or phone: why it looks the same; similar_name: it only resembles it"`

	Similarity int `json:"similarity" doc:"how much the names resemble each other, in per cent; 0 where they do not, or no name was given"`
}

func (a *API) duplicateRoutes() {
	register(a, op(http.MethodGet, "/duplicates", "find-duplicates", "intake", "Does somebody follow this customer already"), a.duplicates)
}

func (a *API) duplicates(ctx context.Context, in *duplicatesInput) (*reply[list[duplicateBody]], error) {
	name := strings.TrimSpace(in.Name)
	if name == "" && in.CreditCode == "" && in.Phone == "" {
		return nil, wrong("required_parameter", "query/name")
	}
	var phones []string
	if in.Phone != "" {
		number, err := naming.Phone(in.Phone)
		if err != nil {
			return nil, wrong(catalogue.InvalidPhone, "query/phone")
		}
		phones = []string{number}
	}
	found, err := a.Accounts.Duplicates(ctx, name, in.CreditCode, phones)
	if err != nil {
		return nil, fmt.Errorf("find duplicates: %w", err)
	}
	org := who(ctx).org
	return listOf(mapped(found, func(d view.Duplicate) duplicateBody {
		ask := d.Owner
		if ask == "" {
			ask = org.LeadOf(d.Team)
		}
		team, _ := org.Team(d.Team)
		return duplicateBody{Account: string(d.Account), Ask: personIn(org, ask), Team: team.Name, Reason: d.Reason, Similarity: percent(d.Score)}
	}), ""), nil
}

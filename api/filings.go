package api

import (
	"context"
	"fmt"
	"net/http"

	"closedloop/deal"
	"closedloop/deal/view"
)

type arbitrationInput struct {
	AccountPath
	Filing string `path:"filing" maxLength:"64" doc:"ID of the filing whose request waits"`
	Body   struct {
		Decision arbitrationName `json:"decision" doc:"grant: the account may file and the other one's filing ends; refuse: the request is over"`
		Reason   string          `json:"reason" maxLength:"4000"`
	}
}

// similarFiling is a live filing of another account, for whoever decides about a new one (domain.md §4).
type similarFiling struct {
	Account    accountRef  `json:"account" doc:"its name is masked outside your scope"`
	Owner      *personBody `json:"owner,omitempty"`
	Team       string      `json:"team" doc:"name of the team"`
	Project    string      `json:"project" doc:"empty: all business with the customer"`
	ValidUntil string      `json:"valid_until" format:"date"`
	Similarity int         `json:"similarity" doc:"how much the customers resemble each other, in per cent; 100: the same customer"`
}

func (a *API) filingRoutes() {
	arbitrate := op(http.MethodPost, "/accounts/{id}/filings/{filing}/arbitration", "arbitrate-filing", "approvals", "Decide a conflict of filings")
	arbitrate.Description = "For sales operations, when another account of the same customer has filed the project (filing_conflict). " +
		"Neither who asked nor an owner of either side decides. Both owners are told."
	register(a, arbitrate, a.arbitrate)
}

func (a *API) arbitrate(ctx context.Context, in *arbitrationInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Arbitrate{Filing: in.Filing, Decision: deal.Arbitration(in.Body.Decision), Reason: t.ref("reason", in.Body.Reason)}
	})
}

// similarFilings are what an approver of a filing has to know; nothing for requests of another kind.
func (a *API) similarFilings(ctx context.Context, item view.ApprovalItem) ([]similarFiling, error) {
	if item.Kind != deal.Filing {
		return nil, nil
	}
	found, err := a.Work.SimilarFilings(ctx, who(ctx).viewer, item.Account, a.today().Format("2006-01-02"))
	if err != nil {
		return nil, fmt.Errorf("find similar filings: %w", err)
	}
	org := who(ctx).org
	return mapped(found, func(f view.SimilarFiling) similarFiling {
		team, _ := org.Team(f.Team)
		return similarFiling{
			Account: accountRef{ID: string(f.Account), Number: f.Number, Name: f.Name}, Owner: personIn(org, f.Owner), Team: team.Name,
			Project: f.Project, ValidUntil: f.ValidUntil, Similarity: percent(f.Score),
		}
	}), nil
}

// percent is a score in basis points as people read it.
func percent(score int) int { return score / 100 }

package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

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

// similarFilings are what an approver of a filing has to know; nothing for requests of another kind, and nothing for
// readers who have no say in this one: projects and accounts of others are not theirs to know (domain.md §4).
func (a *API) similarFilings(ctx context.Context, item view.ApprovalItem) ([]similarFiling, error) {
	if item.Kind != deal.Filing || !hasSay(who(ctx).viewer, item.Approval) {
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

// hasSay tells whether somebody decides, or has decided, about a request: on a seat of theirs or of somebody they stand in
// for, or because every conflict comes to them.
func hasSay(v view.Viewer, a deal.Approval) bool {
	if v.All {
		return true
	}
	mine := func(p deal.PersonID) bool { return slices.Contains(v.Owners, p) }
	return a.Requester != v.Person.ID && slices.ContainsFunc(a.Levels, func(l deal.Level) bool {
		return slices.ContainsFunc(l.Seats, func(s deal.Seat) bool { return mine(s.Holder) || mine(s.By) || slices.ContainsFunc(s.Alternates, mine) })
	})
}

// percent is a score in basis points as people read it.
func percent(score int) int { return score / 100 }

package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/past"
	"closedloop/deal/view"
)

type battleMapInput struct {
	AccountPath
	At time.Time `query:"at" doc:"as of an instant since the account was opened; absent: now"`
}

// battleMapBody is one account on one page (domain.md §6).
type battleMapBody struct {
	At           time.Time         `json:"at" doc:"the instant that the map shows"`
	Account      accountRef        `json:"account"`
	Portrait     portraitBody      `json:"portrait"`
	Stakeholders []stakeholderBody `json:"stakeholders" doc:"every contact, with the part that is known of them"`
	Relations    []relationBody    `json:"relations"`
	Support      supportBody       `json:"support"`
	Coverage     coverageBody      `json:"coverage"`
	Competition  competitionBody   `json:"competition"`
	Stage        stageBody         `json:"stage"`
	Plan         planBody          `json:"plan"`
	People       peopleBody        `json:"people"`
	Coming       []comingBody      `json:"coming" doc:"what was going to happen by itself, as things stood"`
}

// peopleBody is who works on the account.
type peopleBody struct {
	Owner            *personBody    `json:"owner,omitempty"`
	Team             *teamBody      `json:"team,omitempty"`
	PendingApprovals []approvalBody `json:"pending_approvals"`
}

func (a *API) battleMapRoutes() {
	o := op(http.MethodGet, "/accounts/{id}/battle-map", "battle-map", "dossier", "Portrait, people, rivals, stage and plan on one page, now or at a past instant")
	o.Description = "State and meetings come from the log until then, records as they were on file then. Names of our own people " +
		"are those of today. Private facts are never on it, and what was erased is on no past map."
	register(a, o, a.battleMap)
}

func (a *API) battleMap(ctx context.Context, in *battleMapInput) (*reply[battleMapBody], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	now := a.today().Truncate(time.Microsecond)
	at := in.At.UTC().Truncate(time.Microsecond) // as the database counts
	switch {
	case at.After(now):
		return nil, wrong(string(deal.CodeDateInFuture), "query/at")
	case at.IsZero() && callOf(ctx).request.URL.Query().Get("at") != "": // the first instant there is, and not the absence of one
		return nil, wrong(catalogue.NotYetThere, "query/at")
	}
	history, err := a.Log.History(ctx, who(ctx).viewer, id, at)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	was, err := past.At(history, at)
	if errors.Is(err, past.ErrNotYet) {
		return nil, wrong(catalogue.NotYetThere, "query/at")
	}
	if err != nil {
		return nil, fmt.Errorf("put the account back to an instant: %w", err)
	}
	asked := at
	if at.IsZero() {
		at = now
	}
	above, err := a.under(ctx, &was, id, asked)
	if err != nil {
		return nil, err
	}
	body, err := a.drawMap(ctx, was, above, at.In(a.Zone))
	if err != nil {
		return nil, err
	}
	return &reply[battleMapBody]{*body}, nil
}

// under adds what the accounts above showed to an account at an instant; zero is now. They are found in the logs, so that a
// map of the past has the family of that day. What came above it by a merger since stands where it stood.
func (a *API) under(ctx context.Context, was *past.Account, id deal.AccountID, at time.Time) ([]past.Account, error) {
	var above []past.Account
	for next := was.State.Parent; next != "" && len(above) < 2*deal.MaxGenerations; {
		history, err := a.Log.HistoryAbove(ctx, who(ctx).viewer, id, next, at)
		if err != nil {
			return nil, fmt.Errorf("read history of an account above: %w", err)
		}
		account, err := past.At(history, at)
		if errors.Is(err, past.ErrNotYet) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("put an account above back to an instant: %w", err)
		}
		if account.State.Merged == "" { // a merged account only points on
			if err := was.Under(account); err != nil {
				return nil, fmt.Errorf("read what an account above shares: %w", err)
			}
			above = append(above, account)
		}
		next = account.State.Upward()
	}
	return above, nil
}

// drawMap puts an account, as it was at an instant of the organisation's zone, on one page.
func (a *API) drawMap(ctx context.Context, was past.Account, above []past.Account, at time.Time) (*battleMapBody, error) {
	rules, err := a.Rules(was.State.Book)
	if err != nil {
		return nil, fmt.Errorf("read rules of the playbook: %w", err)
	}
	collect, _ := was.Form(deal.Collect)
	s := sheet{
		Input: dossier.Input{
			Now: at, State: was.State, Profile: was.Profile, Contacts: was.Contacts, Interactions: was.Interactions, Collect: collect,
			File: was.File.Of(was.State.Cycle), Lifts: dossier.LiftsOf(was.State), Rules: rules,
		},
		kind: a.kindOf, call: callOf(ctx), today: dossier.DayOf(at), above: above,
	}
	if s.hide, err = a.hidesNow(ctx, rules, was.State.Account); err != nil {
		return nil, err
	}
	note, err := a.followUpNote(ctx, was.State)
	if err != nil {
		return nil, err
	}
	form, _ := was.Form(was.State.Step)
	stage := formOf(form)
	if s.hide {
		stage = stage.without(rules.Figures)
	}
	return &battleMapBody{
		At: at.UTC(), Account: accountRef{string(was.State.Account), was.State.Number, was.Profile.Name},
		Portrait: s.portrait(), Stakeholders: s.stakeholders(), Relations: s.relations(), Support: s.support(), Coverage: s.coverage(),
		Competition: s.competition(), Stage: s.stage(stage), Plan: s.plan(note), People: s.people(),
		Coming: a.coming(ctx, view.Account{State: was.State, Profile: was.Profile}, at),
	}, nil
}

// followUpNote is what was written beside the next follow-up, as long as it exists.
func (a *API) followUpNote(ctx context.Context, s deal.State) (string, error) {
	if s.FollowUp == nil || s.FollowUp.Note == nil {
		return "", nil
	}
	texts, err := a.Log.Texts(ctx, who(ctx).viewer, s.Account, []string{s.FollowUp.Note.ID})
	if err != nil {
		return "", fmt.Errorf("read note: %w", err)
	}
	return texts[s.FollowUp.Note.ID], nil
}

// sheet is what a battle map is drawn from: an account at an instant, with the file of the cycle that ran.
type sheet struct {
	dossier.Input

	kind  func(dossier.Kind) *recordKind
	call  *call
	today dossier.Day
	above []past.Account // nearest first
	hide  bool           // figures that are not for the reader
}

// sources are the accounts above as they are named on the map.
func (s sheet) sources() sources {
	refs := sources{}
	for _, a := range s.above {
		refs[a.State.Account] = view.AccountRef{ID: a.State.Account, Number: a.State.Number, Name: a.Profile.Name}
	}
	return refs
}

// newest is the record of a kind of which there is one; nil when nothing is on file.
func newest[R dossier.Record](s sheet) *recordIn[R] {
	record, ok := dossier.Newest[R](s.File)
	if !ok {
		return nil
	}
	return ptr(inMap(s, record))
}

// inMap shows a record in the map.
func inMap[R dossier.Record](s sheet, record R) recordIn[R] {
	if s.hide {
		if hidden, _ := dossier.HideFigures(record); hidden != nil {
			record, _ = hidden.(R) // of the same kind
		}
	}
	return recordIn[R]{kind: s.kind(record.Kind()), record: record}
}

func (s sheet) people() peopleBody {
	b := peopleBody{
		Owner: personIn(s.call.actor.org, s.State.Owner), Team: teamIn(s.call.actor.org, s.State.Team), PendingApprovals: []approvalBody{},
	}
	for _, ap := range s.State.Approvals {
		if ap.Status == deal.Pending {
			b.PendingApprovals = append(b.PendingApprovals, approvalOf(s.call.actor.org, ap, nil, s.State.LastAt))
		}
	}
	return b
}

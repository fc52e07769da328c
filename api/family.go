package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal"
	"closedloop/deal/view"
)

// relationName is how an account belongs to its parent.
type relationName string

// Schema lists the relations; empty for an account without a parent.
func (relationName) Schema(huma.Registry) *huma.Schema {
	return closedSet(append([]deal.Relation{""}, deal.Relations()...)...)
}

type setParentInput struct {
	AccountPath
	Body struct {
		Parent   string       `json:"parent" maxLength:"64" doc:"ID of the account above; empty: leave the family"`
		Relation relationName `json:"relation,omitempty" doc:"mandatory with a parent"`
		Reason   string       `json:"reason" maxLength:"4000"`
	}
}

type promoteInput struct {
	AccountPath
	Body struct {
		Playbook string `json:"playbook,omitempty" maxLength:"40" doc:"of the next cycle; absent: the organisation's default"`
		Reason   string `json:"reason" maxLength:"4000"`
	}
}

type mergeInput struct {
	AccountPath
	Body struct {
		Into   string `json:"into" maxLength:"64" doc:"ID of the account that lives on"`
		Reason string `json:"reason" maxLength:"4000"`
	}
}

// relativeBody is an account of a family. Of one that the caller does not see, only the names are there.
type relativeBody struct {
	ID       string       `json:"id"`
	Number   string       `json:"number"`
	Name     string       `json:"name"`
	Relation relationName `json:"relation" doc:"to its own parent"`
	Seen     bool         `json:"seen" doc:"whether the rest is told: the account is in your scope"`
	Step     string       `json:"step"`
	Status   string       `json:"status"`
	Owner    *personBody  `json:"owner,omitempty"`
	Team     *teamBody    `json:"team,omitempty"`
	Grade    string       `json:"grade"`
	Deadline *time.Time   `json:"deadline"`
	Overdue  bool         `json:"overdue"`
}

// familyTree is GET /accounts/{id}/family.
type familyTree struct {
	Account   accountRef     `json:"account"`
	Relation  relationName   `json:"relation" doc:"to its parent"`
	Ancestors []relativeBody `json:"ancestors" doc:"parent first"`
	Children  []relativeBody `json:"children" doc:"by number, at most 100; GET /accounts?parent= lists any number, in any generation"`
	Merged    []mergedBody   `json:"merged" doc:"accounts that were merged into this one"`
}

type mergedBody struct {
	ID     string    `json:"id"`
	Number string    `json:"number"`
	Name   string    `json:"name"`
	At     time.Time `json:"at" doc:"of the merger"`
}

// familyBody is the family in GET /accounts/{id}.
type familyBody struct {
	Parent   *accountRef    `json:"parent,omitempty"`
	Relation relationName   `json:"relation"`
	Children []relativeBody `json:"children" doc:"by number, at most 100"`
}

// rollUpBody is a family as one row of a list: what the caller sees of it, the account on top included.
type rollUpBody struct {
	Members      int        `json:"members"`
	Active       int        `json:"active"`
	Overdue      int        `json:"overdue" doc:"members with a missed deadline"`
	NextDeadline *time.Time `json:"next_deadline" doc:"of any member"`
	NextFollowUp *time.Time `json:"next_follow_up" doc:"of any member"`
}

func (a *API) familyRoutes() {
	set := op(http.MethodPost, "/accounts/{id}/family", "set-parent", "families", "Put the account under another one, or take it out of its family")
	set.Description = "For the line above both accounts, and sales_ops. A family is at most five generations deep and has no circles. " +
		"A child reads its ancestors' contacts, stakeholders, classification and credit; they are written where they belong."
	register(a, set, a.setParent)
	register(a, op(http.MethodGet, "/accounts/{id}/family", "get-family", "families", "Ancestors, children, and what was merged into the account"), a.family)
	promote := op(http.MethodPost, "/accounts/{id}/promote", "promote-account", "families", "Make a key account of a project customer")
	promote.Description = "For the line above, on an account whose playbook serves one-off projects, once any of the five tests of a key account " +
		"holds. The running cycle goes on; the next one begins on the other playbook."
	register(a, promote, a.promote)
	merge := op(http.MethodPost, "/accounts/{id}/merge", "merge-account", "families", "Merge the account into another one of the same customer")
	merge.Description = "Needs an approved request of kind merge about the other account, so that two persons agree. The account is closed with a " +
		"pointer; contacts, life-long records and files go over, both histories are kept. There is no way back."
	register(a, merge, a.merge)
}

func (a *API) setParent(ctx context.Context, in *setParentInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.SetParent{
			Parent: deal.AccountID(in.Body.Parent), Relation: deal.Relation(in.Body.Relation), Reason: t.ref("reason", in.Body.Reason),
		}
	})
}

func (a *API) promote(ctx context.Context, in *promoteInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Promote{Playbook: in.Body.Playbook, Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) merge(ctx context.Context, in *mergeInput) (*commandOutput, error) {
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		return deal.Merge{Into: deal.AccountID(in.Body.Into), Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) family(ctx context.Context, in *AccountPath) (*reply[familyTree], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	kin, err := a.Accounts.Kin(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read family: %w", err)
	}
	org := who(ctx).org
	return &reply[familyTree]{familyTree{
		Account: accountRef{in.ID, read.State.Number, read.Profile.Name}, Relation: relationName(read.State.Relation),
		Ancestors: relatives(org, kin.Above), Children: relatives(org, kin.Children), Merged: mergedOf(kin.MergedFrom),
	}}, nil
}

func relatives(org deal.Org, all []view.Relative) []relativeBody {
	return mapped(all, func(r view.Relative) relativeBody {
		return relativeBody{
			ID: string(r.ID), Number: r.Number, Name: r.Name, Relation: relationName(r.Relation), Seen: r.Seen, Step: string(r.Step), Status: string(r.Status),
			Owner: personIn(org, r.Owner), Team: teamIn(org, r.Team), Grade: string(r.Grade), Deadline: instant(r.Deadline), Overdue: r.Overdue,
		}
	})
}

func mergedOf(all []view.Merged) []mergedBody {
	return mapped(all, func(m view.Merged) mergedBody { return mergedBody{string(m.ID), m.Number, m.Name, m.At.UTC()} })
}

func refOf(r view.AccountRef) accountRef { return accountRef{string(r.ID), r.Number, r.Name} }

// familyOf is the family of an account that was read with its kin.
func familyOf(org deal.Org, read view.Account) familyBody {
	b := familyBody{Relation: relationName(read.State.Relation), Children: relatives(org, read.Kin.Children)}
	if len(read.Kin.Above) > 0 {
		b.Parent = ptr(refOf(read.Kin.Above[0].AccountRef))
	}
	return b
}

func rollUpOf(r *view.RollUp) *rollUpBody {
	if r == nil {
		return nil
	}
	return &rollUpBody{
		Members: r.Members, Active: r.Active, Overdue: r.Overdue, NextDeadline: instant(r.Deadline), NextFollowUp: instant(r.NextFollowUp),
	}
}

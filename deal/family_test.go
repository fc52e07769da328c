package deal_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

const grandparent deal.AccountID = "0190a000-0000-7000-8000-000000000003"

func under(parent deal.AccountID) deal.SetParent {
	return deal.SetParent{Parent: parent, Relation: deal.Subsidiary, Reason: note("one house")}
}

func TestFamily_anAccountComesUnderAnotherAndLeavesIt(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	events := w.do(t, manager1, under(other))
	require.Equal(t, deal.ParentSet{Parent: other, Relation: deal.Subsidiary, Reason: note("one house")}, body[deal.ParentSet](t, events))
	require.Equal(t, []any{other, deal.Subsidiary}, []any{w.state.Parent, w.state.Relation})
	require.ElementsMatch(t, []string{"family_changed rep1", "family_changed rep2"}, told(events), "both owners hear of it")
	require.Equal(t, deal.Survey, w.state.Step, "each walks its own ring")

	w.refuse(t, manager1, under(other), deal.CodeSameParent)
	w.do(t, manager1, deal.SetParent{Parent: other, Relation: deal.ParallelProject, Reason: note("a project after all")})
	left := body[deal.ParentSet](t, w.do(t, director1, deal.SetParent{Reason: note("sold")}))
	require.Equal(t, deal.ParentSet{Previous: other, PreviousRelation: deal.ParallelProject, Reason: note("sold")}, left)
	require.Equal(t, []any{deal.AccountID(""), deal.Relation("")}, []any{w.state.Parent, w.state.Relation})
	w.refuse(t, manager1, deal.SetParent{Reason: note("again")}, deal.CodeSameParent)
}

func TestFamily_isArrangedByWhoLeadsBothAccounts(t *testing.T) {
	t.Parallel()
	for _, actor := range []deal.PersonID{manager1, director1, ops1} {
		standingIn(t, deal.Survey).do(t, actor, under(other))
	}
	w := standingIn(t, deal.Survey)
	w.facts.Target.Team = team2
	no := w.refuse(t, manager1, under(other), deal.CodeUnknownAccount)
	require.Equal(t, "/parent", no[0].Field, "another team's account is as if it were not there")
	w.do(t, director1, under(other))
	w = standingIn(t, deal.Survey)
	w.refuse(t, rep1, under(other), deal.CodeNotYourRole, deal.CodeUnknownAccount)
	w.delegate(manager1, rep2, 3)
	w.do(t, rep2, under(other))
}

func TestFamily_refusesAParentThatCannotBeOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		target  deal.State
		lineage deal.Lineage
		command deal.SetParent
		want    []deal.Code
	}{
		"itself": {command: under(account), want: []deal.Code{deal.CodeFamilyCycle}},
		"nobody": {command: under(other), want: []deal.Code{deal.CodeUnknownAccount}},
		"closed": {
			target: deal.State{Account: other, Seq: 1, Status: deal.Closed, Team: team1}, command: under(other),
			want: []deal.Code{deal.CodeTargetClosed},
		},
		"one below it": {
			target:  deal.State{Account: other, Seq: 1, Status: deal.Active, Team: team1},
			lineage: deal.Lineage{Above: []deal.State{{Account: grandparent, Seq: 1}, {Account: account, Seq: 1}}, Below: 2},
			command: under(other), want: []deal.Code{deal.CodeFamilyCycle},
		},
		"no way to belong": {
			target:  deal.State{Account: other, Seq: 1, Status: deal.Active, Team: team1},
			command: deal.SetParent{Parent: other, Relation: "cousin"}, want: []deal.Code{deal.CodeInvalidValue, deal.CodeReasonMissing},
		},
		"a relation to nobody": {
			command: deal.SetParent{Relation: deal.Subsidiary, Reason: note("r")}, want: []deal.Code{deal.CodeInvalidValue},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := standingIn(t, deal.Survey)
			w.facts.Target, w.facts.Lineage = c.target, c.lineage
			w.refuse(t, manager1, c.command, c.want...)
		})
	}
}

func TestFamily_isAtMostFiveGenerationsDeep(t *testing.T) {
	t.Parallel()
	living := func(n int) []deal.State {
		var above []deal.State
		for range n {
			above = append(above, deal.State{Account: grandparent, Seq: 1})
		}
		return above
	}
	merged := deal.State{Account: grandparent, Seq: 1, Status: deal.Closed, Merged: other}
	for _, c := range []struct {
		above []deal.State
		below int
		fits  bool
	}{
		{nil, 3, true},
		{nil, 4, false},
		{living(3), 0, true},
		{living(4), 0, false},
		{living(2), 1, true},
		{living(2), 2, false},
		{append(living(3), merged), 0, true}, // a merged account only points on
	} {
		w := standingIn(t, deal.Survey)
		w.facts.Lineage = deal.Lineage{Above: c.above, Below: c.below}
		if c.fits {
			w.do(t, manager1, under(other))
			continue
		}
		no := w.refuse(t, manager1, under(other), deal.CodeFamilyTooDeep)
		require.Equal(t, []string{"5"}, no[0].Args)
	}
}

func TestMerge_needsTheApprovalAboutThatAccount(t *testing.T) {
	t.Parallel()
	merge := deal.Merge{Into: other, Reason: note("twin")}
	w := standingIn(t, deal.Visit)
	no := w.refuse(t, rep1, merge, deal.CodeGateUnmet)
	require.Equal(t, "merge_not_approved", no[0].Item)
	w.do(t, rep1, w.ask(deal.Merger))
	w.refuse(t, rep1, merge, deal.CodeGateUnmet)
	w.refuse(t, rep1, w.say(deal.Merger, deal.Approve), deal.CodeOwnRequest)
	w.do(t, manager1, w.say(deal.Merger, deal.Approve))
	w.facts.Target.Account = grandparent
	w.refuse(t, rep1, deal.Merge{Into: grandparent, Reason: note("another")}, deal.CodeGateUnmet)
	w.facts.Target.Account = other
	w.refuse(t, rep1, deal.Merge{Into: other}, deal.CodeReasonMissing)

	events := w.do(t, rep1, merge)
	require.Equal(t, deal.ClosedBody{Outcome: deal.Merged, Reason: note("twin"), MergeInto: other}, body[deal.ClosedBody](t, events))
	require.ElementsMatch(t, []string{"merged rep1", "merged rep2"}, told(events), "the owner of the other account hears of it")
	require.Equal(t, other, deal.MergeTarget(events))
	require.Equal(t, []any{deal.Closed, deal.Merged, other}, []any{w.state.Status, w.state.Outcome, w.state.Merged})
	require.Empty(t, w.state.Clocks)
	require.NotContains(t, deal.Allowed(w.state, rep1, w.facts.Org, w.now), deal.ReopenName)
	require.NotContains(t, deal.Allowed(w.state, rep1, w.facts.Org, w.now), deal.RequestApprovalName)
}

func TestMerge_followsTheNewestWordAboutThatAccount(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	for _, word := range []deal.Decision{deal.Approve, deal.Reject} {
		w.do(t, rep1, w.ask(deal.Merger))
		w.do(t, manager1, w.say(deal.Merger, word))
	}
	no := w.refuse(t, rep1, deal.Merge{Into: other, Reason: note("twin")}, deal.CodeGateUnmet)
	require.Equal(t, "merge_not_approved", no[0].Item)
}

func TestMerge_leavesTheFamilyAndRefusesADescendant(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	w.do(t, manager1, under(other))
	w.do(t, rep1, w.ask(deal.Merger))
	w.do(t, manager1, w.say(deal.Merger, deal.Approve))
	merge := deal.Merge{Into: other, Reason: note("twin")}
	w.facts.Lineage = deal.Lineage{Above: []deal.State{{Account: account, Seq: 1}}, Below: 1}
	no := w.refuse(t, rep1, merge, deal.CodeFamilyCycle)
	require.Equal(t, "/into", no[0].Field)
	w.facts.Lineage = deal.Lineage{Above: make([]deal.State, 3), Below: 2}
	w.refuse(t, rep1, merge, deal.CodeFamilyTooDeep)
	w.facts.Lineage = deal.Lineage{}
	w.do(t, rep1, merge)
	require.Equal(t, []any{deal.AccountID(""), other}, []any{w.state.Parent, w.state.Upward()}, "children follow the pointer")
}

func TestPromote_isForProjectsOfWhichATestHolds(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Maintain)
	w.facts.Next = deal.Book{Ref: deal.BookRef{Name: "express", Version: 4}}
	no := w.refuse(t, manager1, deal.Promote{Reason: note("grows")}, deal.CodeNotAProject, deal.CodeGateUnmet)
	require.Equal(t, []string{"express"}, no[0].Args)
	require.Equal(t, "no_key_account", no[1].Item)
	w.project()
	w.refuse(t, manager1, deal.Promote{}, deal.CodeReasonMissing)
	w.facts.Next.OneOff = true
	no = w.refuse(t, manager1, deal.Promote{Playbook: "project", Reason: note("grows")}, deal.CodeInvalidValue)
	require.Equal(t, "/playbook", no[0].Field, "out of one project into the next is no promotion")
	w.facts.Next = deal.Book{}
	w.refuse(t, manager1, deal.Promote{Playbook: "nothing", Reason: note("grows")}, deal.CodeUnknownPlaybook)
	w.project()
	w.refuse(t, rep1, deal.Promote{Reason: note("grows")}, deal.CodeNotYourRole)
	events := w.do(t, manager1, deal.Promote{Reason: note("grows")})
	next := deal.BookRef{Name: "express", Version: 4}
	require.Equal(t, deal.Promoted{From: w.state.Book, To: next, Tests: []string{"strong_growth"}, Reason: note("grows")}, body[deal.Promoted](t, events))
	require.Equal(t, []string{"promoted rep1"}, told(events))
	require.Equal(t, []any{next, w.now, deal.Maintain}, []any{w.state.NextBook, w.state.PromotedAt, w.state.Step}, "the running cycle goes on")
	w.refuse(t, director1, deal.Promote{Reason: note("again")}, deal.CodeAlreadyPromoted)
}

func TestPromote_givesTheNextCycleItsPlaybook(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Maintain)
	w.project()
	w.do(t, manager1, deal.Promote{Reason: note("grows")})
	promoted := w.now
	w.walk(t, deal.Archive).do(t, rep1, deal.Advance{From: deal.Archive})
	require.NotEmpty(t, w.state.NextBook)
	w.facts.Book.Ref = w.state.NextBook
	w.do(t, rep1, deal.SecondDevelopment{Goal: note("a framework contract")})
	require.Equal(t, deal.BookRef{Name: "express", Version: 4}, w.state.Book)
	require.Empty(t, w.state.NextBook, "it is in force")
	require.Equal(t, promoted, w.state.PromotedAt, "and it is known since when")
}

func credit(from deal.AccountID, body string) deal.Document {
	return deal.Document{Kind: "credit", ID: "sole", Version: 1, Body: json.RawMessage(body), SharedFrom: from}
}

func TestRecords_showWhatIsAboveNearestFirst(t *testing.T) {
	t.Parallel()
	yellow, red := `{"colour":"yellow"}`, `{"colour":"red"}`
	for name, c := range map[string]struct {
		own    []deal.Document
		shared []deal.Document
		want   []deal.Document
	}{
		"none of its own":           {nil, []deal.Document{credit(other, yellow), credit(grandparent, red)}, []deal.Document{credit(other, yellow)}},
		"its own":                   {[]deal.Document{credit("", yellow)}, []deal.Document{credit(other, red)}, []deal.Document{credit("", yellow)}},
		"an empty one hides no red": {[]deal.Document{credit("", `{"colour":"","change":null}`)}, []deal.Document{credit(other, red)}, []deal.Document{credit(other, red)}},
		"asked for":                 {[]deal.Document{credit("", `{"change":{"to":"blue"}}`)}, []deal.Document{credit(other, red)}, []deal.Document{credit("", `{"change":{"to":"blue"}}`)}},
		"nothing above says a word": {nil, []deal.Document{credit(other, `{}`), credit(grandparent, red)}, []deal.Document{credit(grandparent, red)}},
	} {
		r := deal.Records{Dossier: c.own}
		r.Share(nil, c.shared)
		require.Equal(t, c.want, r.Dossier, name)
	}
	r := deal.Records{Contacts: []deal.Contact{{ID: "own"}}, Dossier: []deal.Document{{Kind: "stakeholder", ID: "own"}}}
	before := r
	r.Share([]deal.Contact{{ID: "theirs", SharedFrom: other}}, []deal.Document{{Kind: "stakeholder", ID: "theirs", SharedFrom: other}})
	require.Len(t, r.Contacts, 2)
	require.Len(t, r.Dossier, 2)
	require.Len(t, before.Contacts, 1, "what was read stays as it was")
	_, mine := r.Document("stakeholder", "theirs")
	require.False(t, mine, "what is shared is changed where it belongs")
	found, ok := r.Contact("theirs")
	require.True(t, ok)
	require.Equal(t, other, found.SharedFrom)
}

func TestInteraction_mayNameAContactOfTheParent(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, manager1, under(other))
	w.facts.Records.Share([]deal.Contact{{ID: "theirs", SharedFrom: other}}, nil)
	b := interaction(w.now)
	b.With = []string{contact1, "theirs"}
	w.do(t, rep1, b)
}

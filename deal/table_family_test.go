package deal_test

import (
	"slices"

	"closedloop/deal"
)

// familyPlaces are accounts that belong to others, and what became of them.
func familyPlaces(t tb) []place {
	t.Helper()
	child := standingIn(t, deal.Survey)
	child.do(t, manager1, deal.SetParent{Parent: other, Relation: deal.Subsidiary, Reason: note("the group's plant")})
	promoted := standingIn(t, deal.Archive)
	promoted.project()
	promoted.do(t, rep1, deal.Advance{From: deal.Archive})
	promoted.do(t, manager1, deal.Promote{Reason: note("grows")})
	twin := standingIn(t, deal.Screen)
	twin.do(t, manager1, deal.ReviewIntake{Decision: deal.MergeIntake, Reason: note("twin"), MergeInto: other})
	merged := standingIn(t, deal.Visit)
	merged.do(t, rep1, merged.ask(deal.Merger))
	merged.do(t, manager1, merged.say(deal.Merger, deal.Approve))
	merged.do(t, rep1, deal.Merge{Into: other, Reason: note("twin")})
	return []place{
		{name: "child", world: child, status: deal.Active, step: deal.Survey, intake: deal.IntakeAccepted, child: true},
		{name: "promoted", world: promoted, status: deal.Resting, step: deal.Archive, intake: deal.IntakeAccepted, promoted: true},
		{name: "merged by intake", world: twin, status: deal.Closed, step: deal.Screen, intake: deal.IntakeMerged, merged: true},
		{
			name: "merged", world: merged, status: deal.Closed, step: deal.Visit, intake: deal.IntakeAccepted, asked: deal.Merger,
			word: deal.Approved, merged: true,
		},
	}
}

// governors are who arranges families: the line above, and sales_ops.
func governors(p place) []deal.PersonID {
	if p.homeless {
		return []deal.PersonID{ops1}
	}
	return append(heads(p), ops1)
}

var (
	notOver   = in(deal.CodeAlreadyClosed, deal.Active, deal.Paused, deal.Resting)
	notMerged = when(deal.CodeAccountMerged, func(p place) bool { return !p.merged })
)

func setParentRule() rule {
	return rule{
		name: deal.SetParentName, who: governors, gives: gives(deal.ParentSetKind),
		needs: []need{
			notOver,
			when(deal.CodeSameParent, func(p place) bool { return !p.child }),
			{deal.CodeUnknownAccount, func(_ place, actor deal.PersonID) bool { // the parent is team 1's, and nobody else hears of it
				return slices.Contains([]deal.PersonID{manager1, director1, ops1}, actor)
			}},
		},
		body: func(place) deal.Body {
			return deal.SetParent{Parent: other, Relation: deal.Subsidiary, Reason: note("one house")}
		},
	}
}

func promoteRule() rule {
	return rule{
		name: deal.PromoteName, who: heads, gives: gives(deal.PromotedKind),
		needs: []need{notOver, when(deal.CodeAlreadyPromoted, func(p place) bool { return !p.promoted })},
		body:  func(place) deal.Body { return deal.Promote{Reason: note("strategic")} },
		facts: func(_ place, w *world) { w.project() },
	}
}

func mergeRule() rule {
	return rule{
		name: deal.MergeName, who: line, gives: gives(deal.ClosedKind),
		needs: []need{notOver, when(deal.CodeGateUnmet, func(p place) bool {
			return p.status == deal.Closed || (p.asked == deal.Merger && p.word == deal.Approved)
		})},
		body: func(place) deal.Body { return deal.Merge{Into: other, Reason: note("twin")} },
	}
}

// project makes the account's playbook one for projects, of a customer who has become more than that.
func (w *world) project() {
	w.facts.Book.OneOff = true
	w.facts.Next = deal.Book{Ref: deal.BookRef{Name: "express", Version: 4}}
	w.facts.KeyTests = []string{"strong_growth"}
}

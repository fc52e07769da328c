package deal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// wanted is a request to the support centre as an approval left it.
func wantedFrom(centre dossier.Centre, at time.Time) dossier.SupportRequest {
	return dossier.SupportRequest{Centre: centre, Wanted: "a car", Why: "samples", AcceptedAt: dossier.InstantOf(at)}
}

// said lists what people were told by the last events: "kind → person".
func said(events []deal.Event) []string {
	var all []string
	for _, e := range events {
		for _, n := range e.Notices {
			all = append(all, string(n.Kind)+" → "+string(n.To))
		}
	}
	return all
}

// todo lists the open tasks of a kind: "person due".
func (w *world) asks(kind deal.TaskKind) []string {
	list := []string{}
	for _, task := range w.state.Tasks {
		if task.Status == deal.TaskOpen && task.Kind == kind {
			list = append(list, string(task.Assignee)+" "+wall(task.Due))
		}
	}
	return list
}

func TestSupport_isAskedOfTheCentreWhenItIsApprovedAndClimbsItsLadder(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey).bound().keepAgenda()
	w.put("support_request1", dossier.SupportRequest{Centre: dossier.SalesCentre, Wanted: "a car", Why: "samples", Addressee: director1})
	w.do(t, rep1, w.ask(deal.SupportRequest))
	w.do(t, manager1, w.say(deal.SupportRequest, deal.Approve))
	require.Empty(t, w.entered(), "one opinion is not enough")
	w.do(t, director1, w.say(deal.SupportRequest, deal.Approve))
	approved := w.now
	require.Len(t, w.entered(), 1)
	coming := deal.DueList(w.state, w.facts.Org)
	require.True(t, slices.ContainsFunc(coming, func(c deal.Coming) bool {
		return c.Topic == deal.SupportTopic && c.Rung == deal.Ask && slices.Equal(c.To, []deal.PersonID{director1})
	}))
	require.Contains(t, said(w.do(t, deal.System, deal.Tick{Due: w.now})), "support_ask → director1")
	target := w.facts.Working.Add(approved, w.facts.Working.Day())
	require.Equal(t, []string{"director1 " + wall(target)}, w.asks(deal.SupportTask))

	w.put("support_request1", wantedFrom(dossier.SalesCentre, approved)) // the effect of the approval, less the person
	w.file[len(w.file)-1].Record = func() dossier.Record {
		r := wantedFrom(dossier.SalesCentre, approved)
		r.Addressee = director1
		return r
	}()
	require.Empty(t, w.replan(t), "what is on file says the same as the approval did")
	w.now = w.facts.Working.NextWorking(w.facts.Working.Add(approved, 2*w.facts.Working.Day()))
	heard := said(w.do(t, deal.System, deal.Tick{Due: w.now}))
	require.Contains(t, heard, "support_urge → director1")
	require.Contains(t, heard, "support_reassign → ops1", "the people of the centre take over")
	require.Equal(t, []string{"ops1 " + wall(target)}, w.asks(deal.SupportTask))
	require.Empty(t, w.asks(deal.ReassignTask), "nobody may give the account away for it")

	answered := wantedFrom(dossier.SalesCentre, approved)
	answered.Answer = &dossier.SupportAnswer{Result: dossier.SupportGiven, Text: "two days", On: w.today()}
	w.put("support_request1", answered)
	w.replan(t)
	require.Empty(t, w.asks(deal.SupportTask))
	require.Empty(t, w.entered())
}

func TestSupport_thatIsRejectedOrWithdrawnHasNoClock(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world){
		"rejected":  func(w *world) { w.do(t, manager1, w.say(deal.SupportRequest, deal.Reject)) },
		"withdrawn": func(w *world) { w.do(t, rep1, deal.WithdrawApproval{Approval: w.latest(t, deal.SupportRequest).ID}) },
	} {
		w := standingIn(t, deal.Survey).bound().keepAgenda()
		w.put("support_request1", dossier.SupportRequest{Centre: dossier.SalesCentre, Wanted: "a car", Why: "samples"})
		w.do(t, rep1, w.ask(deal.SupportRequest))
		end(w)
		require.Empty(t, w.entered(), name)
	}
}

func TestSupport_ofACentreWhereNobodyIsFallsToSalesOps(t *testing.T) {
	t.Parallel()
	w := opened(t).bound().keepAgenda()
	w.leaves(finance1)
	w.put("f", wantedFrom(dossier.FinanceCentre, w.now))
	require.Contains(t, said(w.replan(t)), "support_ask → ops1")
}

func TestSupport_keepsWhatItHasLeftInAPauseAndEndsWithTheAccount(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey).bound().keepAgenda()
	w.put("s", wantedFrom(dossier.SalesCentre, w.now))
	w.replan(t)
	w.now = w.facts.Working.Add(w.now, 3*time.Hour) // of eight, or so
	w.do(t, deal.System, deal.Tick{Due: w.now})
	i := slices.IndexFunc(w.state.Clocks, func(c deal.Clock) bool { return c.Topic == deal.SupportTopic })
	left := w.facts.Working.Between(w.now, w.state.Clocks[i].Due)
	w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-20"})
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		require.NotEqual(t, deal.SupportTopic, c.Topic, "clocks stand still")
	}
	w.now = w.now.Add(5 * day)
	w.do(t, rep1, deal.ResumeNow{})
	i = slices.IndexFunc(w.state.Clocks, func(c deal.Clock) bool { return c.Topic == deal.SupportTopic })
	require.Equal(t, left, w.facts.Working.Between(w.now, w.state.Clocks[i].Due))
	require.Equal(t, []string{"ops1 " + wall(w.state.Clocks[i].Due)}, w.asks(deal.SupportTask), "the task knows the new time")
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("gone")})
	require.Empty(t, w.state.Clocks)
	require.Empty(t, w.asks(deal.SupportTask))
}

func TestExecutiveVisit_isPreparedBeforeItsDayAndAccountedForAfterIt(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit).bound().keepAgenda()
	w.duties.Plan = dossier.PlanRules{}
	w.keepAgenda()
	w.replan(t)
	day := w.today().Add(10)
	visit := dossier.ExecutiveVisit{Executive: director1, Contacts: []string{contact1}, Aim: "a yes", VisitOn: day}
	w.put("x", visit)
	require.Empty(t, w.replan(t), "nobody has approved it")
	visit.AcceptedAt = dossier.InstantOf(w.now)
	w.put("x", visit)
	w.replan(t)
	require.Len(t, w.entered(), 2)
	w.now, _ = w.facts.Working.Opening(string(day.Add(-3)))
	require.Contains(t, said(w.do(t, deal.System, deal.Tick{Due: w.now})), "visit_preparation_remind → rep1")
	require.Len(t, w.asks(deal.PrepareVisitTask), 1)
	w.now, _ = w.facts.Working.Opening(string(day.Add(1)))
	require.Contains(t, said(w.do(t, deal.System, deal.Tick{Due: w.now})), "visit_result_remind → rep1")
	visit.HeldOn, visit.Result = day, "the first of June"
	w.put("x", visit)
	w.replan(t)
	require.Empty(t, w.asks(deal.VisitResultTask))
	require.Empty(t, w.asks(deal.PrepareVisitTask))
}

// visited records a visit with an intent to buy.
func (w *world) visited(t tb, kind deal.InteractionKind, intent int) string {
	t.Helper()
	events := w.do(t, rep1, deal.LogInteraction{
		Kind: kind, At: w.now.Add(-time.Minute), With: []string{contact1}, Aim: note("aim"), Result: note("result"), NextStep: note("next"), Intent: intent,
	})
	return events[0].Body.(deal.InteractionLogged).Interaction.ID
}

func TestVisitReview_isAskedForAfterVisitsThatMatter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		grade  deal.Grade
		kind   deal.InteractionKind
		intent int
		want   bool
	}{
		"grade A":                {deal.GradeA, deal.VisitInteraction, 0, true},
		"a plant tour":           {deal.GradeA, deal.PlantTour, 1, true},
		"grade B":                {deal.GradeB, deal.VisitInteraction, 3, false},
		"grade B that will buy":  {deal.GradeB, deal.VisitInteraction, 4, true},
		"ungraded that will buy": {"", deal.VisitInteraction, 5, true},
		"a call":                 {deal.GradeA, deal.CallInteraction, 5, false},
	} {
		w := standingIn(t, deal.Visit).bound().keepAgenda()
		w.state.Grade = c.grade
		id := w.visited(t, c.kind, c.intent)
		has := slices.ContainsFunc(w.state.Clocks, func(k deal.Clock) bool { return k.ID == "agenda/visit_review/"+id })
		require.Equal(t, c.want, has, name)
	}
	w := standingIn(t, deal.Visit)
	w.visited(t, deal.CallInteraction, 4)
	require.Equal(t, 4, w.state.Intent)
	w.visited(t, deal.VisitInteraction, 0)
	require.True(t, slices.ContainsFunc(w.state.Clocks, func(k deal.Clock) bool { return k.Topic == deal.VisitReviewTopic }), "the last known intent counts")
	old := standingIn(t, deal.Visit)
	old.facts.Book.Review = deal.ReviewRules{}
	old.visited(t, deal.VisitInteraction, 5)
	require.False(t, slices.ContainsFunc(old.state.Clocks, func(k deal.Clock) bool { return k.Topic == deal.VisitReviewTopic }), "a playbook that says nothing asks for nothing")
}

func TestVisitReview_isTheOwnersUntilItIsOnFile(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit).bound()
	w.duties = dossier.Duties{}
	w.keepAgenda()
	id := w.visited(t, deal.VisitInteraction, 5)
	second := w.visited(t, deal.VisitInteraction, 5)
	require.Contains(t, said(w.do(t, deal.System, deal.Tick{Due: w.now})), "visit_review_ask → rep1")
	require.Len(t, w.asks(deal.VisitReviewTask), 2)
	w.do(t, manager1, deal.Assign{Owner: rep2, Reason: note("load")})
	for _, line := range w.asks(deal.VisitReviewTask) {
		require.Contains(t, line, string(rep2), "the new owner's now")
	}
	w.put("r1", dossier.VisitReview{Interaction: id, Reached: dossier.AimReached, AgainstAim: "a", Adjust: "b"})
	w.replan(t)
	require.Len(t, w.asks(deal.VisitReviewTask), 1)
	w.now = w.facts.Working.Add(w.now, 3*w.facts.Working.Day())
	require.Contains(t, said(w.do(t, deal.System, deal.Tick{Due: w.now})), "visit_review_superior → manager1")
	w.put("r2", dossier.VisitReview{Interaction: second, Reached: dossier.AimMissed, AgainstAim: "a", Adjust: "b"})
	w.replan(t)
	require.Empty(t, w.asks(deal.VisitReviewTask))
}

func TestPlanRevision_fallsDueEverySevenDaysFromPlanToSign(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan).bound().keepAgenda()
	w.replan(t)
	due := func() time.Time {
		i := slices.IndexFunc(w.state.Clocks, func(c deal.Clock) bool { return c.Topic == deal.PlanRevisionTopic })
		require.GreaterOrEqual(t, i, 0)
		return w.state.Clocks[i].Due
	}
	require.Equal(t, w.state.Entered.Add(7*day), due())
	w.now = w.now.Add(2 * day)
	w.walk(t, deal.Visit)
	require.Equal(t, w.log[0].At.Location(), due().Location())
	first := due()
	w.now = w.facts.Working.NextWorking(first)
	require.Contains(t, said(w.do(t, deal.System, deal.Tick{Due: w.now})), "plan_revision_urge → rep1", "another step of the way changes nothing")
	require.Len(t, w.asks(deal.RevisePlanTask), 1)
	w.put("p1", dossier.PlanRevision{Summary: "dearer"})
	w.replan(t)
	require.Empty(t, w.asks(deal.RevisePlanTask), "this week's is done")
	require.Equal(t, w.now.Add(7*day), due(), "the next one counts from it")
	back := w.copy()
	back.do(t, rep1, deal.Return{To: deal.Analyse, Reason: note("again")})
	require.Empty(t, back.entered(), "there is no plan to revise")
	w.walk(t, deal.Maintain)
	require.False(t, slices.ContainsFunc(w.state.Clocks, func(c deal.Clock) bool { return c.Topic == deal.PlanRevisionTopic }))
}

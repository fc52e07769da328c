//go:build e2e

package e2e_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"
	"closedloop/testkit"
)

// specialist is a step that was offered, or taken over.
type specialist struct {
	ID       string     `json:"id"`
	Step     string     `json:"step"`
	Person   *human     `json:"person"`
	By       *human     `json:"by"`
	Note     string     `json:"note"`
	Accepted bool       `json:"accepted"`
	AnswerBy *time.Time `json:"answer_by"`
}

func (d desk) specialists(t *testing.T) []specialist {
	t.Helper()
	return all[specialist](t, d.person, d.path("/specialists"), nil)
}

// offers a step to somebody, and is the offer.
func (d desk) offers(t *testing.T, step deal.Step, login string) specialist {
	t.Helper()
	d.act(t, "specialists", data{"step": step, "person": d.p.person(t, login).ID, "note": "请负责这一步"})
	found := d.specialists(t)
	i := slices.IndexFunc(found, func(s specialist) bool { return s.Step == string(step) && s.Person.Login == login && !s.Accepted })
	require.GreaterOrEqual(t, i, 0)
	return found[i]
}

func (d desk) answers(t *testing.T, s specialist, decision, reason string) answer {
	t.Helper()
	return d.post(t, d.path("/specialists/"+s.ID+"/answer"), data{"decision": decision, "reason": reason})
}

// TestSpecialists_takeStepsOverByOfferAndAcceptance offers steps to people who are asked, and lets them say no, say yes, work,
// give up and hand over.
func TestSpecialists_takeStepsOverByOfferAndAcceptance(t *testing.T) {
	t.Parallel()
	p := started(t)
	for _, login := range []string{"rep2", "rep3", "manager1", "director1"} {
		p.as(t, login)
	}
	t.Run("who may offer what to whom", func(t *testing.T) { offering(t, p) })          //nolint:paralleltest // the last one changes who is there
	t.Run("a no", func(t *testing.T) { declining(t, p) })                               //nolint:paralleltest // the same
	t.Run("a yes, for as long as the step lasts", func(t *testing.T) { serving(t, p) }) //nolint:paralleltest // the same
	t.Run("taken back and given up", func(t *testing.T) { withdrawing(t, p) })          //nolint:paralleltest // the same
	t.Run("handed over", func(t *testing.T) { succeeding(t, p) })                       //nolint:paralleltest // the same
	requireFolded(t, p)
}

func offering(t *testing.T, p *product) {
	d := p.as(t, "rep1").opens(t, territory1)
	offer := func(w desk, step, login string) answer {
		t.Helper()
		return w.post(t, d.path("/specialists"), data{"step": step, "person": p.person(t, login).ID})
	}
	other := d.at(t, "rep3")
	other.get(t, d.path("")).refused(t, http.StatusNotFound, "not_found")
	offer(other, "plan", "rep3").refused(t, http.StatusNotFound, "not_found")
	require.Equal(t, "/person", offer(d, "plan", "admin1").refused(t, http.StatusUnprocessableEntity, "unknown_person").Errors[0].Pointer)
	require.Equal(t, "/person", offer(d, "plan", "rep1").refused(t, http.StatusConflict, "same_owner").Errors[0].Pointer)
	require.Equal(t, "/step", offer(d, "lunch", "rep3").refused(t, http.StatusUnprocessableEntity, "invalid_request").Errors[0].Pointer)
	offer(d.at(t, "manager1"), "plan", "finance1").ok(t, nil)
	require.Equal(t, "/person", offer(d, "plan", "finance1").refused(t, http.StatusConflict, "already_offered").Errors[0].Pointer)
	require.Equal(t, "manager1", d.specialists(t)[0].By.Login)
}

func declining(t *testing.T, p *product) {
	d := p.as(t, "rep1").opens(t, territory1)
	other := d.at(t, "rep3")
	s := d.offers(t, deal.Collect, "rep3")
	require.NotNil(t, s.AnswerBy)
	require.Equal(t, []int{1, 1}, []int{countKind(other.notices(t), string(deal.StepOfferedNotice)), len(other.openTasks(t, deal.TakeStepTask))})
	require.Equal(t, "请负责这一步", other.specialists(t)[0].Note, "who is asked may look what for")
	require.ElementsMatch(t, []string{"answer-step", "withdraw-step"}, other.read(t).AllowedCommands, "and does nothing yet")
	other.advance(t, deal.Collect).refused(t, http.StatusForbidden, "not_your_role")
	other.post(t, d.path("/contacts"), data{"name": "王", "mobile": freshMobile()}).refused(t, http.StatusForbidden, "not_your_role")
	d.at(t, "manager1").answers(t, s, "accept", "").refused(t, http.StatusForbidden, "not_your_role") // nobody accepts for others
	require.Equal(t, "/reason", other.answers(t, s, "decline", "").refused(t, http.StatusUnprocessableEntity, "reason_missing").Errors[0].Pointer)
	require.Equal(t, "/decision", other.answers(t, s, "perhaps", "").refused(t, http.StatusUnprocessableEntity, "invalid_request").Errors[0].Pointer)
	declined := other.answers(t, s, "decline", "本周排满")
	require.Equal(t, http.StatusOK, declined.status, "%s", declined.body)
	require.Equal(t, 1, countKind(d.notices(t), string(deal.StepDeclinedNotice)), "who had asked hears it")
	require.Empty(t, d.specialists(t))
	require.Empty(t, other.openTasks(t, deal.TakeStepTask))
	other.get(t, d.path("")).refused(t, http.StatusNotFound, "not_found")
	d.answers(t, s, "accept", "").refused(t, http.StatusConflict, "offer_over")
}

func serving(t *testing.T, p *product) {
	d := p.as(t, "rep1").opens(t, territory1)
	other := d.at(t, "rep3")
	s := d.offers(t, deal.Collect, "rep3")
	later := d.offers(t, deal.Screen, "rep3")
	other.answers(t, s, "accept", "").ok(t, nil)
	other.answers(t, s, "accept", "").refused(t, http.StatusConflict, "offer_over")
	require.Equal(t, 1, countKind(d.notices(t), string(deal.StepAcceptedNotice)))
	require.Empty(t, slices.DeleteFunc(other.openTasks(t, deal.TakeStepTask), func(k task) bool { return k.Ref != "specialist/"+s.ID }))
	allowed := other.read(t).AllowedCommands
	for _, word := range []string{"advance", "log-interaction", "follow-up", "withdraw-step"} {
		require.Contains(t, allowed, word)
	}
	for _, word := range []string{"close", "pause", "assign", "grade", "offer-step", "return"} {
		require.NotContains(t, allowed, word, "the account is its owner's")
	}
	other.post(t, d.path("/pause"), data{"reason": "x", "resume_on": inOfficeTime().AddDate(0, 0, 9).Format(time.DateOnly)}).
		refused(t, http.StatusForbidden, "not_your_role")
	heard := func(login string) bool { // of the deadline of the step; late in the day its reminder is over
		return slices.ContainsFunc(d.upcoming(t), func(c coming) bool {
			return c.Kind == "step" && (c.Rung == "remind" || c.Rung == "urge") && slices.ContainsFunc(c.To, func(h human) bool { return h.Login == login })
		})
	}
	require.True(t, heard("rep3"))
	require.True(t, heard("rep1"))
	other.meet(t, deal.Collect) // contact, form and records
	other.meets(t, d.contactWith(t, deal.DeciderRole), "见到了经理")
	other.advance(t, deal.Collect).ok(t, nil)
	require.Equal(t, "screen", d.read(t).Step)
	require.Equal(t, []string{later.ID}, []string{d.specialists(t)[0].ID}, "the step is over, the offer of the next one stands")
	other.advance(t, deal.Screen).refused(t, http.StatusForbidden, "not_your_role")
	other.answers(t, later, "accept", "").ok(t, nil)
	d.act(t, "intake", data{"decision": "accept"})
	o := playbooktest.Options{Contact: d.contactWith(t, deal.DeciderRole), Person: d.read(t).Owner.ID, Now: inOfficeTime()}
	other.fill(t, deal.Screen, playbooktest.Filled(playbooktest.Express, deal.Screen, o))
	other.files(t, deal.Screen, o)
	require.Equal(t, []string{"manager1", "ops1"}, other.approved(t, deal.Filing, deal.Screen, ""), "the step's requests are the specialist's as well")
	other.advance(t, deal.Screen).ok(t, nil)
	other.get(t, d.path("")).refused(t, http.StatusNotFound, "not_found")
	require.Empty(t, d.specialists(t))
	require.Equal(t, "rep1", d.read(t).Owner.Login)
}

func withdrawing(t *testing.T, p *product) {
	d := p.as(t, "rep1").opens(t, territory1)
	other := d.at(t, "rep3")
	withdraw := func(w desk, s specialist) answer {
		t.Helper()
		return w.post(t, d.path("/specialists/"+s.ID+"/withdraw"), data{"reason": "另有安排"})
	}
	s := d.offers(t, deal.Collect, "rep3")
	p.as(t, "rep2").post(t, d.path("/specialists/"+s.ID+"/withdraw"), nil).refused(t, http.StatusNotFound, "not_found")
	withdraw(d, s).ok(t, nil)
	require.Equal(t, 1, countKind(other.notices(t), string(deal.StepWithdrawnNotice)))
	require.Empty(t, other.openTasks(t, deal.TakeStepTask))
	other.answers(t, s, "accept", "").refused(t, http.StatusNotFound, "not_found")
	withdraw(d, s).refused(t, http.StatusConflict, "offer_over")

	s = d.offers(t, deal.Collect, "rep3")
	other.answers(t, s, "accept", "").ok(t, nil)
	heard := countKind(d.notices(t), string(deal.StepWithdrawnNotice))
	gaveUp := withdraw(other, s)
	require.Equal(t, http.StatusOK, gaveUp.status, "%s", gaveUp.body)
	require.Equal(t, heard+1, countKind(d.notices(t), string(deal.StepWithdrawnNotice)), "the owner hears it")
	other.get(t, d.path("")).refused(t, http.StatusNotFound, "not_found")

	// An offer that nobody answers stops nothing, and is over with its step.
	s = d.offers(t, deal.Collect, "rep3")
	d.meet(t, deal.Collect)
	d.advance(t, deal.Collect).ok(t, nil)
	require.Empty(t, d.specialists(t))
	require.Empty(t, other.openTasks(t, deal.TakeStepTask))
	other.answers(t, s, "accept", "").refused(t, http.StatusNotFound, "not_found")
}

// succeeding hands the matters of a specialist over: the successor is asked, and nobody accepts for them.
func succeeding(t *testing.T, p *product) {
	d := p.as(t, "rep1").opens(t, territory1)
	leaver, next := d.at(t, "rep3"), d.at(t, "rep2")
	leaver.answers(t, d.offers(t, deal.Collect, "rep3"), "accept", "").ok(t, nil)
	var h handover
	director := p.as(t, "director1")
	director.post(t, "/users/"+p.person(t, "rep3").ID+"/handover", data{
		"reason": "离职", "deactivate": true, "successors": []data{{"to": p.person(t, "rep2").ID}},
	}).ok(t, &h)
	testkit.Eventually(t, allWithin, func() bool {
		director.get(t, "/handovers/"+h.ID).ok(t, &h)
		return h.Status == "done" || h.Status == "left"
	}, "everything is moved")
	require.Equal(t, []any{"done", true}, []any{h.Status, h.Deactivated})
	steps := d.specialists(t)
	require.Len(t, steps, 1)
	require.Equal(t, []any{"collect", "rep2", false}, []any{steps[0].Step, steps[0].Person.Login, steps[0].Accepted}, "an offer, and no order")
	require.Equal(t, "rep1", d.read(t).Owner.Login)
	next.advance(t, deal.Collect).refused(t, http.StatusForbidden, "not_your_role")
	next.answers(t, steps[0], "accept", "").ok(t, nil)
	next.meet(t, deal.Collect)
	next.advance(t, deal.Collect).ok(t, nil)
	d.one(t, "handed_over")
}

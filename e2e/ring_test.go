//go:build e2e

package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
)

// TestRing_carriesAnImportedLeadRoundAllTenSteps tells the story of one key account, from a line of a lead sheet to its
// second development, with everybody who has a say in it. Each chapter stands on the one before.
func TestRing_carriesAnImportedLeadRoundAllTenSteps(t *testing.T) {
	t.Parallel()
	s := &story{p: started(t)}
	for _, chapter := range []struct {
		name string
		tell func(*story, *testing.T)
	}{
		{"the sheet opens fifteen accounts and names five bad rows", (*story).importsTheSheet},
		{"the manager gives one to a rep", (*story).assigns},
		{"collect is left when the lead is complete", (*story).collects},
		{"screen needs the intake, no veto and a filing by two levels", (*story).screens},
		{"survey needs a visit", (*story).surveys},
		{"analyse needs a grade", (*story).analyses},
		{"plan needs a proposal that was approved and not edited since", (*story).plans},
		{"from visit it goes back to analyse and forward again", (*story).returns},
		{"a process killed in the middle loses nothing and doubles nothing", (*story).survivesAKill},
		{"visit needs the decider", (*story).visits},
		{"trial needs its criteria judged", (*story).tries},
		{"sign needs a credit colour and a contract by three levels", (*story).signs},
		{"maintain needs a served customer", (*story).maintains},
		{"archive closes the ring", (*story).archives},
		{"second development begins cycle two at analyse", (*story).developsAgain},
		{"the timeline retells it, the chain verifies and the log folds to what people read", (*story).retells},
	} {
		if !t.Run(chapter.name, func(t *testing.T) { chapter.tell(s, t) }) { //nolint:paralleltest // chapters follow each other
			return
		}
	}
}

// story is what the chapters share.
type story struct {
	p   *product
	rep desk // the account, on its owner's desk
}

// refusesToLeave wants an advance refused with everything that the gate lists as unmet, and those codes to be among it.
func (s *story) refusesToLeave(t *testing.T, step deal.Step, among ...string) {
	t.Helper()
	before := s.rep.read(t)
	require.Equal(t, string(step), before.Step)
	g := s.rep.gate(t)
	p := s.rep.advance(t, step).refused(t, http.StatusUnprocessableEntity, "gate_unmet")
	require.Equal(t, g.codes(), p.codes(), "the refusal and the gate list the same")
	require.GreaterOrEqual(t, len(p.Errors), 2, "all unmet conditions are listed, and not the first only")
	for _, code := range among {
		require.Contains(t, p.codes(), code)
	}
	for _, e := range p.Errors {
		require.NotEmpty(t, e.Hint, "%s says what would fix it", e.Code)
		require.True(t, strings.HasPrefix(e.Href, base+"/accounts/"+s.rep.id) || e.Href == "", e.Href)
		if place, _, _ := strings.Cut(e.Href, "#"); place != "" {
			there := s.rep.get(t, place)
			require.Contains(t, []int{http.StatusOK, http.StatusMethodNotAllowed}, there.status, "%s leads to %s, which is no place", e.Code, place)
		}
	}
	require.Equal(t, before.Seq, s.rep.read(t).Seq, "a refusal writes nothing")
}

// leaves advances through a gate that is met.
func (s *story) leaves(t *testing.T, step deal.Step) account {
	t.Helper()
	require.Empty(t, s.rep.gate(t).codes())
	var done commandAnswer
	s.rep.advance(t, step).ok(t, &done)
	if next, ok := step.Next(); ok {
		require.Equal(t, string(next), done.Account.Step)
	}
	s.rep.advance(t, step).refused(t, http.StatusConflict, map[bool]string{true: "step_moved", false: "not_active"}[done.Account.Status == "active"])
	return *done.Account
}

// filled is a form's content as the shipped playbook wants it.
func (s *story) filled(t *testing.T, step deal.Step) data {
	t.Helper()
	return playbooktest.Filled(playbooktest.Express, step, s.options(t))
}

func (s *story) options(t *testing.T) playbooktest.Options {
	t.Helper()
	return playbooktest.Options{Contact: s.rep.contactWith(t, deal.DeciderRole), Person: s.rep.read(t).Owner.ID, Now: inOfficeTime()}
}

// files puts the records of a step on file, each as change leaves it; nil leaves them as the shipped playbook wants them.
func (s *story) files(t *testing.T, step deal.Step, change func(dossier.Record) dossier.Record) {
	t.Helper()
	playbooktest.Records(playbooktest.Express, step, s.options(t), func(r dossier.Record) string {
		if change != nil {
			r = change(r)
		}
		return s.rep.put(t, r)
	})
}

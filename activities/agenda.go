package activities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// agenda reads what the records ask for on certain days, for the commands that place its clocks.
func (l *Ledger) agenda(ctx context.Context, tx deal.LedgerTx, cmd deal.Command, f *deal.Facts) error {
	s := tx.State()
	if (!plans(s, cmd) && !moves(s, cmd, f)) || len(f.Against) > 0 { // a move that is refused has no rules to plan with
		return nil
	}
	var kinds []string
	for _, k := range dossier.DatedKinds() {
		kinds = append(kinds, string(k))
	}
	documents, err := tx.Dated(ctx, kinds)
	if err != nil {
		return fmt.Errorf("read dated records: %w", err)
	}
	file, err := dossier.FileOf(documents)
	if err != nil {
		return fmt.Errorf("%w: read dated records: %w", deal.ErrPermanent, err)
	}
	rules, err := l.books.Rules(f.Book.Ref)
	if err != nil {
		return fmt.Errorf("%w: read rules of the playbook: %w", deal.ErrPermanent, err)
	}
	f.Agenda = func(s deal.State, at time.Time) []deal.Appointment {
		return dossier.Agenda(dossier.Dates{State: s, At: at, File: file, Rules: rules, Working: f.WorkingOf(s.Team)})
	}
	return nil
}

// moves tells whether a command gives the account to a team with another calendar.
func moves(s deal.State, cmd deal.Command, f *deal.Facts) bool {
	assign, ok := cmd.Body.(deal.Assign)
	if !ok || !s.Exists() {
		return false
	}
	owner, _ := f.Org.Person(assign.Owner)
	return f.WorkingOf(owner.Team).Version() != f.Working.Version()
}

// plans tells whether a command moves what the records ask for, or lets it happen. Others leave the agenda as it is, and
// are not slowed down by it.
func plans(s deal.State, cmd deal.Command) bool {
	if !s.Exists() {
		return false
	}
	onAgenda := func(c deal.Clock) bool { return c.Kind == deal.AgendaClock }
	switch b := cmd.Body.(type) {
	case deal.Recompute, deal.SetGrade, deal.ReopenAccount, deal.SecondDevelopment,
		deal.MovePlaybook: // perhaps from a version by which nothing could be planned
		return true
	case deal.Advance: // plans are revised until sign is left, a win is evaluated, and customers are asked while they are maintained
		return s.Step == deal.Analyse || s.Step == deal.Sign || s.Step == deal.Maintain
	case deal.Return:
		return s.Step == deal.Maintain || b.To == deal.Maintain || !s.Step.Before(deal.Plan) && b.To.Before(deal.Plan)
	case deal.DecideApproval: // what was approved is to be done by a time
		a, _ := s.Approval(b.Approval)
		return a.Kind == deal.SupportRequest || a.Kind == deal.ExecutiveVisit
	case deal.ResumeNow:
		return slices.ContainsFunc(s.Clocks, onAgenda)
	case deal.Tick:
		now := later(s, cmd)
		return slices.ContainsFunc(s.Clocks, func(c deal.Clock) bool {
			due := len(c.Rungs) > 0 && !c.Rungs[0].At.After(now)
			return onAgenda(c) && (due || s.Status == deal.Paused)
		})
	}
	return false
}

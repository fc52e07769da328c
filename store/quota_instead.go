package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	breachTasksOf  = named("BreachTasksOf")
	voidPersonTask = named("VoidPersonTask")
	askAgain       = named("AskAgain")
)

// breachTask is what somebody is asked about a breach of the quota.
type breachTask struct {
	id       string
	kind     deal.TaskKind
	ref      string
	args     []string
	due      time.Time
	about    deal.PersonID // whom the breach is about
	reasonBy deal.PersonID // who stated its reason; empty: nobody yet
	others   []deal.PersonID
}

// askInstead gives what somebody who has left was asked about breaches of the quota to the next one up, as it is with the seats of
// approvers. Org is without that person. Where there is nobody, the task stays where it is.
func askInstead(ctx context.Context, tx pgx.Tx, org deal.Org, who deal.PersonID, at time.Time) error {
	rows, err := tx.Query(ctx, string(breachTasksOf), string(who))
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t breachTask, err error) {
		return t, row.Scan(&t.id, &t.kind, &t.ref, &t.args, &t.about, &t.reasonBy, &t.others, instant(&t.due))
	})
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	var notices []deal.PersonNotice
	for _, t := range all {
		unfit, kind := []deal.PersonID{t.about}, deal.QuotaBreachNotice
		if t.kind == deal.QuotaDecisionTask {
			unfit, kind = append(unfit, t.reasonBy), deal.QuotaReasonedNotice
		}
		turn := org.Instead(who, at, unfit...)
		if len(turn) == 0 && len(t.others) == 0 {
			continue
		}
		batch.Queue(string(voidPersonTask), t.id, at, string(deal.System))
		for _, next := range turn {
			if slices.Contains(t.others, next) {
				continue
			}
			n := deal.NewPersonTask(t.kind, next, t.ref, at, t.args...)
			n.Due = t.due
			batch.Queue(string(askAgain), n.ID, string(n.Kind), string(n.Assignee), n.Ref, words(n.Args), n.ReasonWanted, instantOrNull(n.Due), n.OpenedAt)
			notices = append(notices, deal.NewPersonNotice(kind, next, t.ref, at, t.args...))
		}
	}
	w := PersonWork{tx}
	if err := w.send(ctx, batch); err != nil {
		return err
	}
	return w.Notify(ctx, notices...)
}

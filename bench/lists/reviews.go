package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/bench/crowd"
	"closedloop/deal"
	"closedloop/deal/review"
)

// monthly is how the reviews of a month are opened for all teams, and what people notice of it (trust-and-speed.md W14).
type monthly struct {
	Teams, Accounts, Breaches int
	Took                      time.Duration // until the last team's review was open
	Batch                     time.Duration // of the same facts in two plain statements over the whole house
	Idle, Meanwhile           []time.Duration
}

// P99Idle and P99 are of one client asking, in milliseconds, before the reviews and while they are opened.
func (m *monthly) P99Idle() float64 { return quantile(m.Idle, 0.99) }
func (m *monthly) P99() float64     { return quantile(m.Meanwhile, 0.99) }
func (m *monthly) Ratio() float64   { return m.P99() / max(m.P99Idle(), 1e-9) }

// BatchRatio is the time of the reviews in that of the plain statements.
func (m *monthly) BatchRatio() float64 { return m.Took.Seconds() / max(m.Batch.Seconds(), 1e-9) }

// interactiveAim is how much slower than idle the slowest requests in a hundred may be meanwhile (M12).
const interactiveAim = 1.5

// Reached says whether that is so.
func (m *monthly) Reached() bool { return m.Ratio() <= interactiveAim }

// The plain statements read what a review freezes – accounts, their names, what they are worth, and missed deadlines – and write
// it once, without regard to teams, reasons or signatures.
const (
	batchBreaches = `CREATE TEMP TABLE batch_breaches AS SELECT e.account_id, e.seq, e.step, e.at, e.body -> 'data' ->> 'due' AS due FROM account_events e
		WHERE e.at >= $1::timestamptz AND e.at < $2::timestamptz
			AND (e.kind = 'rung_reached' AND e.body -> 'data' -> 'breach' = 'true' OR e.kind = 'step_left' AND e.body -> 'data' -> 'late' = 'true')`
	batchAccounts = `CREATE TEMP TABLE batch_accounts AS SELECT a.id, a.number, p.name, a.owner_id, a.step, a.status, a.outcome, a.grade, a.cycle, a.pass, a.deadline_at,
		a.overdue, a.late, (SELECT max(i.at) FROM interactions i WHERE i.account_id = a.id) AS last_contact_at,
		(SELECT count(*) FROM approvals q WHERE q.account_id = a.id AND q.status = 'pending') AS pending,
		(SELECT d.body ->> 'price_minor' FROM dossier d WHERE d.account_id = a.id AND d.kind = 'proposal' AND d.cycle = a.cycle LIMIT 1) AS price,
		(SELECT count(*) FROM account_events e WHERE e.account_id = a.id AND e.cycle = a.cycle AND e.kind = 'step_left' AND e.body -> 'data' ->> 'direction' = 'back') AS returns
		FROM accounts a LEFT JOIN account_profile p ON p.account_id = a.id
		WHERE a.merged_into IS NULL AND (a.status <> 'closed' OR a.updated_at >= $1)`
)

// calm is how long one client asks before the reviews.
const calm = 15 * time.Second

// review opens the review of the month before for every team, while one client goes on asking.
func (r *results) review(ctx context.Context, s *service, url string, log *slog.Logger) error {
	if r.Partial {
		return nil
	}
	org, err := s.store.Org(ctx)
	if err != nil {
		return fmt.Errorf("read organisation: %w", err)
	}
	month := review.MonthOf(crowd.Now, time.UTC).Previous()
	m := &monthly{}
	if m.Batch, err = batch(ctx, url, month); err != nil {
		return err
	}
	calmly, cancel := context.WithTimeout(ctx, calm)
	defer cancel()
	if m.Idle, err = r.goOn(ctx, calmly.Done(), s); err != nil {
		return err
	}
	done, opened := make(chan struct{}), make(chan error, 1)
	began := time.Now()
	go func() {
		defer close(done)
		opened <- m.open(ctx, s, org, month)
	}()
	if m.Meanwhile, err = r.goOn(ctx, done, s); err != nil {
		return errors.Join(err, <-opened)
	}
	m.Took = time.Since(began)
	if err := <-opened; err != nil {
		return err
	}
	log.InfoContext(ctx, "reviews opened", "teams", m.Teams, "accounts", m.Accounts, "took", m.Took.Round(time.Millisecond), "p99 ratio", m.Ratio())
	r.Monthly = m
	return nil
}

// open opens the reviews one after the other, as the job does.
func (m *monthly) open(ctx context.Context, s *service, org deal.Org, month review.Month) error {
	for _, team := range review.Teams(org) {
		one, opened, err := s.store.OpenReview(ctx, review.Order{Team: team.ID, Month: month, By: deal.System, At: crowd.Now, Due: crowd.Now.AddDate(0, 0, 7)})
		if err != nil {
			return fmt.Errorf("open review of team %s: %w", team.ID, err)
		}
		if !opened {
			return fmt.Errorf("team %s: this house was measured before, reviews are opened once: take a new -keep directory", team.ID)
		}
		m.Teams++
		m.Accounts += one.Totals.Accounts
		m.Breaches += one.Totals.Breaches
	}
	return nil
}

// goOn asks what was asked before, mixed, one request after the other, until the end.
func (r *results) goOn(ctx context.Context, end <-chan struct{}, s *service) (took []time.Duration, err error) {
	var paths [][2]string
	for _, a := range r.Answers {
		for _, path := range a.Asked {
			paths = append(paths, [2]string{a.Who, path})
		}
	}
	random := rand.New(rand.NewPCG(5, 5)) //nolint:gosec // the same every time
	clients := map[string]*client{}
	for {
		select {
		case <-end:
			return took, nil
		default:
		}
		ask := paths[random.IntN(len(paths))]
		who, path := ask[0], ask[1]
		if clients[who] == nil {
			if clients[who], err = s.as(ctx, who); err != nil {
				return nil, err
			}
		}
		d, err := clients[who].get(ctx, path)
		if err != nil {
			return nil, err
		}
		took = append(took, d)
	}
}

// batch runs the plain statements.
func batch(ctx context.Context, url string, month review.Month) (time.Duration, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	since, until := review.Window(month, nil, crowd.Now, time.UTC)
	began := time.Now()
	if _, err := conn.Exec(ctx, batchBreaches, pgx.QueryExecModeSimpleProtocol, since, until); err != nil {
		return 0, fmt.Errorf("gather missed deadlines: %w", err)
	}
	if _, err := conn.Exec(ctx, batchAccounts, pgx.QueryExecModeSimpleProtocol, since); err != nil {
		return 0, fmt.Errorf("gather accounts: %w", err)
	}
	return time.Since(began), nil
}

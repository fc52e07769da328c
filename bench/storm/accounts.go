package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"
)

// open opens accounts whose leads are complete; group and number make each a customer of its own.
func (c *client) open(ctx context.Context, group rune, n, atOnce int) ([]string, error) {
	ids := make([]string, n)
	form := playbooktest.Filled(playbooktest.Express, deal.Collect, playbooktest.Options{Now: time.Now()})
	err := together(n, atOnce, func(i int) error {
		var opened struct {
			Account struct {
				ID string `json:"id"`
			} `json:"account"`
		}
		err := c.post(ctx, "/accounts", map[string]any{
			"name": fmt.Sprintf("江苏风暴%c%05d电子有限公司", group, i), "premises": "factory", "territory": "经济开发区", "address": "发展大道18号",
			"industry": "电子制造", "monthly_inbound": 420, "monthly_outbound": 960,
			"contacts": []any{map[string]any{"name": "郑刚", "title": "总经理", "role": "decider", "mobile": fmt.Sprintf("13%d%08d", group%10, i)}}, "form": form,
		}, &opened)
		ids[i] = opened.Account.ID
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open accounts: %w", err)
	}
	return ids, nil
}

// date gives every account a follow-up at one instant.
func (c *client) date(ctx context.Context, accounts []string, at time.Time, atOnce int) error {
	err := together(len(accounts), atOnce, func(i int) error {
		return c.post(ctx, "/accounts/"+accounts[i]+"/follow-up", map[string]any{"at": at}, nil)
	})
	if err != nil {
		return fmt.Errorf("date follow-ups: %w", err)
	}
	return nil
}

// together calls n times, several at once.
func together(n, atOnce int, act func(i int) error) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var failures []error
	turns := make(chan struct{}, atOnce)
	for i := range n {
		turns <- struct{}{}
		group.Go(func() {
			defer func() { <-turns }()
			if err := act(i); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, err)
			}
		})
	}
	group.Wait()
	return errors.Join(failures[:min(len(failures), 3)]...)
}

// reminded is the kind of notice that the follow-up's first rung writes.
var reminded = string(deal.RungNotice(deal.FollowUpClock, deal.Remind))

// look is how often the inbox is counted.
const look = 100 * time.Millisecond

// drained waits until so many reminders are on record, and tells of each step.
func (p *product) drained(ctx context.Context, accounts int, told func(n int)) error {
	for {
		var n int
		if err := p.pool.QueryRow(ctx, `SELECT count(*) FROM notifications WHERE kind = $1`, reminded).Scan(&n); err != nil {
			return fmt.Errorf("count reminders: %w", err)
		}
		told(n)
		if n >= accounts {
			return nil
		}
		if err := pause(ctx, look); err != nil {
			return fmt.Errorf("%d of %d reminders came: %w", n, accounts, err)
		}
	}
}

// spread is how long after the instant the last of the accounts, and half of them, wake.
func (p *product) spread(ctx context.Context, accounts []string, due time.Time) (all, half time.Duration, err error) {
	var last, middle time.Time
	err = p.pool.QueryRow(ctx, `SELECT max(wake_at), percentile_disc(0.5) WITHIN GROUP (ORDER BY wake_at) FROM accounts WHERE id = ANY($1::text[])`,
		accounts).Scan(&last, &middle)
	if err != nil {
		return 0, 0, fmt.Errorf("read when accounts wake: %w", err)
	}
	return last.Sub(due), middle.Sub(due), nil
}

// counts are how many accounts have how many reminders, where.
type counts struct {
	Log, Inbox, Outbox int // reminders in all
	NotOnce            int // accounts that have not exactly one everywhere
	Early              int // reminders before their instant
	Latest             time.Duration
}

// count looks at every account.
func (p *product) count(ctx context.Context, accounts []string) (c counts, err error) {
	var late float64
	err = p.pool.QueryRow(ctx, `WITH asked AS (SELECT unnest($1::text[]) AS id),
		counted AS (SELECT a.id,
			(SELECT count(*) FROM account_events e WHERE e.account_id = a.id AND e.kind = 'rung_reached' AND e.body::text LIKE '%"follow_up"%' AND e.body::text LIKE '%"remind"%') AS log,
			(SELECT count(*) FROM notifications n WHERE n.account_id = a.id AND n.kind = $2) AS inbox,
			(SELECT count(*) FROM outbox o JOIN notifications n ON n.id = o.notice_id WHERE n.account_id = a.id AND n.kind = $2) AS outbox,
			(SELECT count(*) FROM notifications n WHERE n.account_id = a.id AND n.kind = $2 AND n.at < n.due_at) AS early,
			(SELECT COALESCE(max(EXTRACT(epoch FROM n.at - n.due_at)), 0) FROM notifications n WHERE n.account_id = a.id AND n.kind = $2) AS late
			FROM asked a)
		SELECT sum(log)::int, sum(inbox)::int, sum(outbox)::int, (count(*) FILTER (WHERE log <> 1 OR inbox <> 1 OR outbox <> 1))::int,
			sum(early)::int, max(late)::float8 FROM counted`, accounts, reminded).
		Scan(&c.Log, &c.Inbox, &c.Outbox, &c.NotOnce, &c.Early, &late)
	if err != nil {
		return c, fmt.Errorf("count reminders of every account: %w", err)
	}
	c.Latest = time.Duration(late * float64(time.Second))
	return c, nil
}

// deviations say what is not as promised: each reminder once in the log, the inbox and the outbox, and none early.
func (c counts) deviations(accounts int) []string {
	var found []string
	for where, n := range map[string]int{"the log": c.Log, "the inbox": c.Inbox, "the outbox": c.Outbox} {
		if n != accounts {
			found = append(found, fmt.Sprintf("%d reminders in %s, of %d", n, where, accounts))
		}
	}
	if c.NotOnce > 0 {
		found = append(found, fmt.Sprintf("%d accounts without exactly one reminder everywhere", c.NotOnce))
	}
	if c.Early > 0 {
		found = append(found, fmt.Sprintf("%d reminders came early", c.Early))
	}
	return found
}

package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	kinOf           = named("Kin")
	rollUp          = named("RollUp")
	timeline        = named("Timeline")
	textsOfTimeline = named("TextsOfTimeline")
)

// Kin are the accounts that belong to one that the viewer sees.
func (s *Store) Kin(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Kin, error) {
	var kin view.Kin
	err := s.ifVisible(ctx, "read family", v, id, func(batch *pgx.Batch) { queueKin(batch, v, id, &kin) })
	if err != nil {
		return view.Kin{}, err
	}
	return kin, nil
}

func queueKin(batch *pgx.Batch, v view.Viewer, id deal.AccountID, kin *view.Kin) {
	args := as(v, pgx.StrictNamedArgs{"id": string(id), "most": view.MostChildren})
	batch.Queue(string(kinOf), args).Query(func(rows pgx.Rows) error {
		var level int
		var r view.Relative
		var at time.Time
		targets := []any{
			&level, &r.ID, &r.Number, &r.Name, &r.Relation, &r.Seen, &r.Step, &r.Status, &r.Owner, &r.Team, &r.Grade,
			instant(&r.Deadline), &r.Overdue, instant(&at),
		}
		_, err := pgx.ForEachRow(rows, targets, func() error {
			if !r.Seen {
				r = view.Relative{AccountRef: r.AccountRef, Relation: r.Relation}
			}
			switch {
			case level < 0:
				kin.Above = append(kin.Above, r)
			case level > 0:
				kin.Children = append(kin.Children, r)
			default:
				kin.MergedFrom = append(kin.MergedFrom, view.Merged{AccountRef: r.AccountRef, At: at})
			}
			return nil
		})
		return err
	})
}

// rolledUp gives every account of a page what the viewer sees of its family.
func (s *Store) rolledUp(ctx context.Context, v view.Viewer, items []view.AccountItem) error {
	place, tops := map[deal.AccountID]int{}, make([]string, len(items))
	for i, item := range items {
		place[item.ID], tops[i] = i, string(item.ID)
	}
	rows, err := s.pool.Query(ctx, string(rollUp), as(v, pgx.StrictNamedArgs{"tops": tops}))
	if err != nil {
		return err
	}
	var top deal.AccountID
	var sum view.RollUp
	targets := []any{&top, &sum.Members, &sum.Active, &sum.Overdue, instant(&sum.Deadline), instant(&sum.NextFollowUp)}
	_, err = pgx.ForEachRow(rows, targets, func() error {
		family := sum
		items[place[top]].Family = &family
		return nil
	})
	return err
}

// Timeline is a stretch of the account's history, oldest first, with the texts that still exist: its own log and, unless it
// is asked for alone, those of the accounts that were merged into it.
func (s *Store) Timeline(ctx context.Context, v view.Viewer, id deal.AccountID, f view.TimelineFilter) (view.Events, error) {
	if f.Alone {
		return s.Events(ctx, v, id, f.Page)
	}
	out := view.Events{Texts: map[string]string{}}
	first, from, account, seq, err := timelineCursor(f.Page)
	if err != nil {
		return out, fail("read timeline", err)
	}
	out.Since = from
	args := as(v, pgx.StrictNamedArgs{
		"id": string(id), "first": first, "at": from, "account": account, "seq": seq, "limit": limit(f.Page) + 1,
	})
	items, err := readEvents(ctx, s.pool, string(timeline), args)
	if err != nil {
		return out, err
	}
	if len(items) == 0 && first {
		return out, fail("read timeline", deal.ErrNotFound)
	}
	items, out.Next = page(items, f.Page, func(e deal.Event) cursor {
		return at(timelineList, e.At, string(e.Account)+" "+strconv.FormatInt(e.Seq, 10))
	})
	if out.Items = items; len(items) == 0 {
		return out, nil
	}
	accounts, seqs := make([]string, len(items)), make([]int64, len(items))
	for i, e := range items {
		accounts[i], seqs[i] = string(e.Account), e.Seq
	}
	rows, err := s.pool.Query(ctx, string(textsOfTimeline), accounts, seqs)
	if err != nil {
		return out, fail("read texts of timeline", err)
	}
	var textID, content string
	_, err = pgx.ForEachRow(rows, []any{&textID, &content}, func() error {
		out.Texts[textID] = content
		return nil
	})
	return out, fail("read texts of timeline", err)
}

// timelineCursor reads the last event of the page before.
func timelineCursor(p view.Page) (first bool, at time.Time, account string, seq int64, err error) {
	first, at, id, err := afterInstant(p, timelineList)
	if err != nil || first {
		return first, at, "", 0, err
	}
	account, number, _ := strings.Cut(id, " ")
	if seq, err = strconv.ParseInt(number, 10, 64); err != nil {
		err = view.ErrBadCursor
	}
	return false, at, account, seq, err
}

const timelineList = "timeline"

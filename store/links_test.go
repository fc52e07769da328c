package store_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// hashOf is a hash as of a secret.
func hashOf(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func TestDecisionLink_isFoundBySecretWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	account, request := w.pendingFiling()
	l := deal.DecisionLink{
		ID: "link-1", Approval: request.ID, Person: w.people["manager1"], Level: 1, Version: request.Subject.Version,
		MadeAt: monday, ExpiresAt: monday.Add(72 * time.Hour),
	}
	require.NoError(t, w.AddDecisionLink(ctx, hashOf(1), l))
	found, err := w.DecisionLink(ctx, hashOf(1))
	require.NoError(t, err)
	require.Equal(t, l, found.Link)
	require.Equal(t, account, found.Request.Account)
	require.Equal(t, request, found.Request.Approval)
	require.NotEmpty(t, found.Request.AccountNumber)
	itself, err := w.ApprovalByID(ctx, request.ID)
	require.NoError(t, err)
	require.Equal(t, request, itself)

	again := l
	again.MadeAt, again.ExpiresAt = l.MadeAt.Add(time.Hour), l.ExpiresAt.Add(time.Hour)
	require.NoError(t, w.AddDecisionLink(ctx, hashOf(1), again))
	require.NoError(t, w.AddDecisionLink(ctx, hashOf(1), l))
	l.ExpiresAt = again.ExpiresAt
	found, err = w.DecisionLink(ctx, hashOf(1))
	require.NoError(t, err)
	require.Equal(t, l, found.Link, "it goes out once more, and lasts from then on")

	_, err = w.DecisionLink(ctx, hashOf(2))
	require.ErrorIs(t, err, deal.ErrNotFound)

	require.NoError(t, w.UseDecisionLink(ctx, "link-1", monday.Add(time.Hour)))
	require.NoError(t, w.UseDecisionLink(ctx, "link-1", monday.Add(2*time.Hour)))
	found, err = w.DecisionLink(ctx, hashOf(1))
	require.NoError(t, err)
	require.Equal(t, monday.Add(time.Hour), found.Link.UsedAt, "the first use stays")
}

// pendingFiling is an account of rep1 with a request that waits for manager1.
func (w *world) pendingFiling() (deal.AccountID, deal.Approval) {
	w.t.Helper()
	id := w.lead("rep1", customer("晨风集团"))
	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
	form, err := w.PutForm(w.t.Context(), w.as("rep1"), id, deal.Screen, 0, map[string]any{"need": true})
	require.NoError(w.t, err)
	w.do(id, "rep1", deal.RequestApproval{
		Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: form.Version}, Text: text("please"),
	})
	request, ok := w.state(id).Latest(deal.Filing)
	require.True(w.t, ok)
	return id, request
}

func TestSweepStaged_forgetsLinksAMonthAfterTheirTime(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	_, request := w.pendingFiling()
	require.NoError(t, w.AddDecisionLink(ctx, hashOf(1), deal.DecisionLink{
		ID: "link-1", Approval: request.ID, Person: w.people["manager1"], Level: 1, MadeAt: monday, ExpiresAt: monday,
	}))
	_, err := w.SweepStaged(ctx, monday.AddDate(0, 0, 29))
	require.NoError(t, err)
	require.Equal(t, 1, w.count("decision_links"))
	_, err = w.SweepStaged(ctx, monday.AddDate(0, 0, 31))
	require.NoError(t, err)
	require.Zero(t, w.count("decision_links"))
}

func TestCalendarFeed_isOneForEachPersonAndDiesWithThem(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	who := w.people["rep1"]
	_, err := w.CalendarFeedOf(ctx, who)
	require.ErrorIs(t, err, deal.ErrNotFound)
	first := view.CalendarFeed{Person: who, Language: "zh", CreatedAt: monday}
	require.NoError(t, w.PutCalendarFeed(ctx, hashOf(1), first))
	second := view.CalendarFeed{Person: who, Language: "en", Names: true, CreatedAt: monday.Add(time.Hour)}
	require.NoError(t, w.PutCalendarFeed(ctx, hashOf(2), second))
	_, err = w.CalendarFeed(ctx, hashOf(1))
	require.ErrorIs(t, err, deal.ErrNotFound, "the new one replaces it")
	found, err := w.CalendarFeed(ctx, hashOf(2))
	require.NoError(t, err)
	require.Equal(t, second, found)
	found, err = w.CalendarFeedOf(ctx, who)
	require.NoError(t, err)
	require.Equal(t, second, found)

	_, err = connect(t, w.url).Exec(ctx, "UPDATE users SET active = false WHERE id = $1", string(who))
	require.NoError(t, err)
	_, err = w.CalendarFeed(ctx, hashOf(2))
	require.ErrorIs(t, err, deal.ErrNotFound)
	require.NoError(t, w.DropCalendarFeed(ctx, who))
	require.NoError(t, w.DropCalendarFeed(ctx, who))
	require.Zero(t, w.count("calendar_feeds"))
}

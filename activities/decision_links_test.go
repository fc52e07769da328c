package activities_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/identity"
)

// linkHouse has one request that waits for its manager.
type linkHouse struct {
	request deal.Approval
	links   map[string]deal.DecisionLink // by hash
}

func (h *linkHouse) Org(context.Context) (deal.Org, error) {
	return deal.Org{People: []deal.Person{{ID: "manager", Role: deal.Manager, Active: true}, {ID: "rep", Name: "李娜", Role: deal.Rep, Active: true}}}, nil
}

func (h *linkHouse) ApprovalByID(_ context.Context, id string) (deal.Approval, error) {
	if id != h.request.ID {
		return deal.Approval{}, deal.ErrNotFound
	}
	return h.request, nil
}

func (h *linkHouse) AddDecisionLink(_ context.Context, hash []byte, l deal.DecisionLink) error {
	h.links[string(hash)] = l
	return nil
}

func linkKey(t *testing.T) *identity.House {
	t.Helper()
	key, err := identity.NewHouse(strings.Repeat("k", identity.MinHouseKey))
	require.NoError(t, err)
	return key
}

func newLinkHouse(t *testing.T) (*linkHouse, *activities.DecisionLinks) {
	t.Helper()
	h := &linkHouse{links: map[string]deal.DecisionLink{}, request: deal.Approval{
		ID: "request", Kind: deal.Proposal, Amount: 125_000_000, Currency: "CNY", Requester: "rep", Status: deal.Pending, Level: 1, Subject: deal.Subject{Version: 3},
		Levels: []deal.Level{{Rules: deal.LevelRules{Mode: deal.AnySeat}, Seats: []deal.Seat{{Holder: "manager"}}}},
	}}
	now := time.Date(2026, 3, 2, 1, 0, 0, 1, time.UTC)
	links, err := activities.NewDecisionLinks(h, linkKey(t), "https://loop.example.com/", 72*time.Hour, func() time.Time { return now })
	require.NoError(t, err)
	return h, links
}

func TestDecisionLinks_keepTheHashAndHandOutTheSecret(t *testing.T) {
	t.Parallel()
	h, links := newLinkHouse(t)
	first, err := links.DecisionLink(t.Context(), "request", "manager", "delivery")
	require.NoError(t, err)
	require.Equal(t, activities.Asked{Link: first.Link, Kind: deal.Proposal, Amount: 125_000_000, Currency: "CNY", Requester: "李娜"}, first)
	secret, ok := strings.CutPrefix(first.Link, "https://loop.example.com/decide/")
	require.True(t, ok, first.Link)
	kept, ok := h.links[string(identity.Token(secret).Hash())]
	require.True(t, ok)
	require.Equal(t, "request", kept.Approval)
	require.Equal(t, deal.PersonID("manager"), kept.Person)
	require.Equal(t, 1, kept.Level)
	require.Equal(t, int64(3), kept.Version)
	require.Equal(t, 72*time.Hour, kept.ExpiresAt.Sub(kept.MadeAt))
	require.Zero(t, kept.MadeAt.Nanosecond())
	require.NotContains(t, secret, kept.ID)

	again, err := links.DecisionLink(t.Context(), "request", "manager", "delivery")
	require.NoError(t, err)
	require.Equal(t, first, again, "a letter that goes out again says the same")
	require.Len(t, h.links, 1)

	seen := map[string]bool{first.Link: true}
	other := func(delivery string) {
		link, err := links.DecisionLink(t.Context(), "request", "manager", delivery)
		require.NoError(t, err)
		require.False(t, seen[link.Link], "it is about something else")
		seen[link.Link] = true
	}
	other("another delivery")
	h.request.Subject.Version++
	other("delivery")
	h.request.Level, h.request.Levels = 2, append(h.request.Levels, h.request.Levels[0])
	other("delivery")
}

func TestDecisionLinks_areForWhoIsAskedOnly(t *testing.T) {
	t.Parallel()
	h, links := newLinkHouse(t)
	for _, asked := range [][2]string{{"request", "rep"}, {"request", "nobody"}, {"another", "manager"}} {
		_, err := links.DecisionLink(t.Context(), asked[0], deal.PersonID(asked[1]), "delivery")
		require.ErrorIs(t, err, activities.ErrNotAsked, asked)
	}
	h.request.Status = deal.Approved
	_, err := links.DecisionLink(t.Context(), "request", "manager", "delivery")
	require.ErrorIs(t, err, activities.ErrNotAsked)
	require.Empty(t, h.links)
}

func TestNewDecisionLinks_needsAllOfItsParts(t *testing.T) {
	t.Parallel()
	for _, make := range []func() (*activities.DecisionLinks, error){
		func() (*activities.DecisionLinks, error) {
			return activities.NewDecisionLinks(nil, linkKey(t), "x", 1, time.Now)
		},
		func() (*activities.DecisionLinks, error) {
			return activities.NewDecisionLinks(&linkHouse{}, nil, "x", 1, time.Now)
		},
		func() (*activities.DecisionLinks, error) {
			return activities.NewDecisionLinks(&linkHouse{}, linkKey(t), "", 1, time.Now)
		},
		func() (*activities.DecisionLinks, error) {
			return activities.NewDecisionLinks(&linkHouse{}, linkKey(t), "x", 0, time.Now)
		},
		func() (*activities.DecisionLinks, error) {
			return activities.NewDecisionLinks(&linkHouse{}, linkKey(t), "x", 1, nil)
		},
	} {
		_, err := make()
		require.Error(t, err)
	}
}

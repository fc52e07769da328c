package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// A message that asks for a word carries a link by which its reader decides, unless others read along.
func TestLetter_thatAsksForAWordCarriesALinkToDecideBy(t *testing.T) {
	t.Parallel()
	const request = "0198a7a0-0000-7000-8000-000000000001"
	var of []string
	l := &letters{
		say: catalogue.New(), language: catalogue.Chinese, public: "https://loop.example.com", zone: time.UTC,
		decision: func(_ context.Context, approval string, person deal.PersonID, delivery string) (activities.Asked, error) {
			of = append(of, approval+" "+string(person)+" "+delivery)
			if person == "late" {
				return activities.Asked{}, activities.ErrNotAsked
			}
			return activities.Asked{
				Link: "https://loop.example.com/decide/secret", Kind: deal.Proposal, Amount: 125_000_000, Currency: "CNY", Requester: "李娜",
			}, nil
		},
	}
	confirmed := true
	text, due := "", time.Time{}
	letter := func(kind deal.NoticeKind, who string, group bool) string {
		var o view.Outgoing
		o.ID, o.Choice.Confirmed = "delivery", confirmed
		o.Kind, o.Recipient, o.Ref, o.Account, o.Number, o.Due = string(kind), who, "approval/"+request+"/2", "account", "KA-2026-0001", due
		written, err := l.Letter(t.Context(), o, catalogue.English, group)
		require.NoError(t, err)
		text = written.Text
		return written.Link
	}
	asked, urged := deal.AskedNotice, deal.RungNotice(deal.ApprovalClock, deal.Urge)
	require.Equal(t, "https://loop.example.com/decide/secret", letter(asked, "manager", false))
	require.Equal(t, "proposal, 1,250,000.00 CNY, asked by 李娜\nThe link is for you alone and decides once; opening it decides nothing.", text)
	due = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	require.Equal(t, "https://loop.example.com/decide/secret", letter(urged, "manager", false))
	require.Contains(t, text, "asked by 李娜\nDue: 2026-03-02 09:00\nThe link")
	require.Equal(t, []string{request + " manager delivery", request + " manager delivery"}, of)
	plain := "https://loop.example.com/api/v1/approvals/" + request
	require.Equal(t, plain, letter(asked, "late", false), "somebody was faster")
	confirmed = false
	require.Equal(t, plain, letter(asked, "manager", false), "somebody else has entered the address")
	confirmed = true
	require.Equal(t, plain, letter(asked, "manager", true), "others read along")
	require.Equal(t, "https://loop.example.com/api/v1/accounts/account", letter(deal.ApprovedNotice, "manager", false))
}

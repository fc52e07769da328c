package activities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

const (
	house = deal.AccountID("0190aaaa-0000-7000-8000-000000000002")
	plant = deal.AccountID("0190aaaa-0000-7000-8000-000000000003")
)

// as is a command of somebody on an account.
func (r *rig) as(t *testing.T, who deal.PersonID, id deal.AccountID, key string, body deal.Body) deal.Receipt {
	t.Helper()
	cmd := command(key, body)
	cmd.Actor, cmd.Account = who, id
	receipt, err := r.ledger.Perform(ctx, cmd)
	require.NoError(t, err)
	return receipt
}

func why() *deal.TextRef { return &deal.TextRef{ID: "why", Hash: "00"} }

func TestPerform_readsTheFamilyOfBothAccounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, id := range []deal.AccountID{account, house, plant} {
		require.Equal(t, deal.Done, r.as(t, "rep", id, "open", open()).Answer.Outcome)
	}
	under := func(parent deal.AccountID) deal.Body {
		return deal.SetParent{Parent: parent, Relation: deal.Subsidiary, Reason: why()}
	}
	require.Equal(t, deal.Done, r.as(t, "boss", account, "k1", under(house)).Answer.Outcome)
	require.Equal(t, deal.Done, r.as(t, "boss", plant, "k1", under(account)).Answer.Outcome)
	require.True(t, r.as(t, "boss", house, "k1", under(plant)).Answer.Refusals.Has(deal.CodeFamilyCycle))
	require.True(t, r.as(t, "boss", house, "k2", under("0190aaaa-0000-7000-8000-00000000000f")).Answer.Refusals.Has(deal.CodeUnknownAccount))
	require.Equal(t, house, r.accounts.State(account).Parent)
}

func TestPerform_promotesByTheTestsOnFileToTheBookThatIsNamed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	promote := deal.Promote{Reason: why()}
	no := r.as(t, "boss", account, "k2", promote).Answer.Refusals
	require.True(t, no.Has(deal.CodeNotAProject), "%v", no)
	require.True(t, no.Has(deal.CodeGateUnmet), "nothing is on file")
	r.books.OneOff = true
	r.accounts.Files.Dossier = []deal.Document{{
		Kind: "classification", ID: "sole", Version: 1, Body: json.RawMessage(`{"tests":[{"test":"image_effect","reason":"everybody looks at them"}]}`),
	}}
	no = r.as(t, "boss", account, "k3", deal.Promote{Playbook: "nowhere", Reason: why()}).Answer.Refusals
	require.True(t, no.Has(deal.CodeUnknownPlaybook), "%v", no)
	r.books.Key = deal.BookRef{Name: "express", Version: 3}
	require.Equal(t, deal.Done, r.as(t, "boss", account, "k4", deal.Promote{Playbook: "express", Reason: why()}).Answer.Outcome)
	require.Equal(t, r.books.Key, r.accounts.State(account).NextBook)
	log, err := r.accounts.Log(account)
	require.NoError(t, err)
	require.Equal(t, []string{"image_effect"}, log[len(log)-1].Body.(deal.Promoted).Tests)
}

func TestPerform_carriesTheFileOverWithAMerger(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.accounts.Files = deal.Records{
		Profile: deal.Profile{Version: 1, Name: "Morning Wind"}, Contacts: []deal.Contact{{ID: "c1", Name: "Zhou", Mobile: "13805240011"}},
		Dossier: []deal.Document{{Kind: "trust", ID: "t1", Version: 1, Body: json.RawMessage(`{"contact":"c1"}`)}},
	}
	for _, id := range []deal.AccountID{account, house} {
		require.Equal(t, deal.Done, r.as(t, "rep", id, "open", open()).Answer.Outcome)
	}
	merge := deal.Merge{Into: house, Reason: why()}
	require.True(t, r.as(t, "rep", account, "k1", merge).Answer.Refusals.Has(deal.CodeGateUnmet))
	asked := r.as(t, "rep", account, "k2", deal.RequestApproval{
		Kind: deal.Merger, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(house), Version: 1}, Text: why(),
	})
	require.Equal(t, deal.Done, asked.Answer.Outcome, asked.Answer.Refusals)
	request := r.accounts.State(account).Approvals[0]
	require.Equal(t, deal.Done, r.as(t, "boss", account, "k3", deal.DecideApproval{Approval: request.ID, Decision: deal.Approve, Version: 1}).Answer.Outcome)
	require.Empty(t, r.accounts.Carried)
	require.Equal(t, deal.Done, r.as(t, "rep", account, "k4", merge).Answer.Outcome)
	require.Equal(t, deal.Done, r.as(t, "rep", account, "k4", merge).Answer.Outcome, "a repeat merges nothing twice")
	require.Len(t, r.accounts.Carried, 1)
	require.Equal(t, house, r.accounts.Carried[0].Into)
	require.Empty(t, r.accounts.Carried[0].Contacts, "both have the same one")
	require.Equal(t, deal.Closed, r.accounts.State(account).Status)
}

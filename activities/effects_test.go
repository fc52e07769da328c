package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// onFile puts a record on the account's file.
func (r *rig) onFile(t *testing.T, id string, record dossier.Record) deal.Subject {
	t.Helper()
	body, err := dossier.Encode(record)
	require.NoError(t, err)
	d := deal.Document{Kind: string(record.Kind()), ID: id, Version: 1, Body: body}
	r.accounts.Files.Dossier = append(r.accounts.Files.Dossier, d)
	return deal.RecordSubjectOf(d)
}

// file is a record as it is on file now.
func file[R dossier.Record](t *testing.T, r *rig, id string) (R, deal.Document) {
	t.Helper()
	var none R
	d, ok := r.accounts.Files.Document(string(none.Kind()), id)
	require.True(t, ok)
	record, err := dossier.Load(none.Kind(), d.Body)
	require.NoError(t, err)
	is, ok := record.(R)
	require.True(t, ok)
	return is, d
}

// by is a command of somebody else than the rep.
func (r *rig) by(t *testing.T, who deal.PersonID, key string, body deal.Body) deal.Receipt {
	t.Helper()
	cmd := command(key, body)
	cmd.Actor = who
	receipt, err := r.ledger.Perform(ctx, cmd)
	require.NoError(t, err)
	return receipt
}

// decided is what the boss says about the newest request of a kind.
func (r *rig) decided(t *testing.T, kind deal.ApprovalKind, key string, word deal.Decision) deal.Receipt {
	t.Helper()
	a, ok := r.accounts.State(account).Latest(kind)
	require.True(t, ok)
	return r.by(t, "boss", key, deal.DecideApproval{Approval: a.ID, Decision: word, Comment: draft, Version: a.Subject.Version})
}

func done(t *testing.T, r deal.Receipt) {
	t.Helper()
	require.Equal(t, deal.Done, r.Answer.Outcome, r.Answer.Refusals)
}

// inScreen is an account in screen; its days are those of Shanghai.
func inScreen(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.accounts.People.People = append(r.accounts.People.People, deal.Person{ID: "ops", Login: "ops1", Role: deal.SalesOps, Active: true})
	done(t, r.do(t, "open", open()))
	done(t, r.do(t, "advance", deal.Advance{From: deal.Collect}))
	return r
}

func TestPerform_registersAFilingThatIsApproved(t *testing.T) {
	t.Parallel()
	r := inScreen(t)
	sub := r.onFile(t, "f", dossier.Filing{Project: "样品专线"})
	done(t, r.do(t, "ask", deal.RequestApproval{Kind: deal.Filing, Subject: sub}))
	done(t, r.decided(t, deal.Filing, "yes", deal.Approve))
	f, d := file[dossier.Filing](t, r, "f")
	require.Equal(t, []any{"KA-2026-0001-F1", dossier.Day("2026-03-02"), dossier.Day("2026-05-31")}, []any{f.Number, f.FiledOn, f.ValidUntil})
	require.Equal(t, []int64{2, 1}, []int64{d.Version, d.EditedAt()})

	receipt := r.do(t, "again", deal.RequestApproval{Kind: deal.Filing, Subject: deal.RecordSubjectOf(d)})
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeSubjectMissing), "what is registered needs no approval")
	log, err := r.accounts.Log(account)
	require.NoError(t, err)
	require.NotEmpty(t, log)
}

func TestPerform_refusesAFilingWhoseProjectAnotherAccountHolds(t *testing.T) {
	t.Parallel()
	r := inScreen(t)
	sub := r.onFile(t, "f", dossier.Filing{Project: "样品专线"})
	body, err := dossier.Encode(dossier.DefaultRules().File("KA-9-F1", "样品 专线", "", "other", "2026-03-01"))
	require.NoError(t, err)
	r.accounts.Rivals = []deal.Claim{{
		Account: "there", Owner: "other", Team: "north", Filing: deal.Document{Kind: "filing", ID: "theirs", Version: 1, Body: body},
	}}
	done(t, r.do(t, "ask", deal.RequestApproval{Kind: deal.Filing, Subject: sub}))
	receipt := r.decided(t, deal.Filing, "yes", deal.Approve)
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeFilingConflict))
	f, _ := file[dossier.Filing](t, r, "f")
	require.True(t, f.Draft(), "a refusal changes no record")

	done(t, r.by(t, "ops", "arbitrate", deal.Arbitrate{Filing: "f", Decision: deal.GrantFiling, Reason: draft}))
	record, err := dossier.Load(dossier.FilingKind, r.accounts.Rivals[0].Filing.Body)
	require.NoError(t, err)
	require.Equal(t, dossier.ProjectAwarded, record.(dossier.Filing).Cause)
	done(t, r.decided(t, deal.Filing, "now", deal.Approve))
	f, _ = file[dossier.Filing](t, r, "f")
	require.True(t, f.Live("2026-03-02"))
}

func TestPerform_takesBackACreditChangeThatWasNotApproved(t *testing.T) {
	t.Parallel()
	r := inScreen(t)
	sub := r.onFile(t, "sole", dossier.Credit{Change: &dossier.CreditChange{To: dossier.Blue, Reason: "small", AskedOn: "2026-03-02", DueOn: "2026-03-12"}})
	done(t, r.do(t, "ask", deal.RequestApproval{Kind: deal.CreditChange, Subject: sub}))
	done(t, r.decided(t, deal.CreditChange, "rework", deal.SendBack))
	k, _ := file[dossier.Credit](t, r, "sole")
	require.NotNil(t, k.Change, "what is to be reworked is still asked for")
	done(t, r.do(t, "ask again", deal.RequestApproval{Kind: deal.CreditChange, Subject: sub}))
	a, _ := r.accounts.State(account).Latest(deal.CreditChange)
	done(t, r.do(t, "withdraw", deal.WithdrawApproval{Approval: a.ID}))
	k, _ = file[dossier.Credit](t, r, "sole")
	require.Nil(t, k.Change)
	_, d := file[dossier.Credit](t, r, "sole")
	receipt := r.do(t, "nothing asked", deal.RequestApproval{Kind: deal.CreditChange, Subject: deal.RecordSubjectOf(d)})
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeSubjectMissing))
}

// Every command that ends something reads the file, so that nothing of it stays behind.
func TestPerform_releasesFilingsWithTheAccount(t *testing.T) {
	t.Parallel()
	r := inScreen(t)
	r.onFile(t, "f", dossier.DefaultRules().File("KA-2026-0001-F1", "样品专线", "", "rep", "2026-03-01"))
	done(t, r.do(t, "close", deal.Close{Outcome: deal.Dropped, Reason: draft}))
	f, _ := file[dossier.Filing](t, r, "f")
	require.Equal(t, []any{dossier.AccountClosed, dossier.Day("2026-03-02")}, []any{f.Cause, f.ReleasedOn})
}

func TestPerform_refusesWithAnIncidentWhatItCannotReadOnFile(t *testing.T) {
	t.Parallel()
	r := inScreen(t)
	r.accounts.Files.Dossier = []deal.Document{{Kind: "filing", ID: "f", Version: 1, Body: []byte(`{"number":7}`)}}
	receipt := r.do(t, "close", deal.Close{Outcome: deal.Dropped, Reason: draft})
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeInternalError))
}

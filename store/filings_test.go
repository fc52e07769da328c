package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// aboutRecord lets a kind decide about a record where the request says so; other tests ask about forms.
func aboutRecord(b deal.Book, ask deal.RequestApproval) deal.Book {
	kind, _, ok := ask.Subject.RecordOf()
	for i, r := range b.Approvals {
		if ok && r.Kind == ask.Kind {
			b.Approvals[i].Subject = kind
		}
	}
	return b
}

// claim and effects do what package activities does about filings.
func claim(ctx context.Context, tx deal.LedgerTx, cmd deal.Command, f *deal.Facts) error {
	s := tx.State()
	id := ""
	switch b := cmd.Body.(type) {
	case deal.DecideApproval:
		a, _ := s.Approval(b.Approval)
		kind, record, _ := a.Subject.RecordOf()
		if kind == "filing" {
			id = record
		}
	case deal.Arbitrate:
		id = b.Filing
	}
	d, onFile := f.Records.Document("filing", id)
	if !onFile {
		return nil
	}
	record, err := dossier.Load(dossier.FilingKind, d.Body)
	if err != nil {
		return err
	}
	claims, err := tx.Claims(ctx, cmd.Account)
	if err != nil {
		return err
	}
	held, found, err := dossier.Holder(claims, record.(dossier.Filing).Project, dayOf(cmd.At))
	if found && cmd.Name == deal.ArbitrateName {
		held, err = tx.Hold(ctx, held)
	}
	if found {
		f.Claim = held
	}
	return err
}

func effects(before deal.State, events []deal.Event, f deal.Facts) (dossier.Changes, error) {
	return dossier.Effects(dossier.Happening{
		Before: before, Events: events, Records: f.Records, Claim: f.Claim, Rules: dossier.DefaultRules(), Today: dayOf(events[0].At),
	})
}

func dayOf(at time.Time) dossier.Day { return dossier.Day(working{shipped()}.Date(at)) }

// pursuit is an account in screen whose filing of a project waits for its last level, finance1.
type pursuit struct {
	id       deal.AccountID
	filing   string
	approval string
}

func (w *world) pursue(p deal.Profile, rep, manager, project string) pursuit {
	w.t.Helper()
	id := w.lead(rep, p)
	w.do(id, rep, deal.Advance{From: deal.Collect})
	body, err := dossier.Encode(dossier.Filing{Project: project})
	require.NoError(w.t, err)
	key := dossier.Filing{Project: project}.Key()
	d, err := w.AddDocument(w.t.Context(), w.as(rep), id, deal.Document{Kind: "filing", ID: "f1", Body: body, Key: &key}, false)
	require.NoError(w.t, err)
	w.do(id, rep, deal.RequestApproval{Kind: deal.Filing, Subject: deal.RecordSubjectOf(d), Text: text("please " + rep)})
	a, _ := w.state(id).Latest(deal.Filing)
	w.do(id, manager, deal.DecideApproval{Approval: a.ID, Decision: deal.Approve, Version: 1})
	return pursuit{id, d.ID, a.ID}
}

func (p pursuit) approve() deal.DecideApproval {
	return deal.DecideApproval{Approval: p.approval, Decision: deal.Approve, Version: 1}
}

func (w *world) filing(p pursuit) (deal.Document, dossier.Filing) {
	w.t.Helper()
	d, err := w.Document(w.t.Context(), w.as("ops1"), p.id, "filing", p.filing)
	require.NoError(w.t, err)
	r, err := dossier.Load(dossier.FilingKind, d.Body)
	require.NoError(w.t, err)
	return d, r.(dossier.Filing)
}

func TestEffects_areWrittenWithTheEventsAndAreNoEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pursue(customer("晨风集团"), "rep1", "manager1", "样品专线")
	w.do(p.id, "finance1", p.approve())
	d, f := w.filing(p)
	require.Equal(t, w.state(p.id).Number+"-F1", f.Number)
	require.Equal(t, dayOf(w.at).Add(90), f.ValidUntil)
	require.Equal(t, w.people["rep1"], f.Owner)
	require.Equal(t, []any{int64(2), int64(1), w.people["finance1"]}, []any{d.Version, d.Edited, d.UpdatedBy})
	records := deal.Records{Dossier: []deal.Document{d}}
	a, _ := w.state(p.id).Latest(deal.Filing)
	require.Equal(t, a.Subject.Version, w.state(p.id).SubjectVersion(a.Subject, records), "the approval is about what is on file")

	w.at = w.at.AddDate(0, 0, 20)
	w.do(p.id, "rep1", deal.Advance{From: deal.Screen})
	d, f = w.filing(p)
	require.Equal(t, dayOf(w.at).Add(90), f.ValidUntil, "progress renews it")
	require.Equal(t, []any{int64(3), int64(1)}, []any{d.Version, d.Edited})

	w.do(p.id, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("no need")})
	_, f = w.filing(p)
	require.Equal(t, []any{dossier.AccountClosed, dayOf(w.at)}, []any{f.Cause, f.ReleasedOn})

	versions, err := w.Versions(t.Context(), w.as("rep1"), p.id, "filing", p.filing)
	require.NoError(t, err)
	require.Len(t, versions, 4)
	for i, v := range versions {
		require.Equal(t, int64(i)+1, v.Version)
		require.False(t, v.UpdatedAt.IsZero())
	}
	changes, err := w.Changes(t.Context(), w.as("rep1"), p.id)
	require.NoError(t, err)
	var was, is deal.Document
	require.NoError(t, json.Unmarshal(changes[1].Before, &was))
	require.NoError(t, json.Unmarshal(changes[1].After, &is))
	require.Equal(t, w.people["finance1"], changes[1].By, "by whoever gave the command")
	require.Equal(t, []int64{1, 0, 2, 1}, []int64{was.Version, was.Edited, is.Version, is.Edited})
	w.sound()
	require.NoError(t, w.Rebuild(t.Context(), p.id))
	after, _ := w.filing(p)
	require.Equal(t, int64(4), after.Version, "records are not made of the log")
}

func TestEdit_makesAnApprovalOfTheRecordStaleAndAnEffectDoesNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	credit := func(k dossier.Credit) []byte {
		body, err := dossier.Encode(k)
		require.NoError(t, err)
		return body
	}
	change := &dossier.CreditChange{To: dossier.Green, Reason: "grown", AskedOn: dayOf(w.at), DueOn: dayOf(w.at).Add(10)}
	d, err := w.AddDocument(t.Context(), w.as("rep1"), id, deal.Document{Kind: "credit", Body: credit(dossier.Credit{Change: change})}, false)
	require.NoError(t, err)
	w.do(id, "rep1", deal.RequestApproval{Kind: deal.CreditChange, Subject: deal.RecordSubjectOf(d), Text: text("why")})
	a, _ := w.state(id).Latest(deal.CreditChange)
	w.do(id, "manager1", deal.DecideApproval{Approval: a.ID, Decision: deal.Approve, Version: 1})
	d, err = w.Document(t.Context(), w.as("rep1"), id, "credit", "sole")
	require.NoError(t, err)
	record, err := dossier.Load(dossier.CreditKind, d.Body)
	require.NoError(t, err)
	require.Equal(t, dossier.Green, record.(dossier.Credit).Colour)
	require.Equal(t, []int64{2, 1}, []int64{d.Version, d.Edited})

	d.Body = credit(dossier.Credit{Colour: dossier.Green, Since: dayOf(w.at), Reason: "grown", Payments: dossier.Payments{Invoices: 3}})
	d, err = w.ChangeDocument(t.Context(), w.as("rep1"), id, d)
	require.NoError(t, err)
	require.Equal(t, []int64{3, 0}, []int64{d.Version, d.Edited})
	require.Equal(t, int64(3), w.state(id).SubjectVersion(a.Subject, deal.Records{Dossier: []deal.Document{d}}))
}

func TestFiling_isHeldByOneAccountOfACustomerForAProject(t *testing.T) {
	t.Parallel()
	code, another := "91320000134766570R", "91320300MA1MTF2L0K"
	coded := func(name, code string) deal.Profile {
		p := customerIn("宿城区", name)
		p.CreditCode = code
		return p
	}
	for name, c := range map[string]struct {
		first, second deal.Profile
		project       string
		conflict      bool
	}{
		"one name":                     {customer("江苏晨风集团股份有限公司"), customerIn("宿城区", "晨风集团"), "样品 专线", true},
		"one code, two names":          {coded("晨风集团", code), coded("晨风服饰", code), "样品专线", true},
		"one name, one with a code":    {coded("晨风集团", code), customerIn("宿城区", "晨风集团"), "样品专线", true},
		"one name, two codes":          {coded("晨风集团", code), coded("晨风集团", another), "样品专线", false},
		"another project":              {customer("晨风集团"), customerIn("宿城区", "晨风集团"), "冷链专线", false},
		"all business besides project": {customer("晨风集团"), customerIn("宿城区", "晨风集团"), "", false},
		"another customer":             {customer("晨风集团"), customerIn("宿城区", "海澜集团"), "样品专线", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			rep := "rep3"
			if c.first.Territory == "宿城区" {
				c.first.Territory = "开发区"
			}
			first := w.pursue(c.first, "rep1", "manager1", "样品专线")
			second := w.pursue(c.second, rep, "manager2", c.project)
			w.do(first.id, "finance1", first.approve())
			answer := w.try(second.id, "finance1", second.approve())
			if !c.conflict {
				require.Equal(t, deal.Done, answer.Outcome, "%v", answer.Refusals)
				return
			}
			require.Equal(t, deal.CodeFilingConflict, answer.Refusals[0].Code)
			require.Equal(t, []string{string(w.people["rep1"]), "team 1"}, answer.Refusals[0].Args)
			_, f := w.filing(second)
			require.True(t, f.Draft())
			w.do(first.id, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("gone")})
			w.do(second.id, "finance1", second.approve())
			w.sound()
		})
	}
}

func TestArbitration_movesTheProjectInOneTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.pursue(customer("晨风集团"), "rep1", "manager1", "样品专线")
	second := w.pursue(customerIn("宿城区", "晨风集团"), "rep3", "manager2", "样品专线")
	w.do(first.id, "finance1", first.approve())
	arbitrate := deal.Arbitrate{Filing: second.filing, Decision: deal.GrantFiling, Reason: text("theirs is cold")}
	require.Equal(t, deal.CodeNotYourRole, w.try(second.id, "manager2", arbitrate).Refusals[0].Code)
	w.do(second.id, "ops1", arbitrate)

	lost, f := w.filing(first)
	require.Equal(t, []any{dossier.ProjectAwarded, dayOf(w.at)}, []any{f.Cause, f.ReleasedOn})
	require.Equal(t, &dossier.Arbitrated{On: dayOf(w.at), Arbiter: w.people["ops1"], Result: dossier.FilingLost}, f.Arbitration)
	require.Equal(t, w.people["ops1"], lost.UpdatedBy)
	changes, err := w.Changes(t.Context(), w.as("rep1"), first.id)
	require.NoError(t, err)
	last := changes[len(changes)-1]
	require.Equal(t, []any{"dossier", "filing/f1", w.people["ops1"]}, []any{last.Table, last.ID, last.By}, "the other account's file says so, too")

	for _, who := range []string{"rep1", "rep3"} {
		notices, _, err := w.Notices(t.Context(), w.as(who), false, view.Page{Limit: 50})
		require.NoError(t, err)
		require.Equal(t, deal.FilingGrantedNotice, notices[0].Kind, who)
	}
	w.do(second.id, "finance1", second.approve())
	_, f = w.filing(second)
	require.True(t, f.Live(dayOf(w.at)))
	require.Equal(t, dossier.FilingGranted, f.Arbitration.Result)
	w.sound()
}

func TestArbitration_mayRefuseAndTheRequestIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.pursue(customer("晨风集团"), "rep1", "manager1", "样品专线")
	second := w.pursue(customerIn("宿城区", "晨风集团"), "rep3", "manager2", "样品专线")
	w.do(first.id, "finance1", first.approve())
	w.do(second.id, "ops1", deal.Arbitrate{Filing: second.filing, Decision: deal.RefuseFiling, Reason: text("theirs is older")})
	a, _ := w.state(second.id).Latest(deal.Filing)
	require.Equal(t, deal.Rejected, a.Status)
	_, f := w.filing(first)
	require.True(t, f.Live(dayOf(w.at)))
	require.Nil(t, f.Arbitration)
	w.sound()
}

// Whoever approves for one customer and project at the same moment, one of them gets it and the others hear who did.
func TestFilings_approvedAtTheSameMomentLetExactlyOneThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []pursuit
	for i := range 6 {
		rep, manager, territory := "rep1", "manager1", "开发区"
		if i%2 == 1 {
			rep, manager, territory = "rep3", "manager2", "宿城区"
		}
		p := customerIn(territory, "晨风集团")
		if i > 3 { // these meet the others by their name and each other by their code
			p.CreditCode = "91320000134766570R"
		}
		all = append(all, w.pursue(p, rep, manager, "样品专线"))
	}
	answers, errs := make([]deal.Answer, len(all)), make([]error, len(all))
	commands := make([]deal.Command, len(all))
	for i, p := range all {
		commands[i] = w.command(p.id, "finance1", p.approve())
	}
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { answers[i], errs[i] = perform(t.Context(), w.Store, commands[i]) })
	}
	group.Wait()
	won := 0
	for i, answer := range answers {
		require.NoError(t, errs[i])
		if answer.Outcome == deal.Done {
			won++
			continue
		}
		require.Equal(t, deal.CodeFilingConflict, answer.Refusals[0].Code)
	}
	require.Equal(t, 1, won)
	live := 0
	for _, p := range all {
		if _, f := w.filing(p); f.Live(dayOf(w.at)) {
			live++
		}
	}
	require.Equal(t, 1, live)
	w.sound()
}

func TestSimilarFilings_areLiveAndMaskedOutsideTheScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs := w.pursue(customerIn("宿城区", "江苏晨风集团服饰有限公司"), "rep3", "manager2", "工装专线")
	w.do(theirs.id, "finance1", theirs.approve())
	mine := w.pursue(customer("晨风集团"), "rep1", "manager1", "样品专线")
	w.pursue(customerIn("宿城区", "晨风集团科技"), "rep3", "manager2", "只是草稿")
	stranger := w.pursue(customerIn("宿城区", "海澜之家"), "rep3", "manager2", "工装专线")
	w.do(stranger.id, "finance1", stranger.approve())

	today := string(dayOf(w.at))
	found, err := w.SimilarFilings(t.Context(), w.as("manager1"), mine.id, today)
	require.NoError(t, err)
	require.Len(t, found, 1)
	f := found[0]
	require.Equal(t, []any{theirs.id, "江***", false, "工装专线", w.people["rep3"]}, []any{f.Account, f.Name, f.Visible, f.Project, f.Owner})
	require.Equal(t, w.state(theirs.id).Number, f.Number)
	require.Positive(t, f.Score)
	found, err = w.SimilarFilings(t.Context(), w.as("ops1"), mine.id, today)
	require.NoError(t, err)
	require.Equal(t, []any{"江苏晨风集团服饰有限公司", true}, []any{found[0].Name, found[0].Visible})
	found, err = w.SimilarFilings(t.Context(), w.as("ops1"), mine.id, string(dayOf(w.at).Add(91)))
	require.NoError(t, err)
	require.Empty(t, found, "what has run out protects nothing")
}

func TestDuplicates_findSimilarNamesAfterTheEqualOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	equal := w.lead("rep1", customer("江苏晨风集团股份有限公司"))
	similar := w.lead("rep3", customerIn("宿城区", "晨风集团服饰有限公司"))
	for i := range 30 {
		w.lead("rep1", customer(fmt.Sprintf("宿迁第%d集团有限公司", i+1)))
	}
	w.lead("rep1", customer("宿迁市第一人民医院"))
	closed := w.lead("rep1", customer("晨风集团家纺"))
	w.do(closed, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("gone")})

	found, err := w.Duplicates(t.Context(), "晨风集团", "", nil)
	require.NoError(t, err)
	require.Len(t, found, 2, "%v", found)
	require.Equal(t, []any{equal, "name", 10_000}, []any{found[0].Account, found[0].Reason, found[0].Score})
	require.Equal(t, []any{similar, "similar_name", w.people["rep3"]}, []any{found[1].Account, found[1].Reason, found[1].Owner})
	require.Less(t, found[1].Score, 10_000)

	found, err = w.Duplicates(t.Context(), "宿迁市第三人民医院", "", nil)
	require.NoError(t, err)
	require.Empty(t, found, "another number is another house")
}

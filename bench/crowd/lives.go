package crowd

import (
	"context"
	"fmt"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
	"closedloop/playbook/playbooktest"
	"closedloop/store"
)

// end is how a life stands today.
type end string

const (
	standing end = "standing" // active in its last step
	paused   end = "paused"
	lost     end = "lost"
	dropped  end = "dropped"
	resting  end = "resting"
	again    end = "again" // in its second cycle
)

// life is one way in which accounts come to where they are.
type life struct {
	brought bool // by a collector
	last    deal.Step
	end     end
	slow    bool // deadlines are missed on the way, and superiors hear of it
	back    bool // it went back once
	waits   bool // its last step's request for approval waits: for the first level, or for the second where it is slow
	owner   bool // false: nobody owns it yet
	weight  int
}

// lives are all of them. Leads are many and rounds are few, as in every funnel.
func lives() []life {
	all := []life{
		{brought: true, last: deal.Collect, end: standing, weight: 180},
		{brought: true, last: deal.Collect, end: standing, slow: true, weight: 110},
		{brought: true, last: deal.Collect, end: standing, owner: true, weight: 110},
		{last: deal.Collect, end: standing, owner: true, weight: 110},
		{brought: true, last: deal.Collect, end: dropped, slow: true, owner: true, weight: 230},
		{last: deal.Collect, end: dropped, owner: true, weight: 210},
		{brought: true, last: deal.Screen, end: standing, weight: 120},
		{brought: true, last: deal.Screen, end: dropped, owner: true, slow: true, weight: 180},
	}
	weights := map[deal.Step]int{
		deal.Screen: 200, deal.Survey: 130, deal.Analyse: 80, deal.Plan: 75, deal.Visit: 105, deal.Trial: 35, deal.Sign: 32, deal.Maintain: 125,
		deal.Archive: 30,
	}
	for _, step := range deal.Steps()[1:] {
		n := weights[step]
		all = append(all,
			life{brought: true, last: step, end: standing, owner: true, weight: n},
			life{last: step, end: standing, owner: true, slow: true, waits: step == deal.Sign, weight: n * 2 / 3},
			life{brought: true, last: step, end: standing, owner: true, back: true, weight: n / 3},
		)
	}
	return append(all,
		life{last: deal.Screen, end: standing, owner: true, waits: true, weight: 25},
		life{brought: true, last: deal.Screen, end: standing, owner: true, waits: true, slow: true, weight: 15},
		life{last: deal.Plan, end: standing, owner: true, waits: true, weight: 15},
		life{last: deal.Survey, end: paused, owner: true, weight: 50},
		life{brought: true, last: deal.Plan, end: paused, owner: true, weight: 25},
		life{last: deal.Analyse, end: dropped, owner: true, weight: 130},
		life{brought: true, last: deal.Visit, end: lost, owner: true, weight: 90},
		life{last: deal.Sign, end: lost, owner: true, back: true, weight: 30},
		life{last: deal.Archive, end: resting, owner: true, weight: 90},
		life{brought: true, last: deal.Archive, end: resting, owner: true, slow: true, weight: 60},
		life{last: deal.Analyse, end: again, owner: true, weight: 40},
		life{brought: true, last: deal.Visit, end: again, owner: true, weight: 35},
	)
}

// walk takes a new account to where the life ends.
func (w *walker) walk(ctx context.Context, l life) error {
	if err := w.begin(ctx, l); err != nil {
		return err
	}
	through := l.last
	if l.end == again || l.end == resting {
		through = deal.Archive
	}
	for _, step := range deal.Steps() {
		leaves := step.Before(through) || l.end == resting || l.end == again
		if err := w.pass(ctx, l, step, leaves); err != nil {
			return fmt.Errorf("step %s: %w", step, err)
		}
		if !leaves {
			break
		}
	}
	if l.end == again {
		if err := w.second(ctx, l); err != nil {
			return fmt.Errorf("second development: %w", err)
		}
	}
	return w.finish(ctx, l)
}

// begin opens the account.
func (w *walker) begin(ctx context.Context, l life) error {
	who := w.rep()
	if l.brought {
		who = w.collector()
	}
	inbound, outbound := 420, 960
	draft := &view.Draft{
		Profile: deal.Profile{
			Name: patternName, Aliases: []string{}, Premises: "factory", Territory: patternPlace, Address: "发展大道18号", Industry: "服装",
			MonthlyInbound: &inbound, MonthlyOutbound: &outbound, Author: "张伟", CollectedOn: "2026-01-05",
		},
		Form: playbooktest.Filled(playbooktest.Express, deal.Collect, playbooktest.Options{Now: w.at}),
	}
	roles := deal.BuyingRoles()
	people := 2
	if l.last.Number() > deal.Survey.Number() || l.end == resting {
		people = len(patternContacts)
	}
	for i, name := range patternContacts[:people] {
		id := made("contact", string(w.account), name)
		w.contacts = append(w.contacts, id)
		draft.Contacts = append(draft.Contacts, deal.Contact{
			ID: id, Name: name, Title: "经理", Role: roles[i], Mobile: fmt.Sprintf("%s%d", patternMobiles, i), PhoneValid: true,
		})
	}
	draft.Upsert = naming.UpsertKey(patternName, "", patternPlace)
	ref := &deal.TextRef{ID: made("draft", string(w.account)), Hash: "crowd"}
	if err := w.send(ctx, who, view.Staged{Draft: draft}, deal.Open{Territory: patternPlace, Via: deal.ViaAPI, Draft: ref}); err != nil {
		return err
	}
	if l.brought && l.owner {
		if err := w.wait(ctx, 1); err != nil {
			return err
		}
		texts := map[string]string{}
		return w.do(ctx, w.manager(), texts, deal.Assign{Owner: w.rep(), Reason: w.text("按片区分配。", texts)})
	}
	return nil
}

// pass lives through a step, and leaves it forward where the life goes on.
func (w *walker) pass(ctx context.Context, l life, step deal.Step, leaves bool) error {
	if err := w.wait(ctx, 2+24*step.Number()/3); err != nil {
		return err
	}
	if l.slow {
		if err := w.wait(ctx, 24*7*3); err != nil {
			return err
		}
	}
	if !leaves && !l.owner {
		return nil
	}
	if step == deal.Screen && w.state.Intake == deal.IntakePending {
		if err := w.do(ctx, w.manager(), nil, deal.ReviewIntake{Decision: deal.AcceptIntake}); err != nil {
			return err
		}
	}
	if err := w.file(ctx, step); err != nil {
		return err
	}
	if err := w.work(ctx, step, !leaves && l.waits, l.slow); err != nil {
		return err
	}
	if l.back && step == deal.Screen && leaves {
		texts := map[string]string{}
		if err := w.do(ctx, w.rep(), texts, deal.Return{To: deal.Collect, Reason: w.text("联系人更换，需要重新核实。", texts)}); err != nil {
			return err
		}
		if err := w.wait(ctx, 6); err != nil {
			return err
		}
		if err := w.do(ctx, w.rep(), nil, deal.Advance{From: deal.Collect}); err != nil {
			return err
		}
		if w.state.Intake == deal.IntakePending {
			if err := w.do(ctx, w.manager(), nil, deal.ReviewIntake{Decision: deal.AcceptIntake}); err != nil {
				return err
			}
		}
	}
	if !leaves {
		return nil
	}
	if err := w.wait(ctx, 3); err != nil {
		return err
	}
	return w.do(ctx, w.walks(), nil, deal.Advance{From: step})
}

// walks is who takes the account forward: its owner, and the collector while it has none.
func (w *walker) walks() deal.PersonID {
	if w.state.Owner == "" {
		return w.collector()
	}
	return w.rep()
}

// work does what a step is about.
func (w *walker) work(ctx context.Context, step deal.Step, waits, half bool) error {
	chain := func(people ...deal.PersonID) []deal.PersonID {
		switch {
		case waits && half && len(people) > 1:
			return people[:1]
		case waits:
			return nil
		}
		return people
	}
	switch step {
	case deal.Screen:
		return w.approve(ctx, deal.Filing, step, chain(w.manager(), w.people.ops[0]))
	case deal.Survey, deal.Trial, deal.Maintain:
		return w.meet(ctx, 1)
	case deal.Visit:
		return w.meet(ctx, 2)
	case deal.Analyse:
		texts := map[string]string{}
		grade := deal.Grades()[w.serial%len(deal.Grades())]
		return w.do(ctx, w.rep(), texts, deal.SetGrade{Grade: grade, Reason: w.text("七项评分。", texts)})
	case deal.Plan:
		return w.approve(ctx, deal.Proposal, step, chain(w.manager()))
	case deal.Sign:
		return w.approve(ctx, deal.Contract, step, chain(w.manager(), w.people.finance[1]))
	case deal.Collect, deal.Archive:
	}
	return nil
}

func (w *walker) meet(ctx context.Context, times int) error {
	for range times {
		texts := map[string]string{}
		err := w.do(ctx, w.rep(), texts, deal.LogInteraction{
			Kind: deal.VisitInteraction, At: w.at, With: w.contacts[:1], Aim: w.text("了解样衣寄递流程。", texts),
			Result: w.text("每天三批，时效优先，旺季十月开始。", texts), NextStep: w.text("带时效表回访。", texts),
		})
		if err != nil {
			return err
		}
		if err := w.wait(ctx, 20); err != nil {
			return err
		}
	}
	return nil
}

// approve asks on a step's form, and everybody in the chain says yes some hours later.
func (w *walker) approve(ctx context.Context, kind deal.ApprovalKind, step deal.Step, chain []deal.PersonID) error {
	texts := map[string]string{}
	err := w.do(ctx, w.rep(), texts, deal.RequestApproval{
		Kind: kind, Subject: deal.Subject{Type: deal.FormSubject, ID: string(step), Version: w.forms[step]}, Amount: playbooktest.AmountMinor,
		Currency: playbooktest.Currency, Text: w.text("请审批。", texts),
	})
	if err != nil {
		return err
	}
	request, _ := w.state.Latest(kind)
	for _, who := range chain {
		if err := w.wait(ctx, 5); err != nil {
			return err
		}
		if err := w.do(ctx, who, nil, deal.DecideApproval{Approval: request.ID, Decision: deal.Approve, Version: w.forms[step]}); err != nil {
			return err
		}
	}
	return nil
}

// second goes into the next cycle, up to the last step of the life.
func (w *walker) second(ctx context.Context, l life) error {
	if err := w.wait(ctx, 24*20); err != nil {
		return err
	}
	texts := map[string]string{}
	if err := w.do(ctx, w.rep(), texts, deal.SecondDevelopment{Goal: w.text("增开国际件。", texts)}); err != nil {
		return err
	}
	w.forms = map[deal.Step]int64{}
	for _, step := range deal.Steps() {
		if step.Before(w.state.Step) {
			continue
		}
		if err := w.pass(ctx, l, step, step.Before(l.last)); err != nil || step == l.last {
			return err
		}
	}
	return nil
}

// finish brings the life to where it stands today.
func (w *walker) finish(ctx context.Context, l life) error {
	texts := map[string]string{}
	switch l.end {
	case paused:
		return w.do(ctx, w.rep(), texts, deal.Pause{Reason: w.text("工厂停产检修。", texts), ResumeOn: w.at.AddDate(0, 2, 0).Format("2006-01-02")})
	case lost, dropped:
		outcome := deal.Dropped
		var rival *deal.TextRef
		if l.end == lost {
			outcome, rival = deal.Lost, w.text("顺丰", texts)
		}
		return w.do(ctx, w.rep(), texts, deal.Close{Outcome: outcome, Reason: w.text("价格谈不拢。", texts), Rival: rival})
	case standing, resting, again:
	}
	return nil
}

// file puts the step's form and records on file.
func (w *walker) file(ctx context.Context, step deal.Step) error {
	viewer := w.viewer(w.walks())
	if step != deal.Collect {
		content := playbooktest.Filled(playbooktest.Express, step, playbooktest.Options{Contact: w.contacts[0], Person: string(w.rep()), Now: w.at})
		form, err := w.store.PutForm(ctx, viewer, w.account, step, 0, content)
		if err != nil {
			return fmt.Errorf("file form: %w", err)
		}
		w.forms[step] = form.Version
	}
	for _, r := range onFile(step, w) {
		document, perCycle, err := documentOf(r, string(w.account), w.state.Cycle)
		if err != nil {
			return err
		}
		if w.state.Cycle > 1 && !perCycle {
			continue // it was filed in the first cycle
		}
		if _, err := w.store.AddDocument(ctx, viewer, w.account, document, perCycle); err != nil {
			return fmt.Errorf("file %s: %w", document.Kind, err)
		}
	}
	return nil
}

// walkAll walks every life and gives the accounts, in the order of lives.
func walkAll(ctx context.Context, st *store.Store, p *people) ([]deal.AccountID, error) {
	ledger, err := newLedger(st)
	if err != nil {
		return nil, err
	}
	org, err := st.Org(ctx)
	if err != nil {
		return nil, fmt.Errorf("read organisation: %w", err)
	}
	var ids []deal.AccountID
	for i, l := range lives() {
		w := &walker{
			store: st, ledger: ledger, people: p, org: org, account: deal.AccountID(made("life", fmt.Sprint(i))), at: begun,
			forms: map[deal.Step]int64{},
		}
		if err := w.walk(ctx, l); err != nil {
			return nil, fmt.Errorf("walk life %d (%s, %s): %w", i, l.last, l.end, err)
		}
		ids = append(ids, w.account)
	}
	return ids, nil
}

package api_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/identity"
)

// The people of the tests: a team with its manager, two reps and a collector; a director above; staff outside the line.
const (
	rep1      = deal.PersonID("11111111-0000-4000-8000-000000000001")
	rep2      = deal.PersonID("11111111-0000-4000-8000-000000000002")
	collector = deal.PersonID("11111111-0000-4000-8000-000000000003")
	manager   = deal.PersonID("11111111-0000-4000-8000-000000000004")
	director  = deal.PersonID("11111111-0000-4000-8000-000000000005")
	ops       = deal.PersonID("11111111-0000-4000-8000-000000000006")
	admin     = deal.PersonID("11111111-0000-4000-8000-000000000007")
	auditor   = deal.PersonID("11111111-0000-4000-8000-000000000009")
	gone      = deal.PersonID("11111111-0000-4000-8000-000000000008")

	team = deal.TeamID("22222222-0000-4000-8000-000000000001")
	area = deal.TeamID("22222222-0000-4000-8000-000000000002")

	// mine is an account of rep1; foreign is nobody's to see.
	mine     = deal.AccountID("33333333-0000-4000-8000-000000000001")
	foreign  = deal.AccountID("33333333-0000-4000-8000-000000000002")
	approval = "44444444-0000-4000-8000-000000000001"
	task     = "55555555-0000-4000-8000-000000000001"

	installation = "test-installation"
	password     = "correct horse"
)

func textKey() []byte { return bytes.Repeat([]byte{7}, 32) }

func houseKey() *identity.House {
	h, err := identity.NewHouse(strings.Repeat("k", identity.MinHouseKey))
	if err != nil {
		panic(err) // it is long enough
	}
	return h
}

func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func organisation() deal.Org {
	person := func(id deal.PersonID, login, name string, role deal.Role, t deal.TeamID) deal.Person {
		return deal.Person{ID: id, Login: login, Name: name, Role: role, Team: t, Active: id != gone}
	}
	return deal.Org{
		Version: 1,
		People: []deal.Person{
			person(rep1, "rep1", "王芳", deal.Rep, team), person(rep2, "rep2", "李强", deal.Rep, team),
			person(collector, "collector1", "赵敏", deal.Collector, team), person(manager, "manager1", "陈静", deal.Manager, team),
			person(director, "director1", "周杰", deal.Director, area), person(ops, "ops1", "吴磊", deal.SalesOps, ""),
			person(admin, "admin1", "郑爽", deal.Admin, ""), person(gone, "gone1", "孙悟", deal.Rep, team),
			person(auditor, "auditor1", "马超", deal.Auditor, ""),
		},
		Teams: []deal.Team{{ID: team, Name: "一组", Parent: area, Lead: manager}, {ID: area, Name: "宿迁", Lead: director}},
	}
}

// world is everything behind the API, in memory. Its fields are set before a request and looked at afterwards.
type world struct {
	mu sync.Mutex

	now      time.Time
	org      deal.Org
	tokens   map[string]deal.PersonID
	hash     string // of everybody's password
	rehashed string

	state    deal.State
	profile  deal.Profile
	records  deal.Records
	contacts []deal.Contact
	gate     deal.Gate
	gateErr  error
	unfit    deal.Refusals
	grades   []deal.GradeRules // of the playbook

	known    map[string]deal.Remembered // by command key
	staged   map[string]view.Staged
	unstaged []string
	sent     []deal.Command
	opened   []deal.Command
	receive  func(deal.Command) (deal.Receipt, error)
	slow     bool
	requests map[string]view.StoredRequest

	log       view.Events
	whole     []deal.Event
	notes     []view.HistoryNote
	tasks     []view.TaskItem
	timed     []view.Account // nil: the one account
	calling   []view.Account // sales operations
	ahead     []view.Ahead
	notices   []view.NoticeItem
	read      []string
	asked     []any // filters of lists
	approvals []view.ApprovalItem
	doubles   []view.Duplicate
	alike     []view.SimilarFiling
	imports   []imported
	importErr error
	imp       view.Import
	impRows   []view.ImportRowItem
	mappings  []view.ImportMapping
	unready   map[string]error
	links     links
	stream    outbox
	meanwhile *deal.Delegation // that somebody else makes between the look and the row
	feeds     feeds

	files   files
	family  family
	oneOff  bool // the playbook serves one-off projects
	shelf   shelf
	cases   library
	days    days
	jobs    jobs
	post    postOffice
	quota   quotaBooks
	minutes minutes

	handing handing

	erasures map[string]view.Erasure
	named    deal.PersonID // holds a seat in an approval of the account
	uploads  uploads

	failing error // every read fails with it
	deny    error // every write of a record fails with it
	orgs    int   // how often the organisation was read
	leaves  []view.Leave

	supports []view.SupportItem
}

type imported struct {
	id, filename string
	content      []byte
	order        view.ImportOrder
}

func newWorld() *world {
	w := &world{
		now: noon(), org: organisation(), tokens: map[string]deal.PersonID{}, known: map[string]deal.Remembered{},
		files:  files{rules: dossier.DefaultRules()},
		staged: map[string]view.Staged{}, requests: map[string]view.StoredRequest{}, unready: map[string]error{}, minutes: newMinutes(),
	}
	w.profile = deal.Profile{Version: 3, Name: "晨风集团", Territory: "宿城", Aliases: []string{"晨风"}}
	w.state = deal.State{
		Account: mine, Number: "KA-2026-0001", Seq: 7, Cycle: 1, Step: deal.Plan, Passes: []int{1, 1, 1, 1, 1}, Status: deal.Active,
		Book: deal.BookRef{Name: "express", Version: 1}, OpenedBy: collector, OpenedAt: noon(), Owner: rep1, Team: team,
		Grade: deal.GradeA, Entered: noon(), LastAt: noon(),
		Approvals: []deal.Approval{pendingProposal()},
	}
	w.gate = deal.Gate{Met: []string{"form_complete"}, Unmet: deal.Refusals{{
		Code: deal.CodeGateUnmet, Item: "proposal_not_approved", Text: deal.Text{ZH: "方案未获批", EN: "the proposal is not approved"},
		Hint: deal.Text{ZH: "提交方案审批", EN: "ask for its approval"}, Link: "approvals",
	}}}
	w.records = deal.Records{
		Forms:        []deal.Form{{Step: deal.Plan, Cycle: 1, Version: 2, Content: map[string]any{"price": "1"}}},
		Interactions: []deal.Interaction{{ID: "visit1", Cycle: 1, Step: deal.Survey, Pass: 1, Kind: deal.VisitInteraction, At: noon().AddDate(0, -2, 0), By: rep1}},
	}
	w.contacts = []deal.Contact{{ID: "c1", Version: 4, Name: "刘总", Role: deal.DeciderRole, Mobile: "13805240011", PhoneValid: true}}
	w.approvals = []view.ApprovalItem{{
		Approval: pendingProposal(), Account: mine, AccountNumber: "KA-2026-0001", AccountName: "晨风集团", Cycle: 1,
		Texts: map[string]string{"t1": "请批准"},
	}}
	w.tasks = []view.TaskItem{{
		Task:    deal.Task{ID: task, Kind: deal.OverdueTask, Assignee: manager, Ref: "step/step", Status: deal.TaskOpen, OpenedAt: noon()},
		Account: mine, AccountNumber: "KA-2026-0001", AccountName: "晨风集团",
	}}
	w.imp = view.Import{ID: "imp1", By: rep1, Filename: "leads.csv", Status: "running", CreatedAt: noon()}
	w.receive = func(deal.Command) (deal.Receipt, error) {
		return deal.Receipt{Answer: deal.Answer{Outcome: deal.Done, FirstSeq: 8, LastSeq: 8}, Now: deal.Position{Seq: 8}}, nil
	}
	return w
}

func pendingProposal() deal.Approval {
	return deal.Approval{
		ID: approval, Kind: deal.Proposal, Requester: rep1, RequestedAt: noon(), Status: deal.Pending, Level: 1,
		Subject: deal.Subject{Type: deal.FormSubject, ID: "plan", Version: 2}, Amount: 125000000, Currency: "CNY",
		Text:   &deal.TextRef{ID: "t1", Hash: "h1"},
		Levels: []deal.Level{{Rules: deal.LevelRules{Who: deal.OwnerManager, Mode: deal.AnySeat}, Seats: []deal.Seat{{Holder: manager}}}},
	}
}

func (w *world) sees(v view.Viewer) bool {
	return v.All || slices.Contains(v.Owners, w.state.Owner) || slices.Contains(v.Teams, w.state.Team) || (w.named != "" && v.Person.ID == w.named)
}

func (w *world) find(v view.Viewer, id deal.AccountID) error {
	switch {
	case w.failing != nil:
		return w.failing
	case id != w.state.Account || !w.sees(v):
		return deal.ErrNotFound
	}
	return nil
}

// Commander

func (w *world) Send(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	w.mu.Lock()
	w.sent = append(w.sent, cmd)
	receive := w.receive
	w.mu.Unlock()
	if w.slow { // the answer comes with the last of the caller's time
		<-ctx.Done()
		return receive(cmd)
	}
	if err := ctx.Err(); err != nil {
		return deal.Receipt{}, err
	}
	return receive(cmd)
}

func (w *world) Open(_ context.Context, cmd deal.Command) (deal.Receipt, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened = append(w.opened, cmd)
	receipt, err := w.receive(cmd)
	if err == nil && receipt.Answer.Outcome == deal.Done {
		w.state.Account, w.state.Owner = cmd.Account, cmd.Actor
		w.known[cmd.Key] = deal.Remembered{Fingerprint: cmd.Fingerprint, Answer: receipt.Answer}
	}
	return receipt, err
}

// Log

func (w *world) Precheck(_ context.Context, v view.Viewer, id deal.AccountID, key string) (view.Precheck, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failing != nil {
		return view.Precheck{}, w.failing
	}
	first, known := w.known[key]
	return view.Precheck{Visible: id == w.state.Account && w.sees(v), State: w.state, Known: known, First: first}, nil
}

func (w *world) Stage(_ context.Context, s view.Staged) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.staged[s.Key] = s
	return w.failing
}

func (w *world) Unstage(_ context.Context, _ deal.AccountID, key string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.staged, key)
	w.unstaged = append(w.unstaged, key)
	return nil
}

func (w *world) Events(_ context.Context, v view.Viewer, id deal.AccountID, _ view.Page) (view.Events, error) {
	return w.log, w.find(v, id)
}

func (w *world) HistoryNotes(_ context.Context, v view.Viewer, id deal.AccountID, after, until time.Time) ([]view.HistoryNote, error) {
	var notes []view.HistoryNote
	for _, n := range w.notes {
		if n.At.After(after) && (until.IsZero() || !n.At.After(until)) {
			notes = append(notes, n)
		}
	}
	return notes, w.find(v, id)
}

func (w *world) Whole(_ context.Context, v view.Viewer, id deal.AccountID) ([]deal.Event, error) {
	return w.whole, w.find(v, id)
}

// Accounts

func (w *world) Account(_ context.Context, v view.Viewer, id deal.AccountID) (view.Account, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return view.Account{State: w.state, Profile: w.profile, Kin: w.family.kin}, w.find(v, id)
}

func (w *world) AccountWithRecords(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Account, deal.Records, error) {
	account, err := w.Account(ctx, v, id)
	records := w.records
	records.Contacts = w.contacts
	for _, d := range w.files.now {
		if d.Cycle == 0 || d.Cycle == w.state.Cycle {
			records.Dossier = append(records.Dossier, d)
		}
	}
	return account, records, errors.Join(err, ctx.Err())
}

func (w *world) Accounts(_ context.Context, _ view.Viewer, f view.AccountFilter) ([]view.AccountItem, string, error) {
	w.asked = append(w.asked, f)
	if f.Page.Cursor == "bad" {
		return nil, "", view.ErrBadCursor
	}
	return []view.AccountItem{{
		ID: mine, Number: "KA-2026-0001", Name: "晨风集团", Step: deal.Plan, Status: deal.Active, Cycle: 1, Pass: 1, Seq: 7, Owner: rep1,
		Team: team, Grade: deal.GradeA, OpenedAt: noon(), EnteredAt: noon(), UpdatedAt: noon(),
	}}, "next", w.failing
}

func (w *world) Duplicates(_ context.Context, name, code string, phones []string) ([]view.Duplicate, error) {
	w.asked = append(w.asked, []any{name, code, phones})
	return w.doubles, nil
}

// Records

func (w *world) PatchProfile(_ context.Context, _ view.Viewer, _ deal.AccountID, version int64, p deal.Profile) (deal.Profile, error) {
	if w.deny != nil {
		return w.profile, w.deny
	}
	p.Version = version + 1
	w.profile = p
	return p, nil
}

func (w *world) Form(_ context.Context, v view.Viewer, id deal.AccountID, step deal.Step, cycle int) (deal.Form, error) {
	w.asked = append(w.asked, cycle)
	f, _ := w.records.Form(step)
	f.Cycle = 1
	return f, w.find(v, id)
}

func (w *world) PutForm(_ context.Context, v view.Viewer, id deal.AccountID, step deal.Step, version int64, content map[string]any) (deal.Form, error) {
	if err := w.find(v, id); err != nil {
		return deal.Form{}, err
	}
	if w.deny != nil {
		return deal.Form{}, w.deny
	}
	f, _ := w.records.Form(step)
	if f.Version != version {
		return f, deal.ErrStale
	}
	f = deal.Form{Step: step, Cycle: 1, Version: version + 1, Content: content}
	w.records.Forms = []deal.Form{f}
	return f, nil
}

func (w *world) Contacts(_ context.Context, v view.Viewer, id deal.AccountID) ([]deal.Contact, error) {
	return w.contacts, w.find(v, id)
}

func (w *world) Contact(_ context.Context, v view.Viewer, id deal.AccountID, contact string) (deal.Contact, error) {
	if err := w.find(v, id); err != nil {
		return deal.Contact{}, err
	}
	i := slices.IndexFunc(w.contacts, func(c deal.Contact) bool { return c.ID == contact })
	if i < 0 {
		return deal.Contact{}, deal.ErrNotFound
	}
	return w.contacts[i], nil
}

func (w *world) AddContact(_ context.Context, v view.Viewer, id deal.AccountID, c deal.Contact) (deal.Contact, error) {
	if err := errors.Join(w.find(v, id), w.deny); err != nil {
		return deal.Contact{}, err
	}
	c.Version = 1
	w.contacts = append(w.contacts, c)
	return c, nil
}

func (w *world) PatchContact(_ context.Context, _ view.Viewer, _ deal.AccountID, version int64, c deal.Contact) (deal.Contact, error) {
	c.Version = version + 1
	w.contacts[0] = c
	return c, w.deny
}

func (w *world) DeleteContact(_ context.Context, v view.Viewer, id deal.AccountID, contact string, version int64) error {
	if err := w.find(v, id); err != nil {
		return err
	}
	i := slices.IndexFunc(w.contacts, func(c deal.Contact) bool { return c.ID == contact && c.SharedFrom == "" })
	if i < 0 {
		return deal.ErrNotFound
	}
	if w.contacts[i].Version != version {
		return deal.ErrStale
	}
	w.contacts = slices.Delete(w.contacts, i, i+1)
	return nil
}

func (w *world) Interactions(_ context.Context, v view.Viewer, id deal.AccountID, _ view.Page) ([]view.InteractionItem, string, error) {
	return []view.InteractionItem{{
		Interaction: deal.Interaction{ID: "i1", Cycle: 1, Step: deal.Visit, Pass: 1, Kind: deal.CallInteraction, At: noon(), By: rep1},
		AimText:     "问候", ResultText: "约好", NextStepText: "拜访",
	}}, "", w.find(v, id)
}

// Work

func (w *world) Tasks(_ context.Context, _ view.Viewer, f view.TaskFilter) ([]view.TaskItem, string, error) {
	w.asked = append(w.asked, f)
	return w.tasks, "", w.failing
}

func (w *world) Task(_ context.Context, _ view.Viewer, id string) (view.TaskItem, error) {
	for _, t := range w.tasks {
		if t.ID == id {
			return t, nil
		}
	}
	return view.TaskItem{}, deal.ErrNotFound
}

func (w *world) Approvals(_ context.Context, _ view.Viewer, f view.ApprovalFilter) ([]view.ApprovalItem, string, error) {
	w.asked = append(w.asked, f)
	return w.approvals, "", w.failing
}

func (w *world) Approval(_ context.Context, v view.Viewer, id string) (view.ApprovalItem, error) {
	for _, a := range w.approvals {
		if a.ID == id && w.sees(v) {
			return a, nil
		}
	}
	return view.ApprovalItem{}, deal.ErrNotFound
}

func (w *world) Notices(_ context.Context, _ view.Viewer, unread bool, _ view.Page) ([]view.NoticeItem, string, error) {
	w.asked = append(w.asked, unread)
	return w.notices, "", w.failing
}

func (w *world) ReadNotices(_ context.Context, _ view.Viewer, ids []string) (int, error) {
	w.read = append(w.read, ids...)
	return len(ids), w.failing
}

func (w *world) Timed(_ context.Context, _ view.Viewer, _ deal.LineEnds, after view.Sleeper, limit int) ([]view.Account, view.Sleeper, error) {
	all := w.timed
	if all == nil {
		all = []view.Account{{State: w.state, Profile: w.profile}}
	}
	sleeps := func(a view.Account) view.Sleeper {
		return view.Sleeper{Account: a.State.Account, WakeAt: a.State.WakeAt()}
	}
	order := func(s, o view.Sleeper) int {
		return cmp.Or(s.WakeAt.Compare(o.WakeAt), cmp.Compare(s.Account, o.Account))
	}
	all = slices.SortedFunc(slices.Values(all), func(a, b view.Account) int { return order(sleeps(a), sleeps(b)) })
	all = slices.DeleteFunc(all, func(a view.Account) bool {
		return after != (view.Sleeper{}) && order(sleeps(a), after) <= 0
	})
	all = all[:min(len(all), limit)]
	var last view.Sleeper
	if len(all) > 0 {
		last = sleeps(all[len(all)-1])
	}
	return all, last, w.failing
}

// Reassigning are those accounts in another order.
func (w *world) Reassigning(_ context.Context, after view.Sleeper, limit int) ([]view.Account, view.Sleeper, error) {
	all := slices.DeleteFunc(slices.Clone(w.calling), func(a view.Account) bool {
		s := view.Calls(a.State)
		return after != (view.Sleeper{}) && cmp.Or(s.WakeAt.Compare(after.WakeAt), cmp.Compare(s.Account, after.Account)) <= 0
	})
	all = all[:min(len(all), limit)]
	var last view.Sleeper
	if len(all) > 0 {
		last = view.Calls(all[len(all)-1].State)
	}
	return all, last, w.failing
}

func (w *world) Ahead(context.Context, deal.Org) ([]view.Ahead, error) { return w.ahead, w.failing }

func (w *world) IsPersonTask(_ context.Context, id string) (bool, error) {
	return slices.ContainsFunc(w.tasks, func(t view.TaskItem) bool { return t.ID == id && t.Account == "" }), w.failing
}

func (w *world) CompletePersonTask(_ context.Context, v view.Viewer, id, reason string, at, _ time.Time) (view.TaskItem, deal.Refusals, error) {
	i := slices.IndexFunc(w.tasks, func(t view.TaskItem) bool { return t.ID == id && slices.Contains(v.Owners, t.Assignee) })
	if i < 0 || w.failing != nil {
		return view.TaskItem{}, nil, cmp.Or(w.failing, deal.ErrNotFound)
	}
	t := &w.tasks[i]
	if no := t.OfPerson().Complete(w.org, v.Person.ID, reason, at); len(no) > 0 {
		return *t, no, nil
	}
	t.Status, t.ClosedAt, t.ClosedBy, t.Reason = deal.TaskDone, at, v.Person.ID, reason
	return *t, nil, nil
}

func (w *world) HomeOfTask(_ context.Context, id string) (deal.AccountID, error) {
	for _, t := range w.tasks {
		if t.ID == id {
			return t.Account, nil
		}
	}
	return "", deal.ErrNotFound
}

func (w *world) HomeOfApproval(_ context.Context, id string) (deal.AccountID, error) {
	for _, a := range w.approvals {
		if a.ID == id {
			return a.Account, nil
		}
	}
	return "", deal.ErrNotFound
}

// People, Identity, Requests, Imports, Playbooks, Health

func (w *world) Org(context.Context) (deal.Org, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.orgs++
	return w.org, nil
}

func (w *world) SetRegion(_ context.Context, team deal.TeamID, region string, _ deal.PersonID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, t := range w.org.Teams {
		if t.ID == team {
			w.org.Teams = slices.Clone(w.org.Teams)
			w.org.Teams[i].Region = region
			return nil
		}
	}
	return deal.ErrNotFound
}

func (w *world) AddDelegation(_ context.Context, d deal.Delegation, fits ...func(deal.Org) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.meanwhile != nil {
		w.org.Delegations = append(slices.Clone(w.org.Delegations), *w.meanwhile)
		w.meanwhile = nil
	}
	for _, fit := range fits {
		if err := fit(w.org); err != nil {
			return err
		}
	}
	w.org.Delegations = append(slices.Clone(w.org.Delegations), d)
	return nil
}

func (w *world) EndDelegation(_ context.Context, id string, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.org.Delegations = slices.DeleteFunc(slices.Clone(w.org.Delegations), func(d deal.Delegation) bool { return d.ID == id && !d.Since.Before(at) })
	for i, d := range w.org.Delegations {
		if d.ID == id && d.Until.After(at) {
			w.org.Delegations[i].Until = at
		}
	}
	return nil
}

func (w *world) SetActive(_ context.Context, who deal.PersonID, active bool, _ time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.org.People = slices.Clone(w.org.People)
	for i := range w.org.People {
		if w.org.People[i].ID == who {
			w.org.People[i].Active = active
		}
	}
	return nil
}

func (w *world) AddLeave(ctx context.Context, l view.Leave, stand *deal.Delegation, fits ...func(deal.Org) error) error {
	w.mu.Lock()
	if w.meanwhile != nil {
		w.org.Delegations = append(slices.Clone(w.org.Delegations), *w.meanwhile)
		w.meanwhile = nil
	}
	for _, fit := range fits {
		if err := fit(w.org); err != nil {
			w.mu.Unlock()
			return err
		}
	}
	for _, o := range w.leaves {
		if o.Person == l.Person && o.First <= l.Last && l.First <= o.Last && o.ID != l.ID {
			w.mu.Unlock()
			return &view.OverlapError{Leave: o}
		}
	}
	w.leaves = append(w.leaves, l)
	w.org.Leaves = append(slices.Clone(w.org.Leaves), l.Leave)
	w.mu.Unlock()
	if stand != nil {
		return w.AddDelegation(ctx, *stand)
	}
	return nil
}

func (w *world) EndLeave(_ context.Context, id string, _ deal.PersonID, at time.Time, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.leaves {
		if w.leaves[i].ID == id {
			w.leaves[i].EndedAt = at
		}
	}
	return nil
}

func (w *world) Leave(_ context.Context, id string) (view.Leave, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.leaves {
		if l.ID == id {
			return l, nil
		}
	}
	return view.Leave{}, deal.ErrNotFound
}

func (w *world) Leaves(_ context.Context, f view.LeaveFilter) ([]view.Leave, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.leaves), func(l view.Leave) bool {
		return f.People != nil && !slices.Contains(f.People, l.Person) || f.From != "" && l.Last < f.From || f.To != "" && l.First > f.To
	}), nil
}

func (w *world) Credentials(_ context.Context, login string) (view.Credentials, error) {
	for _, p := range w.org.People {
		if p.Login == login {
			return view.Credentials{Person: p, PasswordHash: w.hash}, nil
		}
	}
	return view.Credentials{}, deal.ErrNotFound
}

func (w *world) NewSession(_ context.Context, hash []byte, who deal.PersonID, _ time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens[string(hash)] = who
	return nil
}

func (w *world) EndSession(_ context.Context, hash []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.tokens, string(hash))
	return nil
}

func (w *world) SetPassword(_ context.Context, _ deal.PersonID, hash string) error {
	w.rehashed = hash
	return nil
}

func (w *world) Bearer(_ context.Context, hash []byte) (deal.PersonID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id, ok := w.tokens[string(hash)]; ok {
		return id, nil
	}
	return "", deal.ErrNotFound
}

func (w *world) Request(_ context.Context, who deal.PersonID, key string) (view.StoredRequest, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r, ok := w.requests[string(who)+"/"+key]
	return r, ok, w.failing
}

func (w *world) KeepRequest(_ context.Context, who deal.PersonID, key string, r view.StoredRequest) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests[string(who)+"/"+key] = r
	return nil
}

func (w *world) Start(_ context.Context, order view.ImportOrder, sheet io.Reader) (view.Import, error) {
	content, err := io.ReadAll(sheet)
	if err = errors.Join(err, w.importErr); err != nil {
		return view.Import{}, err
	}
	w.imports = append(w.imports, imported{order.ID, order.Filename, content, order})
	imp := w.imp
	imp.ID, imp.Filename, imp.DryRun = order.ID, order.Filename, order.DryRun
	return imp, nil
}

func (w *world) Import(_ context.Context, v view.Viewer, id string) (view.Import, error) {
	if id != w.imp.ID || v.Person.ID != w.imp.By {
		return view.Import{}, deal.ErrNotFound
	}
	return w.imp, nil
}

func (w *world) Gate(deal.State, deal.Records, time.Time) (deal.Gate, error) {
	return w.gate, w.gateErr
}

func (w *world) CheckForm(deal.BookRef, deal.Step, map[string]any) (deal.Refusals, error) {
	return w.unfit, nil
}

func (w *world) Book(ref deal.BookRef) (deal.Book, error) {
	return deal.Book{Ref: ref, Grades: w.grades, OneOff: w.oneOff, Approvals: []deal.ApprovalRules{{Kind: deal.SupportRequest, Subject: "support_request"}}}, nil
}

func (w *world) List() []any { return []any{map[string]any{"name": "express", "version": 1}} }

func (w *world) Describe(name string, _ int) (any, error) {
	if name != "express" {
		return nil, deal.ErrNotFound
	}
	return map[string]any{"name": name}, nil
}

func (w *world) Default() deal.BookRef { return deal.BookRef{Name: "express", Version: 1} }

func (w *world) Ready(context.Context) map[string]error { return w.unready }

// rig is the API over a world.
type rig struct {
	*world

	t       *testing.T
	api     *api.API
	options api.Options
	lang    string
	token   map[deal.PersonID]string
	logs    *logBuffer
}

type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newRig(t *testing.T, change ...func(*api.Options)) *rig {
	t.Helper()
	w := newWorld()
	passwords, err := identity.NewPasswords(identity.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}, 4)
	require.NoError(t, err)
	w.hash, err = passwords.Hash(t.Context(), password)
	require.NoError(t, err)
	r := &rig{world: w, t: t, lang: "en", token: map[deal.PersonID]string{}, logs: &logBuffer{}}
	o := api.Options{
		Commander: w, Log: w, Accounts: w, Records: w, Dossier: w, Files: w, Work: w, People: w, Identity: w, Requests: w, Imports: w, Cases: &w.cases, Playbooks: w, Editions: &w.shelf, Calendars: &w.days, Health: w,
		Handovers: w,
		Jobs:      &w.jobs,
		Links:     &w.links, Stream: &w.stream, Wakes: &w.stream, Feeds: &w.feeds,
		Channels: &w.post,
		Breaches: &w.quota, Bulletins: &w.quota, Quota: &w.quota,
		Reviews:   &w.minutes,
		Ahead:     w,
		Passwords: passwords, Installation: installation, TextKey: textKey(), House: houseKey(), Limits: api.DefaultLimits(),
		Version: api.Version{Version: "test"}, Zone: shanghai(), Rules: w.rulesOf, Now: func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now },
		Logger: slog.New(slog.NewJSONHandler(r.logs, nil)),
	}
	for _, f := range change {
		f(&o)
	}
	r.options = o
	r.api, err = api.New(o)
	require.NoError(t, err)
	for _, p := range w.org.People {
		token := identity.NewToken()
		w.tokens[string(token.Hash())] = p.ID
		r.token[p.ID] = token.Reveal()
	}
	return r
}

// pass lets time go by.
func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder

	t *testing.T
}

type header [2]string

func (r *rig) do(as deal.PersonID, method, path string, body any, headers ...header) answer {
	r.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	case []byte:
		content = bytes.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		require.NoError(r.t, err)
		content = bytes.NewReader(encoded)
	}
	req := httptest.NewRequestWithContext(r.t.Context(), method, path, content)
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		req.Header.Set("Authorization", "Bearer "+r.token[as])
	}
	req.Header.Set("Accept-Language", r.lang)
	for _, h := range headers {
		if h[1] == "" {
			req.Header.Del(h[0])
		} else {
			req.Header.Set(h[0], h[1])
		}
	}
	rec := httptest.NewRecorder()
	r.api.ServeHTTP(rec, req)
	return answer{rec, r.t}
}

// json decodes the body.
func (a answer) json() map[string]any {
	a.t.Helper()
	out := map[string]any{}
	require.NoError(a.t, json.Unmarshal(a.Body.Bytes(), &out), a.Body.String())
	return out
}

// ok asserts the status and decodes the body.
func (a answer) ok(status int) map[string]any {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	if a.Body.Len() == 0 {
		return nil
	}
	return a.json()
}

// problem asserts that the answer is a problem in the one shape there is.
func (a answer) problem(status int, code string) api.Problem {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	require.Equal(a.t, "application/problem+json", a.Header().Get("Content-Type"))
	decoder := json.NewDecoder(bytes.NewReader(a.Body.Bytes()))
	decoder.DisallowUnknownFields()
	var p api.Problem
	require.NoError(a.t, decoder.Decode(&p), a.Body.String())
	require.Equal(a.t, code, p.Code, a.Body.String())
	require.Equal(a.t, status, p.Status)
	require.NotEmpty(a.t, p.Title)
	require.NotEmpty(a.t, p.Detail)
	require.Equal(a.t, a.Header().Get("Trace-Id"), p.TraceID)
	require.NotNil(a.t, p.Errors)
	require.NotContains(a.t, a.Body.String(), "\\u001f")
	return p
}

func at(id deal.AccountID, rest string) string { return "/api/v1/accounts/" + string(id) + rest }

// slowSheet is an upload that stops in the middle.
type slowSheet struct {
	begun, goOn chan struct{}
	step        int
}

func (s *slowSheet) Read(p []byte) (int, error) {
	s.step++
	switch s.step {
	case 1:
		close(s.begun)
		return copy(p, "a,"), nil
	case 2:
		<-s.goOn
		return copy(p, "b"), nil
	}
	return 0, io.EOF
}

func (r *rig) doReader(as deal.PersonID, path string, body io.Reader) answer {
	return r.send(as, httptest.NewRequestWithContext(r.t.Context(), "POST", path, body), "text/csv")
}

func (r *rig) send(as deal.PersonID, req *http.Request, kind string) answer {
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", "Bearer "+r.token[as])
	rec := httptest.NewRecorder()
	r.api.ServeHTTP(rec, req)
	return answer{rec, r.t}
}

func personID(s string) deal.PersonID { return deal.PersonID(s) }

package playbooktest

import (
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Account is an account at one instant.
type Account struct {
	State   deal.State
	Records deal.Records
	At      time.Time
}

// IDs that [Ready] uses.
const (
	User       = "contact-user"
	Gatekeeper = "contact-gatekeeper"
	Decider    = "contact-decider"
	Owner      = "person-owner"
)

// Version is the shipped version of a playbook.
func Version(book string) int {
	if book == Quick {
		return 2
	}
	return 3
}

// Ready is an account that stands in a step of a shipped playbook with everything that its gate asks for. Every call
// makes a new one, so a test may take away what it wants to miss.
func Ready(book string, step deal.Step) Account {
	at := time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC) // 10:00 in Shanghai, a Wednesday
	inbound, outbound := 420, 960
	a := Account{
		At: at,
		State: deal.State{
			Account: "account-1", Seq: 10, Cycle: 1, Step: step, Status: deal.Active, Book: deal.BookRef{Name: book, Version: Version(book)},
			Owner: Owner, Grade: deal.GradeB, Intake: deal.IntakeAccepted, OpenedAt: at.AddDate(0, -1, 0), Entered: at.AddDate(0, 0, -1),
		},
		Records: deal.Records{
			Profile: deal.Profile{
				Version: 1, Name: "江苏晨风集团股份有限公司", Premises: "factory", Territory: "经济开发区", Address: "发展大道18号", Industry: "服装",
				MonthlyInbound: &inbound, MonthlyOutbound: &outbound,
			},
			Contacts: []deal.Contact{
				{ID: User, Name: "孙丽", Role: deal.UserRole, Mobile: "13805240011", PhoneValid: true},
				{ID: Gatekeeper, Name: "周强", Role: deal.GatekeeperRole},
				{ID: Decider, Name: "郑刚", Role: deal.DeciderRole},
			},
		},
	}
	o := Options{Contact: Decider, Person: Owner, Now: at.In(time.FixedZone("Asia/Shanghai", 8*60*60))}
	for _, s := range deal.Steps() {
		pass := 0
		if !step.Before(s) {
			pass = 1
			a.Records.Forms = append(a.Records.Forms, deal.Form{Step: s, Cycle: 1, Version: version, Content: Filled(book, s, o)})
			Records(book, s, o, a.Put)
		}
		a.State.Passes = append(a.State.Passes, pass)
	}
	a.meet(step, Meetings(book, step)...)
	for _, s := range deal.Steps() {
		if s.Before(step) {
			a.meet(s, Meetings(book, s)...)
		}
	}
	for _, s := range deal.Steps() {
		for _, r := range Requests(book, s) {
			a.approve(r, s)
		}
	}
	a.settle(o.on(0))
	return a
}

// version is that of every form and record of [Ready].
const version = 3

// approve puts an approved request on file.
func (a *Account) approve(r Request, step deal.Step) {
	sub := deal.Subject{Type: deal.FormSubject, ID: string(step), Version: version}
	if r.Subject != "" {
		sub = deal.Subject{Type: deal.RecordSubject, Version: version}
		for _, d := range a.Records.Dossier {
			if d.Kind == string(r.Subject) {
				sub.ID = d.Kind + "/" + d.ID
			}
		}
	}
	request := deal.Approval{ID: string(r.Kind), Kind: r.Kind, Requester: Owner, Status: deal.Approved, Subject: sub}
	if r.Amount {
		request.Amount, request.Currency = AmountMinor, Currency
	}
	a.State.Approvals = append(a.State.Approvals, request)
}

// settle does to the records what their approvals have brought about.
func (a *Account) settle(today dossier.Day) {
	Change(a, func(f *dossier.Filing) {
		*f = dossier.DefaultRules().File("KA-2026-0042-F1", f.Project, f.Scope, f.Owner, today)
	})
	Change(a, func(c *dossier.Credit) { *c = c.Granted(today) })
}

// meet logs interactions, an hour ago in the first pass of a step.
func (a *Account) meet(step deal.Step, meetings ...Meeting) {
	for _, m := range meetings {
		contact := "contact-" + string(m.With)
		a.Records.Interactions = append(a.Records.Interactions, deal.Interaction{
			ID: "interaction-" + string(step) + "-" + contact, Cycle: 1, Step: step, Pass: 1, Kind: m.Kind,
			At: a.At.Add(-time.Hour), With: []string{contact}, By: Owner, Result: &deal.TextRef{ID: "result", Hash: "hash"},
		})
	}
}

// Form is the content of a step's form, to be changed in place.
func (a *Account) Form(step deal.Step) map[string]any {
	f, _ := a.Records.Form(step)
	return f.Content
}

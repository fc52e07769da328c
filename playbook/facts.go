package playbook

import (
	"strings"
	"time"

	"closedloop/deal"
)

// defaultZone is where a day begins when the caller does not say: the organisation's zone of domain.md §8. China has
// known no summer time since 1991, so a fixed offset needs no zone files.
func defaultZone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// emptyAccount is an account of which nothing is known.
type emptyAccount struct {
	records deal.Records
	at      time.Time
}

// nothing is what conditions are tried on when a playbook loads.
var nothing = emptyAccount{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}

func (emptyAccount) state(id deal.Step) deal.State {
	return deal.State{Cycle: 1, Step: id, Status: deal.Active, Passes: make([]int, len(deal.Steps()))}
}

// gateScope is what the conditions of a gate see.
func (p *Playbook) gateScope(s step, state deal.State, r deal.Records, at time.Time) scope {
	out := p.scope(state, r, at)
	f, _ := r.Form(s.id)
	out.vars["form"] = recordOf(s.form.fields, f.Content)
	out.vars["now"] = at
	out.vars["today"] = at.In(p.zone).Format(time.DateOnly)
	return out
}

// chainScope is what the levels of an approval see.
func (p *Playbook) chainScope(
	kind deal.ApprovalKind, state deal.State, r deal.Records, amount int64, currency string, at time.Time,
) scope {
	out := p.scope(state, r, at)
	rules, _ := p.rules.Approval(kind)
	if s, ok := p.step(rules.Step); ok {
		f, _ := r.Form(s.id)
		out.vars["form"] = recordOf(s.form.fields, f.Content)
	}
	out.vars["amount"] = amount
	out.vars["currency"] = currency
	return out
}

// scope is what all conditions see. Forms are converted and the file is worked out only for a condition that looks at
// them.
func (p *Playbook) scope(s deal.State, r deal.Records, at time.Time) scope {
	roles := map[string]string{}
	contacts := make([]any, len(r.Contacts))
	for i, c := range r.Contacts {
		roles[c.ID] = string(c.Role)
		contacts[i] = texts(record{"phone_valid": c.PhoneValid}, map[string]string{
			"id": c.ID, "name": c.Name, "title": c.Title, "role": string(c.Role), "mobile": c.Mobile, "phone": c.Phone,
		})
	}
	interactions := make([]any, 0, len(r.Interactions))
	for _, in := range r.Interactions {
		if in.Cycle == s.Cycle { // older ones say when a contact was last touched: [dossier.Cover]
			interactions = append(interactions, interactionRecord(s, in, roles))
		}
	}
	file := p.fileOf(s, r, at)
	return scope{file: file, vars: map[string]any{
		"account":      accountRecord(s, r),
		"profile":      profileRecord(r.Profile),
		"contacts":     contacts,
		"interactions": interactions,
		"approvals":    p.approvalRecords(s, r),
		"forms":        func() any { return p.formRecords(r) },
		"file":         file.read,
	}}
}

func accountRecord(s deal.State, r deal.Records) record {
	return texts(record{
		"cycle": int64(s.Cycle), "pass": int64(s.Pass()), "duplicates": int64(r.Duplicates),
		"late": s.Late, "overdue": s.Overdue(), "won": !s.WonAt.IsZero(),
	}, map[string]string{
		"step": string(s.Step), "status": string(s.Status), "grade": string(s.Grade), "intake": string(s.Intake), "owner": string(s.Owner),
	})
}

func profileRecord(p deal.Profile) record {
	out := texts(record{}, map[string]string{
		"name": p.Name, "credit_code": p.CreditCode, "premises": p.Premises, "territory": p.Territory, "address": p.Address,
		"industry": p.Industry, "author": p.Author, "collected_on": p.CollectedOn,
	})
	if len(p.Aliases) > 0 {
		out["aliases"] = p.Aliases
	}
	if p.MonthlyInbound != nil {
		out["monthly_inbound"] = int64(*p.MonthlyInbound)
	}
	if p.MonthlyOutbound != nil {
		out["monthly_outbound"] = int64(*p.MonthlyOutbound)
	}
	return out
}

func interactionRecord(s deal.State, in deal.Interaction, roles map[string]string) record {
	met := []string{}
	for _, id := range in.With {
		if role := roles[id]; role != "" {
			met = append(met, role)
		}
	}
	return texts(record{
		"at": in.At, "cycle": int64(in.Cycle), "pass": int64(in.Pass), "with": in.With, "roles": met, "has_result": in.Result != nil,
		"this_pass": in.Cycle == s.Cycle && in.Step == s.Step && in.Pass == s.Pass(),
	}, map[string]string{"id": in.ID, "kind": string(in.Kind), "step": string(in.Step), "by": string(in.By)})
}

// isAbout tells whether a subject is what the playbook means a kind to decide about: an account that was moved from another
// playbook may have an approval of something else.
func isAbout(sub deal.Subject, rules deal.ApprovalRules) bool {
	switch sub.Type {
	case deal.FormSubject:
		return rules.Subject == "" && deal.Step(sub.ID) == rules.Step
	case deal.RecordSubject:
		kind, _, _ := sub.RecordOf()
		return rules.Subject == kind
	case deal.AccountSubject:
	}
	return true
}

// approvalRecords is the newest request of every kind. It is current while it is approved and its subject still is as it
// was submitted.
func (p *Playbook) approvalRecords(s deal.State, r deal.Records) record {
	out := record{}
	for _, rules := range p.rules.Approvals {
		a, ok := s.Latest(rules.Kind)
		if !ok {
			continue
		}
		approved := a.Status == deal.Approved && isAbout(a.Subject, rules)
		out[string(rules.Kind)] = texts(record{
			"approved": approved, "pending": a.Status == deal.Pending,
			"current":         approved && a.Subject.Version == s.SubjectVersion(a.Subject, r),
			"subject_version": a.Subject.Version, "amount_minor": a.Amount,
		}, map[string]string{"status": string(a.Status), "subject": a.Subject.ID, "currency": a.Currency, "grade": string(a.Grade)})
	}
	return out
}

func (p *Playbook) formRecords(r deal.Records) record {
	out := record{}
	for _, s := range p.steps {
		if f, ok := r.Form(s.id); ok && f.Version > 0 {
			out[string(s.id)] = record{"version": f.Version, "content": recordOf(s.form.fields, f.Content)}
		}
	}
	return out
}

// texts adds the texts that are not blank.
func texts(r record, values map[string]string) record {
	for k, v := range values {
		if strings.TrimSpace(v) != "" {
			r[k] = v
		}
	}
	return r
}

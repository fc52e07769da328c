package playbook_test

import (
	"slices"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
)

// rewrite spoils the records of a type.
func rewrite[R dossier.Record](change func(r *R)) spoil {
	return func(a *playbooktest.Account) { playbooktest.Change(a, change) }
}

// lose takes the records of a type off the file.
func lose[R dossier.Record]() spoil { return playbooktest.Remove[R] }

// forgotten takes an approval off the record.
func forgotten(kind deal.ApprovalKind) spoil {
	return func(a *playbooktest.Account) {
		a.State.Approvals = slices.DeleteFunc(a.State.Approvals, func(x deal.Approval) bool { return x.Kind == kind })
	}
}

// put adds a record to the file.
func put(r dossier.Record) spoil { return func(a *playbooktest.Account) { a.Put(r) } }

// hit says of a veto item that it is hit.
func hit(item string) spoil {
	return rewrite(func(v *dossier.Veto) { v.Hit = v.Hit || v.Item == item })
}

// approvedAbout puts an approved request about the newest record of a kind on file.
func approvedAbout(kind deal.ApprovalKind, about dossier.Kind) spoil {
	return decidedAbout(kind, about, deal.Approved)
}

// decidedAbout lets the log tell of a request about the newest record of a kind that was decided.
func decidedAbout(kind deal.ApprovalKind, about dossier.Kind, status deal.ApprovalStatus) spoil {
	return func(a *playbooktest.Account) {
		for _, d := range slices.Backward(a.Records.Dossier) {
			if d.Kind == string(about) {
				request := deal.Approval{
					ID: string(kind), Kind: kind, Requester: playbooktest.Owner, Status: status, Subject: deal.RecordSubjectOf(d),
				}
				if kind == deal.GradeOverride {
					request.Grade = a.State.Grade
				}
				a.State = deal.Fold(a.State, deal.Event{Account: a.State.Account, Seq: a.State.Seq + 1, Body: deal.ApprovalDecided{Approval: request}})
				return
			}
		}
	}
}

// openVeto are the cases of a veto that is not lifted.
var openVeto = []spoil{
	hit("insolvent"),
	all(hit("blacklisted"), approvedAbout(deal.VetoLift, dossier.VetoKind), func(a *playbooktest.Account) { // lifted, then edited
		playbooktest.Edit(a, func(v *dossier.Veto) { v.Evidence += "，又有新情况" })
	}),
	all(hit("blacklisted"), decidedAbout(deal.VetoLift, dossier.VetoKind, deal.Rejected)),
}

// noRole takes a role from whoever has it, and the plan to find out.
func noRole(role deal.BuyingRole) spoil {
	return all(func(a *playbooktest.Account) { forget(a, role) }, rewrite(func(b *dossier.BuyingProcess) {
		b.RolePlans = slices.DeleteFunc(b.RolePlans, func(p dossier.RolePlan) bool { return p.Role == role })
	}))
}

// noService takes a role off the service plan.
func noService(role deal.BuyingRole) spoil {
	return rewrite(func(p *dossier.ServicePlan) {
		if p.Role == role {
			p.Role = deal.ChampionRole
		}
	})
}

// verdict judges every criterion of the trial.
func verdict(v dossier.Verdict) spoil {
	return rewrite(func(t *dossier.Trial) {
		for i := range t.Criteria {
			t.Criteria[i].Verdict = v
		}
	})
}

func proposal(change func(p *dossier.Proposal)) spoil { return rewrite(change) }

func agreement(change func(a *dossier.Agreement)) spoil { return rewrite(change) }

var expressSpoils = map[string][]spoil{
	"collect/name_known":              {profile(func(p *deal.Profile) { p.Name = " " })},
	"collect/premises_known":          {profile(func(p *deal.Profile) { p.Premises = "" })},
	"collect/territory_known":         {profile(func(p *deal.Profile) { p.Territory = "" })},
	"collect/address_known":           {profile(func(p *deal.Profile) { p.Address = "" })},
	"collect/industry_known":          {profile(func(p *deal.Profile) { p.Industry = "" })},
	"collect/inbound_known":           {profile(func(p *deal.Profile) { p.MonthlyInbound = nil })},
	"collect/outbound_known":          {profile(func(p *deal.Profile) { p.MonthlyOutbound = nil })},
	"collect/contact_reachable":       {unreachable},
	"collect/competitor_volume_known": {set(deal.Collect, "competitor_volume", nil)},
	"collect/no_duplicate":            {duplicate},

	"screen/intake_accepted": {
		func(a *playbooktest.Account) { a.State.Intake = deal.IntakePending },
		func(a *playbooktest.Account) { a.State.Intake = deal.IntakeReturned },
	},
	"screen/man_answered": {
		lose[dossier.Man](),
		rewrite(func(m *dossier.Man) { m.Money = nil }),
		rewrite(func(m *dossier.Man) { m.Authority = nil }),
		rewrite(func(m *dossier.Man) { m.Need = nil }),
	},
	"screen/need_confirmed": {rewrite(func(m *dossier.Man) { *m.Need = false })},
	"screen/vetoes_checked": {
		lose[dossier.Veto](),
		rewrite(func(v *dossier.Veto) { // an item that is not on the list stands for none of them
			if v.Item == "insolvent" {
				v.Item = "bad_weather"
			}
		}),
	},
	"screen/no_veto":             openVeto,
	"screen/visit_contact_known": {set(deal.Screen, "visit_contact", "somebody-else")},
	"screen/filing_approved": {
		all(status(deal.Filing, deal.Pending), rewrite(func(f *dossier.Filing) { f.FiledOn, f.ValidUntil = "", "" })),
		all(forgotten(deal.Filing), lose[dossier.Filing]()),
		all(func(a *playbooktest.Account) { // an approval of something else
			approvalOf(a, deal.Filing).Subject = deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: 3}
		}, lose[dossier.Filing]()),
	},
	"screen/filing_live": {
		rewrite(func(f *dossier.Filing) { f.ValidUntil = dossier.Day(days(-1)) }),
		rewrite(func(f *dossier.Filing) { f.ReleasedOn = dossier.Day(days(0)) }), // lost in arbitration today
		lose[dossier.Filing](),
	},

	"survey/no_veto": openVeto,
	"survey/customer_met": {
		func(a *playbooktest.Account) {
			for i := range a.Records.Interactions {
				a.Records.Interactions[i].Result = nil
			}
		},
		func(a *playbooktest.Account) {
			for i := range a.Records.Interactions {
				a.Records.Interactions[i].Step = deal.Screen
			}
		},
		func(a *playbooktest.Account) { a.Records.Interactions[0].At = a.At.AddDate(0, 0, 1) },
		func(a *playbooktest.Account) { a.Records.Interactions[0].Cycle = 0 },
		unmet,
	},
	"survey/user_known":         {noRole(deal.UserRole)},
	"survey/gatekeeper_known":   {noRole(deal.GatekeeperRole)},
	"survey/decider_known":      {noRole(deal.DeciderRole)},
	"survey/incumbent_known":    {rewrite(func(r *dossier.Rival) { r.Incumbent = false }), lose[dossier.Rival]()},
	"survey/buying_phase_known": {rewrite(func(b *dossier.BuyingProcess) { b.Phase = "" }), lose[dossier.BuyingProcess]()},
	"survey/decision_dated":     {rewrite(func(b *dossier.BuyingProcess) { b.DecisionOn = "" }), lose[dossier.BuyingProcess]()},

	"analyse/no_veto": openVeto,
	"analyse/needs_ranked": {
		rewrite(func(n *dossier.Need) { n.Priority = 0 }),
		rewrite(func(n *dossier.Need) { n.Origin = "" }),
		lose[dossier.Need](),
	},
	"analyse/value_scored": {
		rewrite(func(s *dossier.ValueScore) { s.Scores = s.Scores[1:] }),
		lose[dossier.ValueScore](),
	},
	"analyse/graded": {grade("")},
	"analyse/grade_as_scored": {
		grade(deal.GradeA),
		grade(deal.GradeC),
		all(grade(deal.GradeA), approvedAbout(deal.GradeOverride, dossier.ValueScoreKind), func(a *playbooktest.Account) {
			playbooktest.Edit(a, func(s *dossier.ValueScore) { s.Note = "scored anew" })
		}),
		all(grade(deal.GradeD), approvedAbout(deal.GradeOverride, dossier.ValueScoreKind), grade(deal.GradeA)), // graded otherwise than asked
	},
	"analyse/kind_decided": {rewrite(func(k *dossier.Classification) { k.AccountKind = "" }), lose[dossier.Classification]()},
	"analyse/go_decided":   {set(deal.Analyse, "go", "no_go")},

	"plan/no_veto":             openVeto,
	"plan/solution_written":    {proposal(func(p *dossier.Proposal) { p.Solution = "" }), lose[dossier.Proposal]()},
	"plan/positioning_written": {proposal(func(p *dossier.Proposal) { p.Positioning = "" })},
	"plan/value_written":       {proposal(func(p *dossier.Proposal) { p.ValueStatement = "" })},
	"plan/proposal_priced": {
		proposal(func(p *dossier.Proposal) { p.PriceMinor = 0 }),
		proposal(func(p *dossier.Proposal) { p.Currency = "" }),
	},
	"plan/proposal_costed": {proposal(func(p *dossier.Proposal) { p.CostMinor = nil })},
	"plan/milestones_set":  {proposal(func(p *dossier.Proposal) { p.Milestones = nil })},
	"plan/owners_named":    {proposal(func(p *dossier.Proposal) { p.Owners = nil })},
	"plan/rivals_compared": {
		rewrite(func(m *dossier.Competition) { m.Criteria = nil }),
		rewrite(func(m *dossier.Competition) { m.Rivals = nil }),
		lose[dossier.Competition](),
	},
	"plan/decision_simulated": {
		lose[dossier.Simulation](),
		rewrite(func(s *dossier.Simulation) { s.Votes[0].Contact = playbooktest.User }), // the decider is left out
		rewrite(func(s *dossier.Simulation) { s.Votes = nil }),
	},
	"plan/proposal_approved": {
		status(deal.Proposal, deal.Rejected),
		status(deal.Proposal, deal.VoidStatus),
		forgotten(deal.Proposal),
	},
	"plan/proposal_unchanged": {func(a *playbooktest.Account) {
		playbooktest.Edit(a, func(p *dossier.Proposal) { p.Positioning += "！" })
	}},

	"visit/no_veto": openVeto,
	"visit/met_twice": {
		func(a *playbooktest.Account) { a.Records.Interactions = a.Records.Interactions[1:] },
		func(a *playbooktest.Account) { a.Records.Interactions[0].Pass = 0 },
		func(a *playbooktest.Account) { a.Records.Interactions[0].At = a.At.AddDate(0, 0, 1) },
	},
	"visit/decider_met": {
		func(a *playbooktest.Account) { a.Records.Interactions[1].With = []string{playbooktest.User} },
		func(a *playbooktest.Account) { forget(a, deal.DeciderRole) },
	},
	"visit/price_timing_set": {rewrite(func(n *dossier.Negotiation) { n.PriceTiming = "" }), lose[dossier.Negotiation]()},
	"visit/alternatives_set": {rewrite(func(n *dossier.Negotiation) { n.Alternatives = "" })},
	"visit/limits_set":       {rewrite(func(n *dossier.Negotiation) { n.Limits = "" })},
	"visit/support_judged": {
		lose[dossier.Stakeholder](),
		rewrite(func(s *dossier.Stakeholder) { s.Support = nil }),
		rewrite(func(s *dossier.Stakeholder) { s.Power = 0 }),
	},
	"visit/support_balance": {
		rewrite(func(s *dossier.Stakeholder) { s.Support.Level = -1 }),
		put(dossier.Stakeholder{Contact: playbooktest.User, Power: 5, Support: &dossier.Support{Level: -2}}),
	},
	"visit/customer_committed": {
		rewrite(func(n *dossier.Negotiation) { n.Commitment = nil }),
		rewrite(func(n *dossier.Negotiation) { n.Commitment.Evidence = "" }),
	},

	"trial/no_veto": openVeto,
	"trial/criteria_agreed": {
		lose[dossier.Trial](),
		rewrite(func(t *dossier.Trial) { t.Criteria = nil }),
	},
	"trial/criteria_judged": {verdict(dossier.OpenVerdict), verdict("")},
	"trial/criteria_passed": {verdict(dossier.Failed)},

	"sign/no_veto": openVeto,
	"sign/credit_known": {
		lose[dossier.Credit](),
		rewrite(func(c *dossier.Credit) { c.Colour = "" }),
	},
	"sign/credit_not_red":     {rewrite(func(c *dossier.Credit) { c.Colour = dossier.Red })},
	"sign/agreement_numbered": {agreement(func(a *dossier.Agreement) { a.Number = "" })},
	"sign/agreement_valued": {
		agreement(func(a *dossier.Agreement) { a.AmountMinor = 0 }),
		agreement(func(a *dossier.Agreement) { a.Currency = "" }),
	},
	"sign/agreement_dated": {
		agreement(func(a *dossier.Agreement) { a.TermMonths = 0 }),
		agreement(func(a *dossier.Agreement) { a.StartsOn = "" }),
		agreement(func(a *dossier.Agreement) { a.EndsOn = "" }),
	},
	"sign/agreement_signed": {agreement(func(a *dossier.Agreement) { a.SignedOn = "" })},
	"sign/agreement_proven": {
		agreement(func(a *dossier.Agreement) { a.Evidence = nil }),
		agreement(func(a *dossier.Agreement) { a.Evidence.SHA256 = a.Evidence.SHA256[1:] + "0" }),
		agreement(func(a *dossier.Agreement) { a.Evidence.Document = "another" }),
		lose[dossier.Document](),
	},
	"sign/contract_approved": {status(deal.Contract, deal.Withdrawn), status(deal.Contract, deal.Pending), forgotten(deal.Contract)},
	"sign/contract_amount_approved": {
		func(a *playbooktest.Account) {
			playbooktest.Edit(a, func(x *dossier.Agreement) { x.AmountMinor++ })
		},
		func(a *playbooktest.Account) {
			playbooktest.Edit(a, func(x *dossier.Agreement) { x.Currency = "USD" })
		},
		// a second agreement that nobody approved
		put(dossier.Agreement{Number: "KD-2", AmountMinor: 1, Currency: playbooktest.Currency, StartsOn: "2026-12-01"}),
	},

	"maintain/user_served":       {noService(deal.UserRole), lose[dossier.ServicePlan]()},
	"maintain/gatekeeper_served": {noService(deal.GatekeeperRole)},
	"maintain/decider_served":    {noService(deal.DeciderRole)},
	"maintain/surveyed_lately": {
		rewrite(func(s *dossier.Survey) { s.On = dossier.Day(days(-91)) }),
		rewrite(func(s *dossier.Survey) { s.On = dossier.Day(days(1)) }),
		lose[dossier.Survey](),
	},
	"maintain/actions_closed": {
		rewrite(func(s *dossier.Survey) { s.Actions[0].ClosedOn = "" }),
		put(dossier.Survey{On: "2025-01-01", Actions: []dossier.Action{{Action: "an old one"}}}),
	},
	"maintain/volume_evaluated": {
		rewrite(func(e *dossier.Evaluation) { e.VolumeTarget = nil }),
		rewrite(func(e *dossier.Evaluation) { e.VolumeActual = nil }),
		lose[dossier.Evaluation](),
	},
	"maintain/satisfaction_evaluated": {rewrite(func(e *dossier.Evaluation) { e.Satisfaction = nil })},
	"maintain/margin_evaluated":       {rewrite(func(e *dossier.Evaluation) { e.MarginBP = nil })},
	"maintain/lessons_evaluated":      {rewrite(func(e *dossier.Evaluation) { e.Lessons = "" })},

	"archive/documents_complete": {set(deal.Archive, "documents_complete", false), lose[dossier.Document]()},
	"archive/contacts_refreshed": {set(deal.Archive, "contacts_refreshed", false)},
	"archive/next_known":         {set(deal.Archive, "recheck_on", nil)},
	"archive/recheck_ahead":      {set(deal.Archive, "recheck_on", days(0))},
}

// likeExpress takes the cases of conditions that a playbook has in common with express.
func likeExpress(own map[string][]spoil, common ...string) map[string][]spoil {
	for _, name := range common {
		own[name] = expressSpoils[name]
	}
	return own
}

// screening, analysing and so on are conditions on records that several trades ask for alike.
var (
	screening = []string{"screen/man_answered", "screen/need_confirmed", "screen/no_veto", "screen/filing_approved", "screen/filing_live"}
	analysing = []string{"analyse/needs_ranked", "analyse/value_scored", "analyse/graded", "analyse/grade_as_scored", "analyse/kind_decided"}
	planning  = []string{"plan/rivals_compared", "plan/decision_simulated"}
	visiting  = []string{"visit/support_judged", "visit/support_balance"}
	crediting = []string{"sign/credit_known", "sign/credit_not_red"}
	vetoing   = []string{"survey/no_veto", "analyse/no_veto", "plan/no_veto", "visit/no_veto", "trial/no_veto", "sign/no_veto"}
)

// yellow is a credit colour that asks for more security.
func yellow(a *playbooktest.Account) {
	playbooktest.Change(a, func(c *dossier.Credit) { c.Colour = dossier.Yellow })
}

// decidedOn is a decision so many days ahead, or behind.
func decidedOn(n int) spoil {
	return rewrite(func(b *dossier.BuyingProcess) { b.DecisionOn = dossier.Day(days(n)) })
}

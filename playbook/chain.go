package playbook

import (
	"slices"
	"strings"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// approvals reads the chains of all kinds.
func (b *builder) approvals(file bookFile) {
	for _, a := range file.Approvals {
		line := firstLine(file.Name.line, a.Kind, a.Step)
		kind := deal.ApprovalKind(a.Kind.text)
		if !slices.Contains(deal.ApprovalKinds(), kind) {
			b.lose(line, "approval of kind %q is unknown: the kinds are %s", kind, approvalKinds())
			continue
		}
		if _, twice := b.book.rules.Approval(kind); twice {
			b.lose(line, "approval of kind %s stands here twice", kind)
			continue
		}
		rules := deal.ApprovalRules{Kind: kind, Step: deal.Step(a.Step.text), Subject: a.Subject.text}
		b.about(a, rules, line)
		out := approval{kind: kind, label: b.text(a.Label, "label of approval "+a.Kind.text, line, maxLabel)}
		always := false
		for _, l := range a.Levels {
			rules.Levels = append(rules.Levels, b.level(file, kind, l, line))
			out.when = append(out.when, levelCondition{source: l.When})
			always = always || l.When.missing()
		}
		if !always {
			b.add(line, "approval of kind %s: at least one level must have no condition, or nobody might decide", kind)
		}
		b.book.rules.Approvals = append(b.book.rules.Approvals, rules)
		b.book.approvals = append(b.book.approvals, out)
	}
}

// about checks where a kind is asked for and what it decides about.
func (b *builder) about(a approvalFile, rules deal.ApprovalRules, line int) {
	account := rules.Kind == deal.Reopen || rules.Kind == deal.Merger
	only := subjectsOf(rules.Kind)
	if rules.Kind == deal.Reopen && a.Step.line > 0 {
		b.add(a.Step.line, "approval of kind reopen has no step: it is asked for while the account is closed")
	} else if a.Step.line > 0 && rules.Step.Number() == 0 {
		b.lose(a.Step.line, "approval of kind %s: %q is no step; the steps are %s", rules.Kind, rules.Step, stepList(deal.Steps()))
	}
	switch _, known := dossier.KindOf(dossier.Kind(rules.Subject)); {
	case account && a.Subject.line > 0:
		b.add(a.Subject.line, "approval of kind %s has no subject: it decides about an account", rules.Kind)
	case account:
	case a.Subject.line > 0 && !known:
		b.lose(a.Subject.line, "approval of kind %s: subject %q is no kind of record", rules.Kind, rules.Subject)
	case a.Subject.line > 0 && only != "" && rules.Subject != string(only):
		b.lose(a.Subject.line, "approval of kind %s: its subject is %s", rules.Kind, only)
	case a.Subject.line == 0 && only != "" && rules.Kind != deal.Filing:
		b.lose(line, "approval of kind %s: write subject: %s", rules.Kind, only)
	case a.Subject.line == 0 && a.Step.line == 0:
		b.lose(line, "approval of kind %s: write the step in which it is asked for, or the subject that it decides about", rules.Kind)
	}
}

// subjectsOf is the one kind of record that a kind of approval can be about, because it means something for it; empty for
// a kind that may be about any record.
func subjectsOf(k deal.ApprovalKind) dossier.Kind {
	switch k {
	case deal.Filing:
		return dossier.FilingKind
	case deal.VetoLift:
		return dossier.VetoKind
	case deal.GradeOverride:
		return dossier.ValueScoreKind
	case deal.CreditChange:
		return dossier.CreditKind
	case deal.SupportRequest:
		return dossier.SupportRequestKind
	case deal.ExecutiveVisit:
		return dossier.ExecutiveVisitKind
	case deal.Gift:
		return dossier.GiftRecordKind
	case deal.Proposal, deal.Contract, deal.TrialWaiver, deal.Merger, deal.Reopen:
	}
	return ""
}

// approvalKinds lists the kinds as people read them.
func approvalKinds() string {
	var names []string
	for _, k := range deal.ApprovalKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func (b *builder) level(file bookFile, kind deal.ApprovalKind, l levelFile, line int) deal.LevelRules {
	line = firstLine(line, l.Who, l.Mode, l.When, l.Within)
	rules := deal.LevelRules{Who: deal.Audience(l.Who.text), Mode: deal.SeatMode(l.Mode.text)}
	named := rules.Who == deal.NamedPerson && kind == deal.ExecutiveVisit
	for _, place := range rules.Who.Places() {
		if !named && !knownAudience(string(place)) {
			b.add(line, "who %q is unknown: write owner_manager, superior, role:<role> or person:<login>, or several with commas; of an executive_visit also named", place)
		}
	}
	if l.Opinion.line > 0 {
		rules.Opinion = b.flag(l.Opinion, "opinion", l.Opinion.line)
	}
	switch rules.Mode {
	case "":
		rules.Mode = deal.AnySeat
	case deal.AnySeat, deal.AllSeats, deal.InOrder:
	default:
		b.lose(l.Mode.line, "mode %q is unknown: write any, all or in_order", l.Mode.text)
	}
	within, ladder := l.Within, l.Ladder
	if within.line == 0 {
		within = file.Levels.Within
	}
	if len(ladder) == 0 {
		ladder = file.Levels.Ladder
	}
	rules.Within = b.span(within, "within", line)
	if rules.Within.Unit == deal.DayEnd {
		b.add(line, "within: an approval has a deadline of a length, not the end of the day")
	}
	rules.Ladder = b.ladder(ladder, rules.Within, line)
	if len(rules.Ladder) == 0 {
		b.add(line, "ladder is missing, here and under levels: nobody would be reminded to decide")
	}
	return rules
}

// knownAudience tells whether an audience names people: by their place, a role or a login.
func knownAudience(who string) bool {
	if role, ok := strings.CutPrefix(who, "role:"); ok {
		return slices.Contains(deal.Roles(), deal.Role(role))
	}
	if login, ok := strings.CutPrefix(who, "person:"); ok {
		return loginName.MatchString(login)
	}
	return deal.Audience(who) == deal.OwnerManager || deal.Audience(who) == deal.OwnerSuperior
}

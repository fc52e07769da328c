package playbook

import (
	"slices"
	"strings"

	"closedloop/deal"
)

// approvals reads the chains of all kinds.
func (b *builder) approvals(file bookFile) {
	for _, a := range file.Approvals {
		line := firstLine(file.Name.line, a.Kind, a.Step)
		kind := deal.ApprovalKind(a.Kind.text)
		if !slices.Contains(deal.ApprovalKinds(), kind) {
			b.lose(line, "approval of kind %q is unknown: the kinds are filing, proposal, contract, trial_waiver and reopen", kind)
			continue
		}
		if _, twice := b.book.rules.Approval(kind); twice {
			b.lose(line, "approval of kind %s stands here twice", kind)
			continue
		}
		rules := deal.ApprovalRules{Kind: kind, Step: deal.Step(a.Step.text)}
		switch {
		case kind == deal.Reopen && a.Step.line > 0:
			b.add(a.Step.line, "approval of kind reopen has no step: it is asked for while the account is closed")
		case kind != deal.Reopen && rules.Step.Number() == 0:
			b.lose(line, "approval of kind %s: write the step in which it is asked for", kind)
		}
		out := approval{kind: kind, label: b.text(a.Label, "label of approval "+a.Kind.text, line, maxLabel)}
		always := false
		for _, l := range a.Levels {
			rules.Levels = append(rules.Levels, b.level(file, l, line))
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

func (b *builder) level(file bookFile, l levelFile, line int) deal.LevelRules {
	line = firstLine(line, l.Who, l.Mode, l.When, l.Within)
	rules := deal.LevelRules{Who: deal.Audience(l.Who.text), Mode: deal.SeatMode(l.Mode.text)}
	if !knownAudience(l.Who.text) {
		b.add(line, "who %q is unknown: write owner_manager, superior, role:<role> or person:<login>", l.Who.text)
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

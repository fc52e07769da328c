package playbook

import (
	"slices"
	"strings"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// mostIntent is the highest degree of intent to buy.
const mostIntent = 5

// duties reads what is asked for beside the ring; what is left out is not asked for.
func (b *builder) duties(file bookFile) {
	d, duties := file.Duties, &b.book.dossier.Duties
	b.centres(d.Support, duties)
	b.visits(d.Visits, &duties.Visits)
	b.gifts(d.Gifts, &duties.Gifts)
	b.review(d.Review, &duties.Review)
	b.planRevision(d.Plan, &duties.Plan)
	b.book.rules.Review = duties.Review
}

// centres reads the parts of the support centre. Where one stands, the playbook needs the approval that leads to it.
func (b *builder) centres(file supportFile, duties *dossier.Duties) {
	for _, c := range file.Centres {
		centre := dossier.Centre(c.Centre.text)
		line := firstLine(0, append([]scalar{c.Centre, c.Respond}, c.Who...)...)
		what := "duties.support: " + c.Centre.text
		switch _, twice := duties.Of(centre); {
		case !slices.Contains(dossier.AllCentres(), centre):
			b.lose(line, "duties.support: centre %q is unknown: the parts of the support centre are %s", centre, joined(dossier.AllCentres()))
			continue
		case twice:
			b.lose(line, "duties.support: centre %s stands here twice", centre)
			continue
		}
		rules := dossier.CentreRules{Centre: centre, Who: []deal.Audience{}}
		for _, who := range c.Who {
			_, place := strings.CutPrefix(who.text, "role:")
			if _, person := strings.CutPrefix(who.text, "person:"); !place && !person || !knownAudience(who.text) {
				b.add(who.line, "%s: who %q is unknown: write role:<role> or person:<login>", what, who.text)
			}
			rules.Who = append(rules.Who, deal.Audience(who.text))
		}
		if len(rules.Who) == 0 {
			b.add(line, "%s: who is missing: write role:<role> or person:<login>", what)
		}
		rules.Within = b.length(c.Respond, what+": respond", line)
		ladder := c.Ladder
		if len(ladder) == 0 {
			ladder = file.Ladder
		}
		rules.Ladder = b.dutyLadder(ladder, rules.Within, what, line, true)
		duties.Support = append(duties.Support, rules)
	}
	if _, asked := b.book.rules.Approval(deal.SupportRequest); len(duties.Support) > 0 && !asked {
		b.add(file.Centres[0].Centre.line, "duties.support: nobody could ask for it: add an approval of kind %s", deal.SupportRequest)
	}
}

func (b *builder) visits(file visitsFile, rules *dossier.VisitRules) {
	line := firstLine(0, file.all()...)
	if line == 0 {
		return
	}
	for _, d := range []struct {
		s    scalar
		what string
		into *int
	}{{file.Prepare, "prepare", &rules.Prepare}, {file.Result, "result", &rules.Result}, {file.Urge, "urge", &rules.Urge}, {file.Superior, "superior", &rules.Superior}} {
		if d.s.line == 0 {
			b.add(line, "duties.visits: %s is missing: write whole calendar days", d.what)
		}
		b.days(d.s, "duties.visits."+d.what, d.into)
	}
	if rules.Superior <= rules.Urge {
		b.add(line, "duties.visits: superior comes after urge")
	}
	if _, asked := b.book.rules.Approval(deal.ExecutiveVisit); !asked {
		b.add(line, "duties.visits: nobody could ask for one: add an approval of kind %s", deal.ExecutiveVisit)
	}
}

func (b *builder) gifts(file giftsFile, rules *dossier.GiftRules) {
	line := firstLine(0, file.Currency, file.EachMinor, file.YearMinor)
	if line == 0 {
		return
	}
	if file.Currency.line == 0 || file.EachMinor.line == 0 || file.YearMinor.line == 0 {
		b.add(line, "duties.gifts: write currency, each_minor and year_minor")
	}
	b.currency(file.Currency, "duties.gifts.currency", &rules.Currency)
	natural(b, file.EachMinor, "duties.gifts.each_minor", maxExact, &rules.EachMinor)
	natural(b, file.YearMinor, "duties.gifts.year_minor", maxExact, &rules.YearMinor)
	if rules.YearMinor < rules.EachMinor {
		b.add(line, "duties.gifts: the limit of a year is below the one of a single gift")
	}
	if _, asked := b.book.rules.Approval(deal.Gift); !asked {
		b.add(line, "duties.gifts: nothing could be given above the limits: add an approval of kind %s", deal.Gift)
	}
}

func (b *builder) review(file reviewFile, rules *deal.ReviewRules) {
	line := firstLine(0, append(append([]scalar{file.Within, file.Intent}, file.Kinds...), file.Grades...)...)
	if line == 0 {
		return
	}
	for _, s := range file.Kinds {
		kind := deal.InteractionKind(s.text)
		if !slices.Contains(deal.InteractionKinds(), kind) {
			b.lose(s.line, "duties.review.kinds: %q is no kind of interaction: the kinds are %s", s.text, joined(deal.InteractionKinds()))
		}
		rules.Kinds = append(rules.Kinds, kind)
	}
	for _, s := range file.Grades {
		grade := deal.Grade(s.text)
		if !slices.Contains(deal.Grades(), grade) {
			b.lose(s.line, "duties.review.grades: %q is no grade", s.text)
		}
		rules.Grades = append(rules.Grades, grade)
	}
	natural(b, file.Intent, "duties.review.intent", mostIntent, &rules.Intent)
	if len(rules.Kinds) == 0 || len(rules.Grades) == 0 && rules.Intent == 0 {
		b.add(line, "duties.review: write kinds, and grades or intent: else no visit is reviewed")
	}
	rules.Within = b.length(file.Within, "duties.review.within", line)
	rules.Ladder = b.dutyLadder(file.Ladder, rules.Within, "duties.review", line, false)
}

func (b *builder) planRevision(file planRevisionFile, rules *dossier.PlanRules) {
	if file.Every.line == 0 && len(file.Ladder) == 0 {
		return
	}
	line := firstLine(0, file.Every)
	if line == 0 {
		line = firstLine(0, file.Ladder[0].Rung, file.Ladder[0].At, file.Ladder[0].Before, file.Ladder[0].After)
	}
	rules.Every = b.length(file.Every, "duties.plan.every", line)
	rules.Ladder = b.dutyLadder(file.Ladder, rules.Every, "duties.plan", line, false)
}

// length reads a span that is more than the rest of a day.
func (b *builder) length(s scalar, what string, line int) deal.Span {
	span := b.span(s, what, line)
	if span.Unit == deal.DayEnd {
		b.add(line, "%s: write a length, not the end of the day", what)
	}
	return span
}

// dutyLadder reads the ladder of a duty. Only what the support centre is asked for can go to somebody else.
func (b *builder) dutyLadder(files []rungFile, within deal.Span, what string, line int, reassigns bool) []deal.LadderRung {
	ladder := b.ladder(files, within, line)
	if len(ladder) == 0 {
		b.add(line, "%s: ladder is missing: nobody would be reminded", what)
	}
	for i, r := range ladder {
		if r.Name == deal.Reassign && !reassigns {
			b.add(firstLine(line, files[i].Rung), "%s: rung reassign: this is the owner's and goes to nobody else", what)
		}
	}
	return ladder
}

// joined lists words as people read them.
func joined[T ~string](words []T) string {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	return strings.Join(names, ", ")
}

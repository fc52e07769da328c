package playbook

import (
	"strconv"
	"strings"

	"closedloop/deal"
)

// maxPercent keeps a rung from standing beyond any sense.
const maxPercent = 1000

// span reads a mandatory span; line is where to point when it is missing.
func (b *builder) span(s scalar, what string, line int) deal.Span {
	if s.missing() {
		b.lose(line, "%s is missing: %s", what, spanHelp)
		return deal.Span{}
	}
	span, err := ParseSpan(s.text)
	if err != nil {
		b.lose(s.line, "%s: %v", what, err)
	}
	return span
}

// ladder reads the rungs of a deadline.
func (b *builder) ladder(files []rungFile, within deal.Span, line int) []deal.LadderRung {
	var ladder []deal.LadderRung
	percent := 0
	for _, file := range files {
		at := firstLine(line, file.Rung, file.At, file.Before, file.After)
		rung, ok := b.rung(file, within, at)
		if !ok {
			continue
		}
		if rung.Percent != 0 {
			if rung.Percent < percent {
				b.add(at, "rungs stand in order of time: %d%% comes after %d%%", rung.Percent, percent)
			}
			percent = rung.Percent
		}
		ladder = append(ladder, rung)
	}
	return ladder
}

func (b *builder) rung(file rungFile, within deal.Span, line int) (deal.LadderRung, bool) {
	rung := deal.LadderRung{Name: deal.RungName(file.Rung.text)}
	before := b.lost
	switch rung.Name { //nolint:exhaustive // the other rungs are the rules' own
	case deal.Remind, deal.Urge, deal.Superior, deal.Reassign:
	default:
		b.lose(line, "rung %q is unknown: write remind, urge, superior or reassign", file.Rung.text)
	}
	set := 0
	for _, s := range []scalar{file.At, file.Before, file.After} {
		if s.line > 0 {
			set++
		}
	}
	if set != 1 {
		b.lose(line, "a rung stands at a percentage, before or after the deadline: write exactly one of at, before and after")
		return rung, false
	}
	switch {
	case file.At.line > 0:
		n, err := strconv.Atoi(strings.TrimSuffix(file.At.text, "%"))
		if err != nil || !strings.HasSuffix(file.At.text, "%") || n < 1 || n > maxPercent {
			b.lose(file.At.line, "at %q: write a percentage of the deadline from 1%% to %d%%", file.At.text, maxPercent)
		}
		rung.Percent = n
	case file.Before.line > 0:
		rung.Before = b.offset(file.Before, "before")
		if rung.Before != nil && rung.Before.Unit == within.Unit && rung.Before.Length >= within.Length && rung.Before.Count >= within.Count {
			b.add(file.Before.line, "before: %q is as long as the deadline itself", file.Before.text)
		}
	default:
		rung.After = b.offset(file.After, "after")
	}
	return rung, b.lost == before
}

func (b *builder) offset(s scalar, what string) *deal.Span {
	span := b.span(s, what, s.line)
	if span.Unit == deal.DayEnd {
		b.lose(s.line, "%s: the end of the day has no length", what)
	}
	if span.Unit == "" || span.Unit == deal.DayEnd {
		return nil
	}
	return &span
}

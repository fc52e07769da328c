package playbook

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"closedloop/deal"
)

// maxSpan bounds what a playbook may ask for: ten years.
const maxSpan = 10 * 366 * 24 * time.Hour

var spanForm = regexp.MustCompile(`^([1-9][0-9]{0,8}) (?:(office|working|calendar) )?(second|minute|hour|day)s?$`)

// spanHelp names the ways to write a span.
const spanHelp = `write "4 office hours", "30 office minutes", "2 working days", "90 calendar days", "90 minutes", "20 seconds" or "end of day"`

// ParseSpan reads a length of time as a playbook writes it. An hour or a day always says whether it means working or
// calendar time; seconds and minutes without a word are calendar time.
func ParseSpan(s string) (deal.Span, error) {
	if s == "end of day" {
		return deal.EndOfDay(), nil
	}
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		return deal.Span{}, fmt.Errorf("%q is no span: %s", s, spanHelp)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return deal.Span{}, fmt.Errorf("%q is no span: %s", s, spanHelp)
	}
	unit := map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[3]]
	if time.Duration(n) > maxSpan/unit {
		return deal.Span{}, fmt.Errorf("%q is longer than ten years", s)
	}
	length := time.Duration(n) * unit
	switch kind, word := m[2], m[3]; {
	case kind == "working" && word == "day":
		return deal.WorkingDays(n), nil
	case kind == "office" && word != "day":
		return deal.OfficeTime(length), nil
	case kind == "calendar":
		return deal.CalendarTime(length), nil
	case kind == "" && (word == "second" || word == "minute"):
		return deal.CalendarTime(length), nil
	}
	return deal.Span{}, fmt.Errorf("%q does not say which time it means: %s", s, spanHelp)
}

// SpanText says a span in words.
func SpanText(s deal.Span) deal.Text {
	switch s.Unit {
	case deal.Days:
		return count(s.Count, "个工作日", "working day")
	case deal.DayEnd:
		return deal.Text{ZH: "当天下班前", EN: "end of the working day"}
	case deal.Office:
		return lengthText(s.Length, "办公", "office ")
	case deal.Calendar:
		return lengthText(s.Length, "", "")
	}
	return deal.Text{}
}

// lengthText says a length in its largest whole unit. A day of office time does not exist: it is a working day.
func lengthText(d time.Duration, zh, en string) deal.Text {
	switch {
	case zh == "" && d%(24*time.Hour) == 0:
		return count(int(d/(24*time.Hour)), "个日历日", "calendar day")
	case d%time.Hour == 0:
		return count(int(d/time.Hour), "个"+zh+"小时", en+"hour")
	case d%time.Minute == 0:
		return count(int(d/time.Minute), zh+"分钟", en+"minute")
	}
	return count(int(d/time.Second), zh+"秒", en+"second")
}

func count(n int, zh, en string) deal.Text {
	if n != 1 {
		en += "s"
	}
	return deal.Text{ZH: strconv.Itoa(n) + " " + zh, EN: strconv.Itoa(n) + " " + en}
}

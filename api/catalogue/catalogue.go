package catalogue

import (
	"maps"
	"net/http"

	"closedloop/deal"
)

// Catalogue is all sentences, looked up by code.
type Catalogue struct {
	reasons map[string]Entry
	titles  map[int]deal.Text
	special map[string]deal.Text
	notices map[deal.NoticeKind]deal.Text
	tasks   map[deal.TaskKind]deal.Text
	events  map[deal.EventKind]deal.Text
	words   map[string]deal.Text
	labels  map[Set]map[string]deal.Text

	expected map[deal.Expectation]deal.Text
	pages    map[string]deal.Text
}

// New puts the tables together.
func New() *Catalogue {
	c := &Catalogue{
		reasons: refusals(), titles: titles(), special: special(), notices: notices(), tasks: tasks(), events: events(), words: words(), labels: labels(),
		expected: expected(), pages: decidePage(),
	}
	maps.Copy(c.reasons, problems())
	maps.Copy(c.reasons, fields())
	maps.Copy(c.reasons, editions())
	maps.Copy(c.reasons, calendars())
	maps.Copy(c.reasons, files())
	maps.Copy(c.reasons, links())
	maps.Copy(c.reasons, channels())
	maps.Copy(c.reasons, personReasons())
	maps.Copy(c.tasks, personTasks())
	maps.Copy(c.notices, personNotices())
	return c
}

// Reason is what is said about a code; an unknown one gets the sentence of invalid_value, so that nobody ever reads an
// empty line.
func (c *Catalogue) Reason(code string) (Entry, bool) {
	if e, ok := c.reasons[code]; ok {
		return e, true
	}
	return c.reasons[string(deal.CodeInvalidValue)], false
}

// Title is the summary of a problem: the code's own, or that of its status.
func (c *Catalogue) Title(code string, status int, lang string) string {
	if t, ok := c.special[code]; ok {
		return t.In(lang)
	}
	if t, ok := c.titles[status]; ok {
		return t.In(lang)
	}
	return http.StatusText(status)
}

// Word is how people say an identifier of a closed set; other texts are answered as they are.
func (c *Catalogue) Word(id, lang string) string {
	if t, ok := c.words[id]; ok {
		return t.In(lang)
	}
	return id
}

// Expected is what a field takes, in words; a value that may be sent is answered as it is.
func (c *Catalogue) Expected(arg, lang string) string {
	if t, ok := c.expected[deal.Expectation(arg)]; ok {
		return t.In(lang)
	}
	return arg
}

// Page is a text of the page that a link in a message leads to.
func (c *Catalogue) Page(id, lang string) string { return c.pages[id].In(lang) }

// Notice is the line of an inbox for a kind of notice: about an account of that name, or with what belongs to a notice about
// none ([deal.PersonNotice]).
func (c *Catalogue) Notice(kind deal.NoticeKind, lang string, args ...string) string {
	if kind.Quotes() && len(args) > 1 {
		args = []string{args[0], c.Task(deal.TaskKind(args[1]), lang, args[2:]...)}
	}
	return line(c.notices[kind], string(kind), lang, args...)
}

// Change is what is said of an absence or of somebody who stands in, as it begins or ends: {0} whose, {1} who stands in.
func (c *Catalogue) Change(kind, rung, lang string, args ...string) string {
	return line(changes()[kind+"_"+rung], kind, lang, args...)
}

// Task is what a kind of task asks for: at an account of that name, or with what belongs to a task at none ([deal.PersonTask]).
func (c *Catalogue) Task(kind deal.TaskKind, lang string, args ...string) string {
	return line(c.tasks[kind], string(kind), lang, args...)
}

// Event retells a kind of event.
func (c *Catalogue) Event(kind deal.EventKind, lang string) string {
	return line(c.events[kind], string(kind), lang, "")
}

// Has tells whether a kind of notice, task or event has its sentence.
func (c *Catalogue) Has(kind any) bool {
	var t deal.Text
	switch k := kind.(type) {
	case deal.NoticeKind:
		t = c.notices[k]
	case deal.TaskKind:
		t = c.tasks[k]
	case deal.EventKind:
		t = c.events[k]
	}
	return t.ZH != "" && t.EN != ""
}

// Codes are all codes that have sentences.
func (c *Catalogue) Codes() []string {
	codes := make([]string, 0, len(c.reasons))
	for code := range c.reasons {
		codes = append(codes, code)
	}
	return codes
}

func line(t deal.Text, kind, lang string, args ...string) string {
	if t == (deal.Text{}) {
		return kind
	}
	return Fill(t.In(lang), args)
}

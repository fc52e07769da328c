package dossier

import (
	"time"

	"closedloop/deal"
)

// Survey is a satisfaction survey and what has to be put right after it.
type Survey struct {
	On      Day      `json:"on"`
	Contact string   `json:"contact"` // ID of the contact who answered; empty for several
	Answers []Answer `json:"answers"`
	Comment string   `json:"comment"`
	Actions []Action `json:"actions"`
}

// Answer is the satisfaction with one thing.
type Answer struct {
	Question string `json:"question"`
	Score    int    `json:"score"` // 1–5
	Comment  string `json:"comment"`
}

// Action puts something right.
type Action struct {
	Action   string        `json:"action"`
	Owner    deal.PersonID `json:"owner"`
	DueOn    Day           `json:"due_on"`
	ClosedOn Day           `json:"closed_on"` // empty while open
	Result   string        `json:"result"`    // mandatory once closed
}

// Satisfaction is the mean of the answers in hundredths of a point; 0 without any.
func (s Survey) Satisfaction() int {
	sum := 0
	for _, a := range s.Answers {
		sum += a.Score
	}
	return mean(sum, len(s.Answers))
}

// hundredths of a point are how means are kept in whole numbers.
const hundredths = 100

// Open is how many corrective actions are not closed.
func (s Survey) Open() int {
	n := 0
	for _, a := range s.Actions {
		if a.ClosedOn == "" {
			n++
		}
	}
	return n
}

// LatestSurvey is the newest survey held until a day; the second value is false when there was none.
func LatestSurvey(surveys []Survey, today Day) (Survey, bool) {
	var latest Survey
	found := false
	for _, s := range surveys {
		if s.On.Valid() && s.On <= today && (!found || s.On >= latest.On) {
			latest, found = s, true
		}
	}
	return latest, found
}

// Kind implements [Record].
func (Survey) Kind() Kind { return SurveyKind }

// Validate implements [Record].
func (s Survey) Validate(now time.Time) deal.Refusals {
	c := begin(s, now)
	c.happened("/on", s.On)
	c.someID("/contact", s.Contact)
	if len(s.Answers) == 0 {
		c.missing(deal.CodeInvalidValue, "/answers")
	}
	for i, a := range s.Answers {
		c.line(cell("/answers", i, "question"), a.Question)
		c.between(cell("/answers", i, "score"), a.Score, 1, mostPoints)
	}
	unique(c, "/answers", s.Answers, "question", func(a Answer) string { return a.Question })
	for i, a := range s.Actions {
		c.text(cell("/actions", i, "action"), a.Action)
		c.id(cell("/actions", i, "owner"), string(a.Owner))
		c.day(cell("/actions", i, "due_on"), a.DueOn)
		c.someDay(cell("/actions", i, "closed_on"), a.ClosedOn)
		c.notAhead(cell("/actions", i, "closed_on"), a.ClosedOn)
		if a.ClosedOn != "" {
			c.reason(cell("/actions", i, "result"), a.Result)
		}
	}
	return c.done()
}

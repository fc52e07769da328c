package catalogue

import (
	"strconv"

	"closedloop/deal"
)

// letters are what stands beside the sentence of a notice in a message that leaves the house.
var (
	letterDue    = deal.Text{ZH: "期限:{0}", EN: "Due: {0}"}
	letterBundle = deal.Text{ZH: "{0} 条提醒", EN: "{0} notices"}
)

// LetterDue says until when something is to be done.
func (c *Catalogue) LetterDue(at, lang string) string { return Fill(letterDue.In(lang), []string{at}) }

// LetterBundle heads a message of several notices.
func (c *Catalogue) LetterBundle(n int, lang string) string {
	return Fill(letterBundle.In(lang), []string{strconv.Itoa(n)})
}

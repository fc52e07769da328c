package catalogue

import (
	"strconv"

	"closedloop/deal"
)

// letters are what stands beside the sentence of a notice in a message that leaves the house.
var (
	letterDue    = deal.Text{ZH: "期限:{0}", EN: "Due: {0}"}
	letterAsk    = deal.Text{ZH: "{0}[，金额 {1}][，申请人 {2}]", EN: "{0}[, {1}][, asked by {2}]"}
	letterOnce   = deal.Text{ZH: "此链接只供您本人使用，可办理一次；打开链接不会作出决定。", EN: "The link is for you alone and decides once; opening it decides nothing."}
	letterBundle = deal.Text{ZH: "{0} 条提醒", EN: "{0} notices"}
)

// LetterDue says until when something is to be done.
func (c *Catalogue) LetterDue(at, lang string) string { return Fill(letterDue.In(lang), []string{at}) }

// LetterBundle heads a message of several notices.
func (c *Catalogue) LetterBundle(n int, lang string) string {
	return Fill(letterBundle.In(lang), []string{strconv.Itoa(n)})
}

// LetterAsk says what somebody is asked to decide about: the kind of request, the amount and who asks, where there are any.
func (c *Catalogue) LetterAsk(kind deal.ApprovalKind, amount, requester, lang string) string {
	return Fill(letterAsk.In(lang), []string{c.Word(string(kind), lang), amount, requester})
}

// LetterOnce says what a link that decides is good for.
func (c *Catalogue) LetterOnce(lang string) string { return letterOnce.In(lang) }

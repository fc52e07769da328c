package catalogue

import "closedloop/deal"

// Codes of what reaches people outside their session: streams, calendar feeds and links; and of decisions sent together.
const (
	ItemTwice      = "item_twice"       // a batch names something twice
	UnknownLink    = "unknown_link"     // no such secret in an address
	TooManyGuesses = "too_many_guesses" // slow down guessing secrets in addresses
	LinkOfAnother  = "link_of_another"  // logged in as somebody else than its person; Args say whose it is, and as whom
	BadEventID     = "bad_event_id"     // no ID of an event
	TooManyStreams = "too_many_streams" // of one person
	BadNonce       = "bad_nonce"        // a form that was not read here, or too long ago
)

func links() map[string]Entry {
	return map[string]Entry{
		UnknownLink: {
			text("链接无效", "this link leads nowhere"),
			text("从消息中重新打开完整链接,或登录后办理", "open the whole link from the message again, or log in"),
		},
		LinkOfAnother: {
			text("此链接属于他人[({0})][,您当前以{1}的身份登录]", "this link is somebody else's[, {0}'s][; you are logged in as {1}]"),
			text("请在系统中以自己的名义办理,或先退出登录", "decide under your own name where you are logged in, or log out first"),
		},
		TooManyGuesses: {
			text("无效链接的访问过多", "too many links that lead nowhere were tried from here"),
			text("稍后再试", "wait a moment"),
		},
		BadEventID: {
			text("不是事件编号", "this is no ID of an event"),
			text("原样发回最后收到的事件的 id", "send back the id of the last event as it came"),
		},
		TooManyStreams: {
			text("您打开的实时连接过多[,上限 {0} 个]", "you have too many streams open[; the limit is {0}]"),
			text("关闭不用的页面或程序后重试", "close a window or program that you do not need"),
		},
		BadNonce: {
			text("页面已过期", "the page was open for too long"),
			text("核对内容后重新提交", "look at it again and send it once more"),
		},
		string(deal.CodeLinkUsed): {
			text("此链接已使用过[({0})],每个链接只能办理一次", "this link has been used[ ({0})]; each decides once"),
			text("如需查看结果,请登录", "log in to see what became of the request"),
		},
		string(deal.CodeLinkExpired): {
			text("此链接已过期[({0})]", "this link's time is up[ ({0})]"),
			text("登录后办理", "log in and decide there"),
		},
		string(deal.CodeLinkVoid): {
			text("此链接已失效:该审批不再等待您办理", "this link counts no more: the request does not wait for you any longer"),
			text("登录查看审批的当前状态", "log in to see where the request stands"),
		},
		ItemTwice: {
			text("同一审批在本批中出现了两次[(另见 {0})]", "the batch names this request twice[ (see {0})]"),
			text("每个审批只保留一条", "keep one of the two"),
		},
	}
}

// decidePage is what the page of a link says.
func decidePage() map[string]deal.Text {
	return map[string]deal.Text{
		"title":     text("审批办理", "Your decision"),
		"what":      text("审批事项", "Request"),
		"account":   text("客户", "Customer"),
		"amount":    text("金额", "Amount"),
		"requester": text("申请人", "Asked by"),
		"asked":     text("申请时间", "Asked on"),
		"you":       text("审批人", "Decided by"),
		"until":     text("链接有效期至", "Link valid until"),
		"ask":       text("您的意见", "What do you say?"),
		"comment":   text("说明(否决或退回时必填)", "Comment (needed unless you approve)"),
		"opinion":   text("意见(必填)", "Your opinion (needed)"),
		"send":      text("提交", "Send"),
		"approve":   text("同意", "Approve"),
		"return":    text("退回修改", "Return for rework"),
		"reject":    text("否决", "Reject"),

		"feed_title": text("闭环待办", "closedloop"),
		"feed_task":  text("有一项待办", "a task of yours is due"),

		"done_approve": text("已同意,办理完成", "Approved. Thank you."),
		"done_return":  text("已退回修改,办理完成", "Returned for rework. Thank you."),
		"done_reject":  text("已否决,办理完成", "Rejected. Thank you."),
	}
}

// Duty is what a clock of an account waits for, of an account that is called so.
func (c *Catalogue) Duty(d deal.Duty, lang, account string) string {
	if d.Kind == deal.AgendaClock {
		return c.Notice(deal.TopicNotice(d.Topic, deal.Urge), lang, account)
	}
	return Fill(text("{0}:", "{0}: ").In(lang), []string{account}) + clocks()[d.Kind].In(lang)
}

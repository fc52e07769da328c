package catalogue

import "closedloop/deal"

// NoReasonKept refuses a reason for a task that keeps none; BadPeriod and PeriodNotOver refuse a period of a job.
const (
	NoReasonKept  = "no_reason_kept"
	BadPeriod     = "bad_period"
	PeriodNotOver = "period_not_over"
	NotTheNewest  = "not_the_newest_issue" // a correction of an issue that was corrected since
)

// personReasons are the sentences about tasks that belong to no account, and about what the house does by itself.
func personReasons() map[string]Entry {
	return map[string]Entry{
		BadPeriod: {
			text("“{0}”不是这项作业的周期", "{0} is not a period of this job"),
			text("每日作业填写日期,例如 2026-05-04;每月作业填写月份,例如 2026-05", "name a day such as 2026-05-04 for a daily job, a month such as 2026-05 for a monthly one"),
		},
		NotTheNewest: {
			text("该期日报已有更新的一期", "this issue has been corrected since"),
			text("对最新一期提出更正", "correct the newest issue"),
		},
		PeriodNotOver: {
			text("{0} 尚未结束,还不能执行", "{0} is not over yet"),
			text("填写已经结束的周期", "name a period that is over, also where the day ends last"),
		},
		NoReasonKept: {
			text("客户的任务不记录理由", "a task of an account keeps no reason"),
			text("去掉 reason;要留下说明,请记录沟通或跟进", "leave reason out; an interaction or a follow-up says what was done"),
		},
	}
}

// personTasks say what is to be done that belongs to no account; the arguments are those with which each kind is opened.
func personTasks() map[deal.TaskKind]deal.Text {
	return map[deal.TaskKind]deal.Text{
		// {0} name, {1} number of working days, {2} last of them
		deal.QuotaReasonTask: text("{0} 已连续 {1} 个工作日没有线索(至 {2}),请说明原因",
			"{0} has brought no lead on {1} working days in a row (until {2}): please state why"),
		deal.QuotaDecisionTask: text("{0} 已连续 {1} 个工作日没有线索(至 {2}),请确认或免除扣减",
			"{0} has brought no lead on {1} working days in a row (until {2}): please confirm or waive the deduction"),
		// {0} team, {1} month, {2} number of breaches
		deal.ReviewSignTask:   text("主持 {0} {1} 的月度评审并签字", "hold the monthly review of {0} for {1}, and sign it"),
		deal.ReviewReasonTask: text("{0} {1} 月度评审:有 {2} 条违期需要说明原因", "monthly review of {0} for {1}: {2} missed deadlines want a reason"),
		// {0} what is to be done, {1} team
		deal.ReviewActionTask: text("{1} 月度评审行动项:{0}", "action of the review of {1}: {0}"),
	}
}

// personNotices are lines of the inbox that belong to no account.
func personNotices() map[deal.NoticeKind]deal.Text {
	return map[deal.NoticeKind]deal.Text{
		deal.QuotaBreachNotice: text("{0} 已连续 {1} 个工作日没有线索(至 {2}),已请上级说明原因",
			"{0} has brought no lead on {1} working days in a row (until {2}); the line above is asked to state why"),
		deal.QuotaReasonedNotice: text("{0} 连续 {1} 个工作日没有线索(至 {2}):原因已说明,请确认或免除扣减",
			"{0}, no lead on {1} working days in a row (until {2}): the reason was stated, please confirm or waive the deduction"),
		deal.QuotaDecidedNotice: text("{0} 连续 {1} 个工作日没有线索(至 {2}):扣减已有决定",
			"{0}, no lead on {1} working days in a row (until {2}): the deduction was decided"),
		// {0} name, {1} number of accounts moved, {2} number that could not be moved
		deal.HandoverReceivedNotice: text("{0} 的 {1} 个客户及其任务已移交给您", "{1} accounts of {0}, with their tasks, are yours now"),
		deal.HandoverOverNotice: text("{0} 的工作移交已结束:移交 {1} 个客户,{2} 个未能移交",
			"the handover of {0} is over: {1} accounts moved, {2} could not be moved"),
		deal.DeputyGoneNotice: text("{0} 已离任,不再代您处理,请另行委托", "{0} has left and stands in for you no more: please name another deputy"),
		// {0} name of who did it
		deal.AddressChangedNotice: text("{0} 更改了接收您邮件的地址,请核对 GET /me/channels;该地址由您本人确认前,邮件不附审批链接",
			"{0} has changed the address that your letters go to: look at GET /me/channels. Until you have confirmed it yourself, letters carry no links that decide"),
		// {0} channel
		deal.ChannelHaltedNotice: text("渠道 {0} 持续拒绝发送,已停用;请核对配置,然后用 POST /channels/{0}/resume 恢复",
			"the channel {0} refuses everything and is not called any more: look at its settings, then resume it with POST /channels/{0}/resume"),
		// {0} whose task, {1} the task
		deal.TaskRemindNotice:   text("今天到期:{1}", "due today: {1}"),
		deal.TaskUrgeNotice:     text("已逾期,请尽快处理:{1}", "overdue, please see to it: {1}"),
		deal.TaskSuperiorNotice: text("{0} 的任务已逾期一个工作日:{1}", "a task of {0} is a working day overdue: {1}"),
		// {0} team, {1} day
		deal.BulletinNotice: text("{0} {1} 线索日报已发布", "the daily bulletin of leads of {0} for {1} is there"),
		// {0} team, {1} month
		deal.ReviewOpenedNotice:  text("{0} {1} 的月度评审已开启", "the monthly review of {0} for {1} is open"),
		deal.ReviewRemindNotice:  text("{0} {1} 的月度评审即将到期,请签字", "the monthly review of {0} for {1} is due soon: please sign it"),
		deal.ReviewOverdueNotice: text("{0} {1} 的月度评审逾期未签字", "the monthly review of {0} for {1} was not signed in time"),
		deal.ReviewSignedNotice:  text("{0} {1} 的月度评审已签字", "the monthly review of {0} for {1} is signed"),
	}
}

// changes are what begins and ends by itself where people are away: {0} whose, {1} who stands in.
func changes() map[string]deal.Text {
	return map[string]deal.Text{
		"delegation_begin": text("{1} 开始代理 {0},其待办转交 {1}", "{1} begins to stand in for {0}, and sees to what waits for them"),
		"delegation_end":   text("{1} 不再代理 {0},尚未办结的待办归还 {0}", "{1} stands in for {0} no more; what still waits goes back"),
		"leave_begin":      text("{0} 开始休假", "the leave of {0} begins"),
		"leave_end":        text("{0} 休假结束", "the leave of {0} ends"),
	}
}

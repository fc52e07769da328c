package catalogue

import "closedloop/deal"

// notices are the lines of the inbox. {0} is the account's name, {1} what the notice is about.
func notices() map[deal.NoticeKind]deal.Text {
	lines := map[deal.NoticeKind]deal.Text{
		deal.AssignedNotice:    text("{0}:负责人已变更", "{0} has a new owner"),
		deal.UnownedNotice:     text("{0}:新线索尚无负责人,请指派", "{0} is a new lead without an owner: please assign it"),
		deal.HandedOverNotice:  text("{0}:线索已移交,请审核", "{0} was handed over: please review the lead"),
		deal.IntakeBackNotice:  text("{0}:线索被退回补充", "{0}: the lead was sent back for completion"),
		deal.IntakeInNotice:    text("{0}:线索已接收", "{0}: the lead was accepted"),
		deal.AskedNotice:       text("{0}:有审批等待您办理", "{0}: a request waits for your decision"),
		deal.ApprovedNotice:    text("{0}:审批已通过", "{0}: the request was approved"),
		deal.RejectedNotice:    text("{0}:审批被否决", "{0}: the request was rejected"),
		deal.SentBackNotice:    text("{0}:审批被退回修改", "{0}: the request came back for rework"),
		deal.VoidedNotice:      text("{0}:审批内容已修改,审批作废", "{0}: the subject was edited, so the request is void"),
		deal.WithdrawnNotice:   text("{0}:审批已撤回", "{0}: the request was withdrawn"),
		deal.TransferredNotice: text("{0}:审批已转给他人", "{0}: the request went to somebody else"),
		deal.ResumedNotice:     text("{0}:客户已恢复跟进", "{0} is active again"),
		deal.RecheckNotice:     text("{0}:到了复查日期", "{0} has reached its re-check date"),
	}
	for _, kind := range clockKinds() {
		for rung, said := range rungs() {
			lines[deal.RungNotice(kind, rung)] = deal.Text{
				ZH: "{0}:" + clocks()[kind].ZH + said.ZH,
				EN: "{0}: " + clocks()[kind].EN + " " + said.EN,
			}
		}
	}
	return lines
}

func clockKinds() []deal.ClockKind {
	return []deal.ClockKind{deal.StepClock, deal.ApprovalClock, deal.FollowUpClock, deal.RecheckClock, deal.ResumeClock}
}

// clocks name what runs out.
func clocks() map[deal.ClockKind]deal.Text {
	return map[deal.ClockKind]deal.Text{
		deal.StepClock:     text("步骤期限", "the deadline of the step"),
		deal.ApprovalClock: text("审批期限", "the deadline of the request"),
		deal.FollowUpClock: text("跟进", "the follow-up"),
		deal.RecheckClock:  text("复查", "the re-check"),
		deal.ResumeClock:   text("恢复", "the pause"),
	}
}

// rungs say how far it has run out.
func rungs() map[deal.RungName]deal.Text {
	return map[deal.RungName]deal.Text{
		deal.Remind:   text("将到,请办理", "is near: please see to it"),
		deal.Urge:     text("已到,请尽快办理", "has come: please see to it at once"),
		deal.Superior: text("已超期,提请上级处理", "is over and comes to the line above"),
		deal.Reassign: text("长期超期,可以改派", "has been over for long: it may be reassigned"),
		deal.Due:      text("已到", "has come"),
		deal.Resume:   text("日期已到", "ends"),
		deal.Recheck:  text("日期已到", "is due"),
	}
}

// tasks say what is to be done. {0} is the account's name.
func tasks() map[deal.TaskKind]deal.Text {
	return map[deal.TaskKind]deal.Text{
		deal.AssignOwnerTask: text("{0}:指派负责人", "{0}: choose an owner"),
		deal.IntakeTask:      text("{0}:审核移交的线索", "{0}: review the lead that was handed over"),
		deal.ApproveTask:     text("{0}:办理审批", "{0}: decide a request"),
		deal.FollowUpTask:    text("{0}:按计划跟进客户", "{0}: take the next step with the customer"),
		deal.OverdueTask:     text("{0}:期限已过,请过问", "{0}: a deadline was missed, please look into it"),
		deal.ReassignTask:    text("{0}:无人办理,请改派", "{0}: nobody has decided, please reassign"),
		deal.RecheckTask:     text("{0}:复查归档客户", "{0}: look at the archived customer again"),
	}
}

// events retell what happened.
func events() map[deal.EventKind]deal.Text {
	return map[deal.EventKind]deal.Text{
		deal.OpenedKind:              text("建立客户线索", "the account was opened as a lead"),
		deal.StepLeftKind:            text("离开步骤", "a step was left"),
		deal.IntakeReviewedKind:      text("审核线索", "the lead was reviewed"),
		deal.GradedKind:              text("评定价值等级", "the account was graded"),
		deal.PausedKind:              text("暂停跟进", "the account was paused"),
		deal.ResumedKind:             text("恢复跟进", "the account was resumed"),
		deal.ClosedKind:              text("关闭客户", "the account was closed"),
		deal.ReopenedKind:            text("重新启动客户", "the account was reopened"),
		deal.AssignedKind:            text("变更负责人", "the account was assigned"),
		deal.FollowUpSetKind:         text("安排下次跟进", "the next step was dated"),
		deal.InteractionLoggedKind:   text("记录拜访或沟通", "an interaction was recorded"),
		deal.ApprovalRequestedKind:   text("提出审批", "an approval was asked for"),
		deal.ApprovalDecidedKind:     text("办理审批", "a request was decided"),
		deal.ApprovalTransferredKind: text("转办审批", "a request went to somebody else"),
		deal.ApprovalWithdrawnKind:   text("撤回审批", "a request was withdrawn"),
		deal.ApprovalVoidedKind:      text("审批作废", "a request became void"),
		deal.TaskCompletedKind:       text("完成任务", "a task was done"),
		deal.RungReachedKind:         text("期限提醒", "a deadline reached a rung of its ladder"),
		deal.CycleCompletedKind:      text("闭环完成,客户归档", "the ring closed and the account rests"),
		deal.CycleOpenedKind:         text("开始二次开发", "the second development began"),
		deal.RecomputedKind:          text("按新日历重算期限", "the deadlines were placed anew with another calendar"),
	}
}

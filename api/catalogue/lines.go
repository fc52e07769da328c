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
		deal.TakenOverNotice:   text("{0}:您代理的同事不在,其待办由您处理", "{0}: you stand in for a colleague; what waits here is yours for now"),
		deal.GivenBackNotice:   text("{0}:代理结束,待办已归还给您", "{0}: you are back; what still waits here is yours again"),
		deal.TransferredNotice: text("{0}:审批已转给他人", "{0}: the request went to somebody else"),
		deal.FilingGrantedNotice: text("{0}:备案冲突已仲裁,准予该客户备案,原备案解除",
			"{0}: the conflict of filings was decided for this account; the earlier filing ends"),
		deal.FilingRefusedNotice: text("{0}:备案冲突已仲裁,维持原备案,该客户的申请不予批准",
			"{0}: the conflict of filings was decided against this account; the earlier filing stays"),
		deal.StepOfferedNotice:   text("{0}:请您作为专员接手一个步骤,请答复", "{0}: you are asked to take a step over as a specialist, please answer"),
		deal.StepAcceptedNotice:  text("{0}:专员已接手步骤", "{0}: the specialist has taken the step over"),
		deal.StepDeclinedNotice:  text("{0}:专员未接手步骤", "{0}: the specialist does not take the step over"),
		deal.StepWithdrawnNotice: text("{0}:步骤已由负责人收回", "{0}: the step is its owner's again"),

		deal.ResumedNotice:  text("{0}:客户已恢复跟进", "{0} is active again"),
		deal.MovedNotice:    text("{0}:已改用其他作战手册版本", "{0} follows another version of its playbook"),
		deal.FamilyNotice:   text("{0}:所属客户家族已变更", "{0} has another place in its family"),
		deal.PromotedNotice: text("{0}:项目客户已晋升为大客户", "{0} became a key account"),
		deal.MergedNotice:   text("{0}:已并入另一客户", "{0} was merged into another account"),
		deal.RecheckNotice:  text("{0}:到了复查日期", "{0} has reached its re-check date"),
	}
	for topic, rungs := range agendaLines() {
		for rung, said := range rungs {
			lines[deal.TopicNotice(topic, rung)] = said
		}
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

// agendaLines are what records ask for: before a day, on it, and when it was missed.
func agendaLines() map[deal.Topic]map[deal.RungName]deal.Text {
	type lines = map[deal.RungName]deal.Text
	return map[deal.Topic]lines{
		deal.AgreementTopic: {
			deal.Remind:   text("{0}:协议即将到期,请准备续签", "{0}: an agreement ends soon: please prepare its renewal"),
			deal.Urge:     text("{0}:协议已到期,请续签", "{0}: an agreement has come to its end: please renew it"),
			deal.Superior: text("{0}:协议到期未续签,提请上级处理", "{0}: an agreement has ended, which comes to the line above"),
		},
		deal.EvaluationTopic: {
			deal.Remind:   text("{0}:效果评估将到期,请提交评估报告", "{0}: the evaluation is due soon: please file the report"),
			deal.Urge:     text("{0}:效果评估已逾期,请尽快提交", "{0}: the evaluation is overdue: please file it at once"),
			deal.Superior: text("{0}:效果评估逾期未交,提请上级处理", "{0}: the evaluation is overdue and comes to the line above"),
		},
		deal.RegradeTopic: {
			deal.Remind:   text("{0}:到了重新定级日期,请评分定级", "{0}: the grade is to be looked at again: please score and grade"),
			deal.Urge:     text("{0}:重新定级已逾期,请尽快办理", "{0}: grading anew is overdue: please see to it at once"),
			deal.Superior: text("{0}:重新定级逾期未办,提请上级处理", "{0}: grading anew is overdue and comes to the line above"),
		},
		deal.ServiceTopic: {
			deal.Remind:   text("{0}:计划内的服务到期,请按服务计划执行", "{0}: a planned service is due: please render it"),
			deal.Urge:     text("{0}:计划内的服务已逾期,请尽快执行", "{0}: a planned service is overdue: please render it at once"),
			deal.Superior: text("{0}:计划内的服务逾期未做,提请上级处理", "{0}: a planned service is overdue and comes to the line above"),
		},
		deal.SurveyTopic: {
			deal.Remind:   text("{0}:满意度调查将到期,请安排调查", "{0}: the satisfaction survey is due soon: please ask the customer"),
			deal.Urge:     text("{0}:满意度调查已逾期,请尽快调查", "{0}: the satisfaction survey is overdue: please ask the customer at once"),
			deal.Superior: text("{0}:满意度调查逾期未做,提请上级处理", "{0}: the satisfaction survey is overdue and comes to the line above"),
		},
		deal.CreditTopic: {
			deal.Remind:   text("{0}:信用等级变更将到期,请办理", "{0}: a change of credit is to be decided soon"),
			deal.Urge:     text("{0}:信用等级变更今日到期,请办结", "{0}: today is the last day to decide a change of credit"),
			deal.Superior: text("{0}:信用等级变更逾期未决,提请上级处理", "{0}: a change of credit was not decided in time and comes to the line above"),
		},
		deal.SupportTopic: {
			deal.Ask:      text("{0}:支持申请已获批,请您答复", "{0}: a support request was approved and waits for your answer"),
			deal.Remind:   text("{0}:支持申请待答复,请办理", "{0}: a support request waits for your answer"),
			deal.Urge:     text("{0}:支持申请到答复时限,请尽快答复", "{0}: a support request has reached its target: please answer at once"),
			deal.Superior: text("{0}:支持申请逾期未答复,提请上级处理", "{0}: a support request is overdue and comes to the line above"),
			deal.Reassign: text("{0}:支持申请长期未答复,现转请您答复", "{0}: a support request was left unanswered and now comes to you"),
		},
		deal.VisitPreparationTopic: {
			deal.Remind:   text("{0}:高层拜访临近,请做好准备", "{0}: an executive's visit is near: please prepare it"),
			deal.Urge:     text("{0}:高层拜访在即,请尽快准备", "{0}: an executive's visit is at hand: please prepare it at once"),
			deal.Superior: text("{0}:高层拜访未准备,提请上级处理", "{0}: an executive's visit is not prepared, which comes to the line above"),
		},
		deal.VisitResultTopic: {
			deal.Remind:   text("{0}:请登记高层拜访的结果", "{0}: please write down what the executive's visit brought"),
			deal.Urge:     text("{0}:高层拜访的结果尚未登记,请尽快登记", "{0}: the result of the executive's visit is overdue: please write it down at once"),
			deal.Superior: text("{0}:高层拜访的结果逾期未登记,提请上级处理", "{0}: the result of the executive's visit is overdue and comes to the line above"),
		},
		deal.VisitReviewTopic: {
			deal.Ask:      text("{0}:请对照目的复盘本次拜访", "{0}: please hold the visit against its aim"),
			deal.Remind:   text("{0}:拜访复盘将到期,请完成", "{0}: the review of the visit is due soon: please see to it"),
			deal.Urge:     text("{0}:拜访复盘已到期,请尽快完成", "{0}: the review of the visit is due: please see to it at once"),
			deal.Superior: text("{0}:拜访复盘逾期未做,提请上级处理", "{0}: the review of the visit is overdue and comes to the line above"),
		},
		deal.PlanRevisionTopic: {
			deal.Remind:   text("{0}:方案将到修订日期,请修订", "{0}: the plan is to be revised soon"),
			deal.Urge:     text("{0}:方案到修订日期,请修订", "{0}: the plan is due to be revised"),
			deal.Superior: text("{0}:方案逾期未修订,提请上级处理", "{0}: the revision of the plan is overdue and comes to the line above"),
		},
	}
}

func clockKinds() []deal.ClockKind {
	return []deal.ClockKind{deal.StepClock, deal.ApprovalClock, deal.FollowUpClock, deal.RecheckClock, deal.ResumeClock, deal.SpecialistClock}
}

// clocks name what runs out.
func clocks() map[deal.ClockKind]deal.Text {
	return map[deal.ClockKind]deal.Text{
		deal.StepClock:       text("步骤期限", "the deadline of the step"),
		deal.ApprovalClock:   text("审批期限", "the deadline of the request"),
		deal.FollowUpClock:   text("跟进", "the follow-up"),
		deal.RecheckClock:    text("复查", "the re-check"),
		deal.ResumeClock:     text("恢复", "the pause"),
		deal.SpecialistClock: text("接手步骤的答复期限", "the time to answer the offer of a step"),
	}
}

// rungs say how far it has run out.
func rungs() map[deal.RungName]deal.Text {
	return map[deal.RungName]deal.Text{
		deal.Ask:      text("已开始", "has begun"),
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
		deal.TakeStepTask:    text("{0}:请答复是否接手步骤", "{0}: say whether you take the step over"),
		deal.FollowUpTask:    text("{0}:按计划跟进客户", "{0}: take the next step with the customer"),
		deal.OverdueTask:     text("{0}:期限已过,请过问", "{0}: a deadline was missed, please look into it"),
		deal.ReassignTask:    text("{0}:无人办理,请改派", "{0}: nobody has decided, please reassign"),
		deal.RecheckTask:     text("{0}:复查归档客户", "{0}: look at the archived customer again"),

		deal.RenewAgreementTask: text("{0}:续签到期的协议", "{0}: renew the agreement that has ended"),
		deal.EvaluateTask:       text("{0}:提交效果评估报告", "{0}: file the evaluation report"),
		deal.RegradeTask:        text("{0}:重新评分定级", "{0}: score and grade anew"),
		deal.ServeTask:          text("{0}:执行计划内的服务", "{0}: render the planned service"),
		deal.SurveyTask:         text("{0}:进行满意度调查", "{0}: ask how satisfied the customer is"),
		deal.SupportTask:        text("{0}:答复支持申请", "{0}: answer a support request"),
		deal.PrepareVisitTask:   text("{0}:准备高层拜访", "{0}: prepare the executive's visit"),
		deal.VisitResultTask:    text("{0}:登记高层拜访结果", "{0}: write down what the executive's visit brought"),
		deal.VisitReviewTask:    text("{0}:对照目的复盘拜访", "{0}: hold the visit against its aim"),
		deal.RevisePlanTask:     text("{0}:修订方案", "{0}: revise the plan"),
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
		deal.TasksTakenOverKind:      text("代理人接手任务", "tasks went to a deputy"),
		deal.TasksGivenBackKind:      text("任务归还本人", "tasks came back to whom they are for"),
		deal.ApprovalWithdrawnKind:   text("撤回审批", "a request was withdrawn"),
		deal.ApprovalVoidedKind:      text("审批作废", "a request became void"),
		deal.FilingArbitratedKind:    text("仲裁备案冲突", "a conflict of filings was decided"),
		deal.TaskCompletedKind:       text("完成任务", "a task was done"),
		deal.RungReachedKind:         text("期限提醒", "a deadline reached a rung of its ladder"),
		deal.CycleCompletedKind:      text("闭环完成,客户归档", "the ring closed and the account rests"),
		deal.CycleOpenedKind:         text("开始二次开发", "the second development began"),
		deal.PlaybookMovedKind:       text("转到其他作战手册版本", "the account follows another version of its playbook"),
		deal.ParentSetKind:           text("变更所属家族", "the account got another place in its family"),
		deal.PromotedKind:            text("项目客户晋升为大客户", "a project customer became a key account"),
		deal.AgendaPlannedKind:       text("按记录安排到期事项", "the dates of records were planned"),
		deal.StepOfferedKind:         text("提请专员接手步骤", "a step was offered to a specialist"),
		deal.StepAnsweredKind:        text("专员答复", "the specialist answered"),
		deal.StepWithdrawnKind:       text("收回步骤", "a step was taken back from a specialist"),
		deal.HandedOverKind:          text("工作移交", "what hung on one person was handed over to another one"),
		deal.RecomputedKind:          text("按新日历重算期限", "the deadlines were placed anew with another calendar"),
	}
}

package catalogue

import (
	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

// Set is a closed set whose members need words of their own: identifiers are shared between sets (a visit is a step and a
// way to meet), what people call them is not.
type Set string

// Sets with labels.
const (
	Roles            Set = "role"
	BuyingRoles      Set = "buying_role"
	InteractionKinds Set = "interaction_kind"
	TaskStatuses     Set = "task_status"
	TaskKinds        Set = "task_kind"
	JobStates        Set = "job_state"
	BreachStates     Set = "breach_state"
	Subjects         Set = "subject"
	Likenesses       Set = "likeness" // why two customers look the same
	RowOutcomes      Set = "row_outcome"
	Scopes           Set = "scope"
	Erasures         Set = "erasure"
	LeaveKinds       Set = "leave_kind"
	HandoverStatuses Set = "handover_status"
	MoveStatuses     Set = "move_status"
	CaseOutcomes     Set = "case_outcome"
	ChannelNames     Set = "channel"
	DeliveryStates   Set = "delivery_state"
	SkipReasons      Set = "skip_reason" // why nothing was sent
	ReviewStatuses   Set = "review_status"
	BreachKinds      Set = "breach_kind"
	ActionStatuses   Set = "action_status"
)

// Label is what people call a member of a set; the identifier itself where nobody said.
func (c *Catalogue) Label(set Set, id, lang string) string {
	if t, ok := c.labels[set][id]; ok {
		return t.In(lang)
	}
	return id
}

func labels() map[Set]map[string]deal.Text {
	return map[Set]map[string]deal.Text{
		Roles: {
			string(deal.Collector): text("揽投员", "collector"), string(deal.Rep): text("营销员", "rep"), string(deal.Manager): text("站长/片区经理", "manager"),
			string(deal.Director): text("分管副总", "director"), string(deal.SalesOps): text("销售管理部", "sales ops"), string(deal.Finance): text("财务", "finance"),
			string(deal.Admin): text("管理员", "administrator"), string(deal.Auditor): text("审计", "auditor"),
		},
		BuyingRoles: {
			string(deal.UserRole): text("使用者", "user"), string(deal.GatekeeperRole): text("把关者", "gatekeeper"), string(deal.DeciderRole): text("决策者", "decider"),
			string(deal.InfluencerRole): text("影响者", "influencer"), string(deal.ChampionRole): text("支持者", "champion"),
		},
		InteractionKinds: {
			string(deal.VisitInteraction): text("拜访", "visit"), string(deal.CallInteraction): text("电话", "call"), string(deal.MeetInteraction): text("会议", "meeting"),
			string(deal.PlantTour): text("参观", "plant tour"), string(deal.Seminar): text("研讨会", "seminar"),
		},
		LeaveKinds: {
			string(deal.AnnualLeave): text("年休假", "annual"), string(deal.SickLeave): text("病假", "sick"), string(deal.PersonalLeave): text("事假", "personal"),
			string(deal.ParentalLeave): text("产假/陪产假", "parental"), string(deal.BusinessTrip): text("出差", "business trip"),
			string(deal.OtherLeave): text("其他", "other"),
		},
		HandoverStatuses: {
			"running": text("进行中", "running"), "done": text("已完成", "done"), "left": text("有未能移交的客户", "over, some not moved"),
			"dry_run": text("试算", "dry run"),
		},
		MoveStatuses: {
			"planned": text("待移交", "planned"), "moved": text("已移交", "moved"), "nothing": text("无需移交", "nothing to move"),
			"failed": text("未能移交", "could not be moved"),
		},
		TaskStatuses: {
			string(deal.TaskOpen): text("待办", "open"), string(deal.TaskDone): text("已完成", "done"), string(deal.TaskVoid): text("已失效", "void"),
		},
		BreachStates: {
			"found": text("待说明原因", "waits for a reason"), "reasoned": text("待决定", "waits for a decision"), "confirmed": text("已确认扣减", "deduction confirmed"),
			"waived": text("已免除", "waived"),
		},
		JobStates: {
			"waiting": text("等待执行", "waiting"), "running": text("执行中", "running"), "failed": text("失败,将重试", "failed, to be tried again"),
			"done": text("已完成", "done"),
		},
		TaskKinds: {
			string(deal.AssignOwnerTask): text("指派负责人", "assign an owner"), string(deal.IntakeTask): text("审核线索", "review a lead"),
			string(deal.ApproveTask): text("审批", "decide a request"), string(deal.FollowUpTask): text("跟进", "follow up"),
			string(deal.TakeStepTask): text("接手步骤", "take a step over"),
			string(deal.OverdueTask):  text("过问超期", "look into a missed deadline"), string(deal.ReassignTask): text("改派审批", "reassign a request"),
			string(deal.RecheckTask): text("复查", "re-check"), string(deal.RenewAgreementTask): text("续签协议", "renew an agreement"),
			string(deal.EvaluateTask): text("效果评估", "evaluate"), string(deal.RegradeTask): text("重新评级", "grade again"),
			string(deal.ServeTask): text("计划内服务", "planned service"), string(deal.SurveyTask): text("满意度调查", "satisfaction survey"),
			string(deal.QuotaReasonTask): text("说明缺少线索的原因", "state why leads are missing"), string(deal.QuotaDecisionTask): text("决定扣减", "decide a deduction"),
			string(deal.SupportTask): text("答复支持申请", "answer a support request"), string(deal.PrepareVisitTask): text("准备高层拜访", "prepare an executive's visit"),
			string(deal.VisitResultTask): text("登记高层拜访结果", "result of an executive's visit"), string(deal.VisitReviewTask): text("拜访复盘", "review a visit"),
			string(deal.RevisePlanTask): text("修订方案", "revise the plan"),
			string(deal.ReviewSignTask): text("主持月度评审", "hold a monthly review"), string(deal.ReviewReasonTask): text("说明违期原因", "explain missed deadlines"),
			string(deal.ReviewActionTask): text("评审行动项", "action of a review"),
		},
		Subjects: {
			string(deal.FormSubject): text("表单", "form"), string(deal.AccountSubject): text("客户", "account"), string(deal.RecordSubject): text("档案", "record"),
		},
		Likenesses: {
			"credit_code": text("统一社会信用代码相同", "same credit code"), "name": text("名称相同", "same name"), "phone": text("电话相同", "same phone"),
			"similar_name": text("名称相似", "similar name"),
		},
		RowOutcomes: {
			"opened": text("已建立", "opened"), "updated": text("已更新", "updated"), "unchanged": text("无变化", "unchanged"), "refused": text("未接收", "refused"),
			"would_open": text("将建立", "would be opened"), "would_change": text("将更新", "would be changed"),
		},
		ReviewStatuses: {
			string(review.Open): text("待签字", "open"), string(review.Signed): text("已签字", "signed"), string(review.Missing): text("未开", "missing"),
		},
		BreachKinds: {
			string(review.DeadlineBreach): text("步骤超期", "deadline missed"), string(review.ApprovalBreach): text("审批超期", "approval overdue"),
			string(review.HandoverBreach): text("线索移交迟到", "late handover"),
			string(review.QuotaBreached):  text("线索数量不足", "too few leads"),
		},
		ActionStatuses: {string(review.ActionOpen): text("未完成", "open"), string(review.ActionDone): text("已完成", "done")},
		CaseOutcomes: {
			string(deal.WonCase): text("赢单", "won"), string(deal.DoneCase): text("已完成", "completed"), string(deal.LostCase): text("丢单", "lost"),
		},
		ChannelNames: {
			string(view.MailChannel): text("邮件", "mail"), string(view.WeComChannel): text("企业微信", "WeCom"),
			string(view.DingTalkChannel): text("钉钉", "DingTalk"), string(view.FeishuChannel): text("飞书", "Feishu"),
			string(view.WebhookChannel): text("系统回调", "webhook"),
		},
		DeliveryStates: {
			string(view.DeliveryWaiting): text("等待发送", "waiting"), string(view.DeliveryAttempting): text("发送中", "under way"),
			string(view.DeliverySent): text("已送达渠道", "sent"), string(view.DeliveryParked): text("死信", "dead letter"),
			string(view.DeliverySkipped): text("未发送", "not sent"),
		},
		SkipReasons: {
			view.SkippedOff:     text("接收方已关闭该渠道或该类提醒", "the recipient has switched this off"),
			view.SkippedLeft:    text("接收人已停用,或 Webhook 已删除", "the person is not active any more, or the webhook is gone"),
			view.SkippedDropped: text("已由人工放弃", "a person dropped it"),
		},
		Scopes:   {"person": text("个人", "person"), "organisation": text("全单位", "organisation")},
		Erasures: {"requested": text("待第二人确认", "waits for a second person"), "done": text("已删除", "done")},
	}
}

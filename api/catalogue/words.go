package catalogue

import "closedloop/deal"

// words are the identifiers of closed sets as people say them, for the arguments of sentences (domain.md §1, §2).
func words() map[string]deal.Text {
	return map[string]deal.Text{
		string(deal.Collect):  text("客户信息收集", "collect"),
		string(deal.Screen):   text("客户信息筛选和启动走访计划", "screen"),
		string(deal.Survey):   text("客户调查", "survey"),
		string(deal.Analyse):  text("需求分析", "analyse"),
		string(deal.Plan):     text("制定方案", "plan"),
		string(deal.Visit):    text("拜访洽谈和二次公关", "visit"),
		string(deal.Trial):    text("试寄/样品试用", "trial"),
		string(deal.Sign):     text("协议签订", "sign"),
		string(deal.Maintain): text("客户维护和跟踪反馈", "maintain"),
		string(deal.Archive):  text("建立档案", "archive"),

		string(deal.Active):  text("进行中", "active"),
		string(deal.Paused):  text("已暂停", "paused"),
		string(deal.Resting): text("休眠", "resting"),
		string(deal.Closed):  text("已关闭", "closed"),

		string(deal.Filing):         text("立项备案", "filing"),
		string(deal.Proposal):       text("方案", "proposal"),
		string(deal.Contract):       text("合同", "contract"),
		string(deal.TrialWaiver):    text("免试用", "trial waiver"),
		string(deal.VetoLift):       text("解除否决项", "lift of a veto"),
		string(deal.GradeOverride):  text("等级特批", "override of the grade"),
		string(deal.CreditChange):   text("信用等级变更", "change of credit"),
		string(deal.ExecutiveVisit): text("高层拜访", "visit of an executive"),
		string(deal.SupportRequest): text("支持申请", "support request"),
		string(deal.Gift):           text("礼品与招待", "gift"),
		string(deal.Merger):         text("客户合并", "merger"),
		string(deal.Reopen):         text("重新启动", "reopen"),

		string(deal.Pending):    text("待定", "pending"),
		string(deal.Approved):   text("已通过", "approved"),
		string(deal.Rejected):   text("已否决", "rejected"),
		string(deal.SentBack):   text("已退回", "returned"),
		string(deal.Withdrawn):  text("已撤回", "withdrawn"),
		string(deal.VoidStatus): text("已作废", "void"),

		"draft":    text("草稿", "draft"),
		"open":     text("待答复", "open"),
		"answered": text("已答复", "answered"),

		string(deal.IntakeAccepted): text("已接收", "accepted"),
		string(deal.IntakeMerged):   text("已合并", "merged"),

		string(deal.AssignOwnerTask): text("指派负责人", "assign an owner"),
		string(deal.IntakeTask):      text("审核线索", "review of a lead"),
		string(deal.ApproveTask):     text("审批", "approval"),
		string(deal.TakeStepTask):    text("接手步骤", "taking a step over"),
		string(deal.FollowUpTask):    text("跟进", "follow-up"),
		string(deal.EvaluateTask):    text("效果评估", "evaluation"),
		string(deal.RegradeTask):     text("重新定级", "grading anew"),
		string(deal.SurveyTask):      text("满意度调查", "satisfaction survey"),
		string(deal.SupportTask):     text("答复支持申请", "answer to a support request"),
		string(deal.VisitResultTask): text("登记高层拜访结果", "result of an executive's visit"),
		string(deal.VisitReviewTask): text("拜访复盘", "review of a visit"),
		string(deal.RevisePlanTask):  text("修订方案", "revision of the plan"),

		string(deal.Subsidiary):      text("子公司", "subsidiary"),
		string(deal.ParallelProject): text("平行项目", "parallel project"),

		string(deal.System): text("系统", "the system"),
	}
}

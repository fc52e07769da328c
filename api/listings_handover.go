package api

import (
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

func handoverListing() listing {
	type T = handoverBody
	return listing{deal.Text{ZH: "工作移交", EN: "Handovers"}, []column{
		when("下达时间", "Ordered", func(h T) *time.Time { return &h.OrderedAt }),
		somebody("移交人", "From", func(h T) *personBody { return h.From }),
		somebody("下达人", "Ordered by", func(h T) *personBody { return h.By }),
		txt("原因", "Reason", func(h T) string { return h.Reason }),
		label("状态", "Status", catalogue.HandoverStatuses, func(h T) string { return string(h.Status) }),
		num("待移交", "Planned", func(h T) int64 { return int64(h.Planned) }),
		num("已移交", "Moved", func(h T) int64 { return int64(h.Moved) }),
		num("无需移交", "Nothing to move", func(h T) int64 { return int64(h.Nothing) }),
		num("未能移交", "Failed", func(h T) int64 { return int64(h.Failed) }),
		num("个人任务", "Personal tasks", func(h T) int64 { return int64(h.Tasks) }),
		num("结束的委托", "Delegations ended", func(h T) int64 { return int64(h.Delegations) }),
		yes("离任", "Leaves", func(h T) bool { return h.Deactivate }),
		when("完成时间", "Finished", func(h T) *time.Time { return h.FinishedAt }),
		txt("ID", "ID", func(h T) string { return h.ID }),
	}}
}

func handoverMoveListing() listing {
	type T = handoverMoveBody
	return listing{deal.Text{ZH: "移交明细", EN: "Handover by account"}, []column{
		txt("客户编号", "Account number", func(m T) string { return m.Account.Number }),
		txt("客户名称", "Account", func(m T) string { return m.Account.Name }),
		somebody("接手人", "To", func(m T) *personBody { return m.To }),
		label("状态", "Status", catalogue.MoveStatuses, func(m T) string { return string(m.Status) }),
		yes("负责人", "Owner", func(m T) bool { return m.Holds.Owner }),
		yes("线索收集", "Collects", func(m T) bool { return m.Holds.Collects }),
		num("任务", "Tasks", func(m T) int64 { return int64(m.Holds.Tasks) }),
		num("申请", "Requests", func(m T) int64 { return int64(m.Holds.Requests) }),
		num("待审批", "Seats", func(m T) int64 { return int64(m.Holds.Seats) }),
		num("到期事项", "Dates", func(m T) int64 { return int64(m.Holds.Dates) }),
		num("专员步骤", "Steps", func(m T) int64 { return int64(m.Holds.Steps) }),
		num("轮次", "Round", func(m T) int64 { return int64(m.Round) }),
		num("尝试次数", "Attempts", func(m T) int64 { return int64(m.Attempts) }),
		num("事件序号", "Event", func(m T) int64 { return m.Seq }),
		when("移交时间", "Moved", func(m T) *time.Time { return m.MovedAt }),
		txt("原因", "Reasons", func(m T) string {
			return strings.Join(mapped(m.Reasons, func(p ProblemItem) string { return p.Detail }), "; ")
		}),
		txt("客户 ID", "Account ID", func(m T) string { return m.Account.ID }),
	}}
}

func specialistListing() listing {
	type T = specialistBody
	return listing{deal.Text{ZH: "步骤专员", EN: "Specialists"}, []column{
		said("步骤", "Step", func(s T) string { return string(s.Step) }),
		somebody("专员", "Specialist", func(s T) *personBody { return s.Person }),
		yes("已接手", "Accepted", func(s T) bool { return s.Accepted }),
		somebody("提请人", "Offered by", func(s T) *personBody { return s.By }),
		when("提请时间", "Offered", func(s T) *time.Time { return &s.OfferedAt }),
		when("答复期限", "Answer by", func(s T) *time.Time { return s.AnswerBy }),
		when("接手时间", "Accepted at", func(s T) *time.Time { return s.AcceptedAt }),
		txt("说明", "Note", func(s T) string { return s.Note }),
		txt("ID", "ID", func(s T) string { return s.ID }),
	}}
}

package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/table"
)

// listings are the columns of every list, by the type of its items. Lists of records have theirs in listings_dossier.go.
func listings() map[reflect.Type]listing {
	return map[reflect.Type]listing{
		reflect.TypeFor[accountItem]():        accountListing(),
		reflect.TypeFor[contactBody]():        contactListing(),
		reflect.TypeFor[interactionBody]():    interactionListing(),
		reflect.TypeFor[timelineItem]():       timelineListing(),
		reflect.TypeFor[approvalBody]():       approvalListing(),
		reflect.TypeFor[taskBody]():           taskListing(),
		reflect.TypeFor[centreRequest]():      supportListing(),
		reflect.TypeFor[noticeBody]():         noticeListing(),
		reflect.TypeFor[comingBody]():         comingListing(),
		reflect.TypeFor[delegationBody]():     delegationListing(),
		reflect.TypeFor[leaveBody]():          leaveListing(),
		reflect.TypeFor[personBody]():         personListing(),
		reflect.TypeFor[handoverBody]():       handoverListing(),
		reflect.TypeFor[specialistBody]():     specialistListing(),
		reflect.TypeFor[handoverMoveBody]():   handoverMoveListing(),
		reflect.TypeFor[deliveryBody]():       deliveryListing(),
		reflect.TypeFor[webhookBody]():        webhookListing(),
		reflect.TypeFor[teamBody]():           teamListing(),
		reflect.TypeFor[duplicateBody]():      duplicateListing(),
		reflect.TypeFor[importRowBody]():      importRowListing(),
		reflect.TypeFor[mappingBody]():        mappingListing(),
		reflect.TypeFor[editionBody]():        editionListing(),
		reflect.TypeFor[erasureBody]():        erasureListing(),
		reflect.TypeFor[caseBody]():           caseListing(),
		reflect.TypeFor[reviewItem]():         reviewListing(),
		reflect.TypeFor[reviewLineBody]():     reviewLineListing(),
		reflect.TypeFor[reviewBreachBody]():   reviewBreachListing(),
		reflect.TypeFor[reviewActionBody]():   reviewActionListing(),
		reflect.TypeFor[calendarChangeBody](): calendarListing(),
		reflect.TypeFor[jobRunBody]():         jobListing(),
		reflect.TypeFor[jobBody]():            jobKindListing(),
		reflect.TypeFor[breachBody]():         breachListing(),
		reflect.TypeFor[bulletinBody]():       bulletinListing(),
		reflect.TypeFor[quotaLineBody]():      boardListing(),
		reflect.TypeFor[any]():                playbookListing(),
	}
}

func accountListing() listing {
	type T = accountItem
	return listing{deal.Text{ZH: "客户", EN: "Accounts"}, []column{
		txt("编号", "Number", func(i T) string { return i.Number }),
		txt("客户名称", "Name", func(i T) string { return i.Name }),
		txt("区域", "Territory", func(i T) string { return i.Territory }),
		said("步骤", "Step", func(i T) string { return string(i.Step) }),
		said("状态", "Status", func(i T) string { return string(i.Status) }),
		num("轮次", "Cycle", func(i T) int64 { return int64(i.Cycle) }),
		num("遍次", "Pass", func(i T) int64 { return int64(i.Pass) }),
		txt("等级", "Grade", func(i T) string { return i.Grade }),
		somebody("负责人", "Owner", func(i T) *personBody { return i.Owner }),
		txt("团队", "Team", func(i T) string {
			if i.Team == nil {
				return ""
			}
			return i.Team.Name
		}),
		when("期限", "Deadline", func(i T) *time.Time { return i.Deadline }),
		yes("超期", "Overdue", func(i T) bool { return i.Overdue }),
		when("下次跟进", "Next follow-up", func(i T) *time.Time { return i.NextFollowUp }),
		yes("移交迟到", "Late handover", func(i T) bool { return i.Late }),
		when("建立时间", "Opened", func(i T) *time.Time { return &i.OpenedAt }),
		when("进入本步骤", "Entered the step", func(i T) *time.Time { return &i.EnteredAt }),
		when("最近变更", "Last change", func(i T) *time.Time { return &i.UpdatedAt }),
		txt("家族成员数", "Members of the family", familySum(func(f rollUpBody) int { return f.Members })),
		txt("家族进行中", "Active members", familySum(func(f rollUpBody) int { return f.Active })),
		txt("家族超期", "Overdue members", familySum(func(f rollUpBody) int { return f.Overdue })),
		when("家族最近期限", "Next deadline of the family", func(i T) *time.Time {
			if i.Family == nil {
				return nil
			}
			return i.Family.NextDeadline
		}),
		txt("ID", "ID", func(i T) string { return i.ID }),
	}}
}

// familySum is a sum over a family; empty where the list is not rolled up.
func familySum(of func(rollUpBody) int) func(accountItem) string {
	return func(i accountItem) string {
		if i.Family == nil {
			return ""
		}
		return strconv.Itoa(of(*i.Family))
	}
}

// belonging names the account to which something belongs that is not the list's own.
func belonging(ref *accountRef) string {
	if ref == nil {
		return ""
	}
	return ref.Number
}

func contactListing() listing {
	type T = contactBody
	return listing{deal.Text{ZH: "联系人", EN: "Contacts"}, []column{
		txt("姓名", "Name", func(c T) string { return c.Name }),
		txt("职务", "Title", func(c T) string { return c.Title }),
		label("采购角色", "Buying role", catalogue.BuyingRoles, func(c T) string { return string(c.Role) }),
		txt("手机", "Mobile", func(c T) string { return c.Mobile }),
		txt("电话", "Phone", func(c T) string { return c.Phone }),
		yes("可拨打", "Can be dialled", func(c T) bool { return c.PhoneValid }),
		txt("备注", "Note", func(c T) string { return c.Note }),
		txt("所属客户", "Belongs to", func(c T) string { return belonging(c.SharedFrom) }),
		txt("ID", "ID", func(c T) string { return c.ID }),
	}}
}

func interactionListing() listing {
	type T = interactionBody
	return listing{deal.Text{ZH: "拜访沟通", EN: "Interactions"}, []column{
		when("时间", "At", func(i T) *time.Time { return &i.At }),
		label("方式", "Kind", catalogue.InteractionKinds, func(i T) string { return string(i.Kind) }),
		num("轮次", "Cycle", func(i T) int64 { return int64(i.Cycle) }),
		said("步骤", "Step", func(i T) string { return string(i.Step) }),
		num("遍次", "Pass", func(i T) int64 { return int64(i.Pass) }),
		somebody("记录人", "By", func(i T) *personBody { return i.By }),
		num("参加的联系人数", "Contacts met", func(i T) int64 { return int64(len(i.With)) }),
		txt("目的", "Aim", func(i T) string { return i.Aim }),
		txt("结果", "Result", func(i T) string { return i.Result }),
		txt("意向", "Intent", func(i T) string { return numberOr(i.Intent) }),
		txt("下一步", "Next step", func(i T) string { return i.NextStep }),
		when("下一步时间", "Next at", func(i T) *time.Time { return i.NextAt }),
		txt("所属客户", "Account", func(i T) string { return belonging(i.Account) }),
		txt("ID", "ID", func(i T) string { return i.ID }),
	}}
}

// numberOr is a number as people read it, and nothing where there is none.
func numberOr(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// event leaves the cell of a line of the timeline empty that is no event.
func event(c column) column {
	return column{c.title, func(l look, item any) table.Cell {
		if i, ok := item.(timelineItem); ok && i.note != nil {
			return table.Cell{}
		}
		return c.cell(l, item)
	}}
}

func timelineListing() listing {
	type T = timelineItem
	return listing{deal.Text{ZH: "历程", EN: "Timeline"}, []column{
		event(num("序号", "Seq", func(i T) int64 { return i.Seq })),
		when("时间", "At", func(i T) *time.Time { return &i.At }),
		event(num("轮次", "Cycle", func(i T) int64 { return int64(i.Cycle) })),
		event(said("步骤", "Step", func(i T) string { return string(i.Step) })),
		col("事件", "Event", func(l look, i T) table.Cell {
			if i.note != nil {
				return table.Text(deal.Text{ZH: "导入的跟进记录", EN: "Imported note"}.In(l.lang))
			}
			return table.Text(i.Text)
		}),
		txt("操作人", "Actor", func(i T) string {
			switch {
			case i.note != nil:
				return i.note.By
			case i.Actor != nil:
				return i.Actor.Name
			}
			return ""
		}),
		txt("所属客户", "Account", func(i T) string { return belonging(i.Account) }),
		txt("内容", "Content", func(i T) string {
			raw, err := json.Marshal(i.Data)
			if err != nil || len(i.Data) == 0 {
				return ""
			}
			return string(raw)
		}),
		txt("类型", "Kind", func(i T) string { return i.Kind }),
	}}
}

func approvalListing() listing {
	type T = approvalBody
	account := func(f func(accountRef) string) func(T) string {
		return func(a T) string {
			if a.Account == nil {
				return ""
			}
			return f(*a.Account)
		}
	}
	return listing{deal.Text{ZH: "审批", EN: "Approvals"}, []column{
		txt("客户编号", "Account number", account(func(r accountRef) string { return r.Number })),
		txt("客户名称", "Account", account(func(r accountRef) string { return r.Name })),
		said("类型", "Kind", func(a T) string { return string(a.Kind) }),
		said("状态", "Status", func(a T) string { return string(a.Status) }),
		somebody("申请人", "Requester", func(a T) *personBody { return a.Requester }),
		when("申请时间", "Requested", func(a T) *time.Time { return &a.RequestedAt }),
		label("审批对象", "Subject", catalogue.Subjects, func(a T) string { return string(a.Subject.Type) }),
		said("对象标识", "Subject ID", func(a T) string { return a.Subject.ID }),
		num("对象版本", "Subject version", func(a T) int64 { return a.Subject.Version }),
		col("金额", "Amount", func(_ look, a T) table.Cell { return table.Decimal(a.Amount) }),
		txt("币种", "Currency", func(a T) string { return a.Currency }),
		txt("说明", "Text", func(a T) string { return a.Text }),
		num("当前级别", "Level", func(a T) int64 { return int64(a.Level) }),
		num("级别数", "Levels", func(a T) int64 { return int64(len(a.Levels)) }),
		txt("等待", "Waiting for", func(a T) string { return names(a.WaitingFor) }),
		when("办结时间", "Closed", func(a T) *time.Time { return a.ClosedAt }),
		txt("ID", "ID", func(a T) string { return a.ID }),
	}}
}

func taskListing() listing {
	type T = taskBody
	return listing{deal.Text{ZH: "任务", EN: "Tasks"}, []column{
		txt("任务", "Task", func(t T) string { return t.Text }),
		txt("客户编号", "Account number", func(t T) string { return t.Account.number() }),
		txt("客户名称", "Account", func(t T) string { return t.Account.name() }),
		label("类型", "Kind", catalogue.TaskKinds, func(t T) string { return t.Kind }),
		label("状态", "Status", catalogue.TaskStatuses, func(t T) string { return string(t.Status) }),
		somebody("责任人", "Assignee", func(t T) *personBody { return t.Assignee }),
		somebody("代理人", "Deputy", func(t T) *personBody { return t.Deputy }),
		when("期限", "Due", func(t T) *time.Time { return t.Due }),
		when("建立时间", "Opened", func(t T) *time.Time { return &t.OpenedAt }),
		when("完成时间", "Closed", func(t T) *time.Time { return t.ClosedAt }),
		somebody("完成人", "Closed by", func(t T) *personBody { return t.ClosedBy }),
		txt("事由", "About", func(t T) string { return t.Ref }),
		txt("ID", "ID", func(t T) string { return t.ID }),
	}}
}

func jobListing() listing {
	type T = jobRunBody
	return listing{deal.Text{ZH: "自动作业", EN: "Jobs"}, []column{
		txt("作业", "Job", func(r T) string { return r.Job }),
		txt("周期", "Period", func(r T) string { return r.Period }),
		label("状态", "State", catalogue.JobStates, func(r T) string { return r.State }),
		when("开始时间", "Started", func(r T) *time.Time { return r.StartedAt }),
		when("完成时间", "Finished", func(r T) *time.Time { return r.FinishedAt }),
		num("次数", "Attempts", func(r T) int64 { return int64(r.Attempts) }),
		txt("错误", "Error", func(r T) string { return r.Error }),
	}}
}

func noticeListing() listing {
	type T = noticeBody
	return listing{deal.Text{ZH: "通知", EN: "Notifications"}, []column{
		when("时间", "At", func(n T) *time.Time { return &n.At }),
		txt("内容", "Text", func(n T) string { return n.Text }),
		txt("客户编号", "Account number", func(n T) string { return n.Account.number() }),
		txt("客户名称", "Account", func(n T) string { return n.Account.name() }),
		when("期限", "Due", func(n T) *time.Time { return n.Due }),
		when("已读时间", "Read", func(n T) *time.Time { return n.ReadAt }),
		txt("事由", "About", func(n T) string { return n.Ref }),
		txt("类型", "Kind", func(n T) string { return n.Kind }),
		txt("ID", "ID", func(n T) string { return n.ID }),
	}}
}

func jobKindListing() listing {
	type T = jobBody
	return listing{deal.Text{ZH: "作业", EN: "Jobs"}, []column{
		txt("作业", "Job", func(j T) string { return j.Name }),
		txt("状态", "State", func(j T) string { return j.State }),
		txt("已完成至", "Done up to", func(j T) string { return j.Done }),
		num("未完成周期数", "Periods missed", func(j T) int64 { return int64(len(j.Missed)) }),
		txt("下一周期", "Next period", func(j T) string { return j.Next }),
		when("可执行时间", "From", func(j T) *time.Time { return &j.NextAt }),
	}}
}

func comingListing() listing {
	type T = comingBody
	return listing{deal.Text{ZH: "将到期", EN: "Upcoming"}, []column{
		when("时间", "At", func(c T) *time.Time { return &c.At }),
		txt("内容", "Text", func(c T) string { return c.Text }),
		txt("客户编号", "Account number", func(c T) string { return c.Account.number() }),
		txt("客户名称", "Account", func(c T) string { return c.Account.name() }),
		when("期限", "Due", func(c T) *time.Time { return c.Due }),
		txt("通知", "To", func(c T) string { return names(c.To) }),
		yes("暂定", "Provisional", func(c T) bool { return c.Provisional }),
		txt("时钟", "Clock", func(c T) string { return c.Clock }),
		txt("级", "Rung", func(c T) string { return c.Rung }),
	}}
}

func duplicateListing() listing {
	type T = duplicateBody
	return listing{deal.Text{ZH: "重复客户", EN: "Duplicates"}, []column{
		label("依据", "Reason", catalogue.Likenesses, func(d T) string { return d.Reason }),
		num("相似度(%)", "Similarity (%)", func(d T) int64 { return int64(d.Similarity) }),
		somebody("请询问", "Ask", func(d T) *personBody { return d.Ask }),
		txt("团队", "Team", func(d T) string { return d.Team }),
		txt("客户ID", "Account ID", func(d T) string { return d.Account }),
	}}
}

func importRowListing() listing {
	type T = importRowBody
	return listing{deal.Text{ZH: "导入结果", EN: "Import rows"}, []column{
		num("行", "Row", func(r T) int64 { return int64(r.Row) }),
		label("结果", "Result", catalogue.RowOutcomes, func(r T) string { return r.Status }),
		txt("客户编号", "Account number", func(r T) string {
			if r.Account == nil {
				return ""
			}
			return r.Account.Number
		}),
		txt("客户名称", "Account", func(r T) string {
			if r.Account == nil {
				return ""
			}
			return r.Account.Name
		}),
		txt("变更", "Changes", func(r T) string {
			return strings.Join(mapped(r.Changes, func(c importChangeBody) string { return c.Column + ": " + c.From + " → " + c.To }), "\n")
		}),
		txt("问题", "Problems", func(r T) string {
			return strings.Join(mapped(r.Problems, func(p importProblemBody) string { return p.Cell + " " + p.Column + ": " + p.Text }), "\n")
		}),
	}}
}

func mappingListing() listing {
	type T = mappingBody
	return listing{deal.Text{ZH: "列映射", EN: "Column mappings"}, []column{
		txt("列名", "Header", func(m T) string { return m.Header }),
		txt("字段", "Field", func(m T) string { return m.Field }),
		label("范围", "Scope", catalogue.Scopes, func(m T) string { return m.Scope }),
		somebody("设定人", "By", func(m T) *personBody { return m.By }),
		when("设定时间", "At", func(m T) *time.Time { return &m.At }),
		txt("ID", "ID", func(m T) string { return m.ID }),
	}}
}

func editionListing() listing {
	type T = editionBody
	return listing{deal.Text{ZH: "作战手册版本", EN: "Playbook versions"}, []column{
		txt("名称", "Name", func(e T) string { return e.Name }),
		num("版本", "Version", func(e T) int64 { return int64(e.Version) }),
		yes("最新", "Newest", func(e T) bool { return e.Newest }),
		yes("可用", "Usable", func(e T) bool { return e.Usable }),
		yes("在线安装", "Installed while running", func(e T) bool { return e.Installed }),
		somebody("安装人", "Installed by", func(e T) *personBody { return e.InstalledBy }),
		when("安装时间", "Installed", func(e T) *time.Time { return e.InstalledAt }),
		when("存入时间", "Stored", func(e T) *time.Time { return e.StoredAt }),
		txt("问题", "Faults", func(e T) string {
			return strings.Join(mapped(e.Faults, func(f editionFaultBody) string { return fmt.Sprintf("%d: %s", f.Line, f.Reason) }), "\n")
		}),
		txt("校验和", "Checksum", func(e T) string { return e.Checksum }),
	}}
}

func calendarListing() listing {
	type T = calendarChangeBody
	return listing{deal.Text{ZH: "日历变更", EN: "Calendar changes"}, []column{
		txt("部分", "Part", func(c T) string { return c.Part }),
		num("修订", "Revision", func(c T) int64 { return c.Revision }),
		somebody("修改人", "Changed by", func(c T) *personBody { return c.ChangedBy }),
		when("修改时间", "Changed", func(c T) *time.Time { return &c.ChangedAt }),
		txt("内容", "Document", func(c T) string { return string(c.Document) }),
	}}
}

func erasureListing() listing {
	type T = erasureBody
	return listing{deal.Text{ZH: "删除个人信息", EN: "Erasures"}, []column{
		txt("联系人ID", "Contact ID", func(e T) string { return e.Contact }),
		label("状态", "Status", catalogue.Erasures, func(e T) string { return e.Status }),
		txt("原因", "Reason", func(e T) string { return e.Reason }),
		somebody("申请人", "Requested by", func(e T) *personBody { return e.RequestedBy }),
		when("申请时间", "Requested", func(e T) *time.Time { return &e.RequestedAt }),
		somebody("执行人", "Done by", func(e T) *personBody { return e.DoneBy }),
		when("执行时间", "Done", func(e T) *time.Time { return e.DoneAt }),
		num("涉及记录", "Records", func(e T) int64 { return int64(e.Records) }),
		num("涉及文字", "Texts", func(e T) int64 { return int64(e.Texts) }),
	}}
}

// playbookListing shows the heads of playbooks; what is in them is no table.
func playbookListing() listing {
	field := func(name string) func(look, any) table.Cell {
		return func(l look, v any) table.Cell {
			raw, err := json.Marshal(v)
			var object map[string]any
			if err != nil || json.Unmarshal(raw, &object) != nil {
				return table.Cell{}
			}
			switch found := object[name].(type) {
			case float64:
				return table.Whole(int64(found))
			case string:
				return table.Text(found)
			case map[string]any:
				said, _ := found[l.lang].(string)
				return table.Text(said)
			}
			return table.Cell{}
		}
	}
	return listing{deal.Text{ZH: "作战手册", EN: "Playbooks"}, []column{
		{deal.Text{ZH: "名称", EN: "Name"}, field("name")},
		{deal.Text{ZH: "版本", EN: "Version"}, field("version")},
		{deal.Text{ZH: "标题", EN: "Title"}, field("title")},
	}}
}

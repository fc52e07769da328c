package api

import (
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/table"
)

// The columns of lists of people: who there is, where they belong, who is away and who stands in.

func delegationListing() listing {
	type T = delegationBody
	return listing{deal.Text{ZH: "代理", EN: "Delegations"}, []column{
		somebody("委托人", "From", func(d T) *personBody { return d.From }),
		somebody("代理人", "To", func(d T) *personBody { return d.To }),
		when("开始", "Since", func(d T) *time.Time { return &d.Since }),
		when("结束(不含)", "Until", func(d T) *time.Time { return &d.Until }),
		txt("ID", "ID", func(d T) string { return d.ID }),
	}}
}

func leaveListing() listing {
	type T = leaveBody
	return listing{deal.Text{ZH: "休假", EN: "Leave"}, []column{
		somebody("人员", "Person", func(l T) *personBody { return l.Person }),
		txt("第一天", "First day", func(l T) string { return l.FirstDay }),
		txt("最后一天", "Last day", func(l T) string { return l.LastDay }),
		label("类型", "Kind", catalogue.LeaveKinds, func(l T) string { return string(l.Kind) }),
		somebody("代理人", "Deputy", func(l T) *personBody { return l.Deputy }),
		txt("备注", "Note", func(l T) string { return l.Note }),
		somebody("登记人", "Created by", func(l T) *personBody { return l.CreatedBy }),
		when("登记时间", "Created at", func(l T) *time.Time { return &l.CreatedAt }),
		when("提前结束于", "Ended at", func(l T) *time.Time { return l.EndedAt }),
		txt("ID", "ID", func(l T) string { return l.ID }),
	}}
}

func personListing() listing {
	type T = personBody
	return listing{deal.Text{ZH: "人员", EN: "Users"}, []column{
		txt("姓名", "Name", func(p T) string { return p.Name }),
		txt("登录名", "Login", func(p T) string { return p.Login }),
		label("角色", "Role", catalogue.Roles, func(p T) string { return string(p.Role) }),
		col("团队", "Team", func(l look, p T) table.Cell {
			team, _ := l.org.Team(deal.TeamID(p.Team))
			return table.Text(team.Name)
		}),
		yes("在用", "Active", func(p T) bool { return p.Active }),
		txt("ID", "ID", func(p T) string { return p.ID }),
	}}
}

func teamListing() listing {
	type T = teamBody
	return listing{deal.Text{ZH: "团队", EN: "Teams"}, []column{
		txt("名称", "Name", func(t T) string { return t.Name }),
		col("上级", "Area", func(l look, t T) table.Cell {
			area, _ := l.org.Team(deal.TeamID(t.Parent))
			return table.Text(area.Name)
		}),
		somebody("负责人", "Lead", func(t T) *personBody { return t.Lead }),
		txt("ID", "ID", func(t T) string { return t.ID }),
	}}
}

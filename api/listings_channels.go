package api

import (
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

func deliveryListing() listing {
	type T = deliveryBody
	return listing{deal.Text{ZH: "投递记录", EN: "Deliveries"}, []column{
		when("时间", "At", func(d T) *time.Time { return &d.At }),
		txt("内容", "Text", func(d T) string { return d.Text }),
		label("渠道", "Channel", catalogue.ChannelNames, func(d T) string { return string(d.Channel) }),
		somebody("收件人", "Recipient", func(d T) *personBody { return d.Recipient }),
		txt("Webhook", "Webhook", func(d T) string { return d.Webhook }),
		txt("客户编号", "Account", func(d T) string { return d.Account }),
		label("状态", "Status", catalogue.DeliveryStates, func(d T) string { return string(d.Status) }),
		when("下次尝试", "Next attempt", func(d T) *time.Time { return d.Next }),
		num("尝试次数", "Attempts", func(d T) int64 { return int64(d.Attempts) }),
		num("失败次数", "Failures", func(d T) int64 { return int64(d.Failures) }),
		when("结束时间", "Ended", func(d T) *time.Time { return d.EndedAt }),
		txt("原因", "Reason", func(d T) string { return d.ReasonText }),
		txt("渠道应答", "What the channel said", func(d T) string { return d.Detail }),
		somebody("处理人", "Handled by", func(d T) *personBody { return d.HandledBy }),
		when("处理时间", "Handled at", func(d T) *time.Time { return d.HandledAt }),
		txt("ID", "ID", func(d T) string { return d.ID }),
	}}
}

func webhookListing() listing {
	type T = webhookBody
	return listing{deal.Text{ZH: "Webhook", EN: "Webhooks"}, []column{
		txt("地址", "Address", func(w T) string { return w.URL }),
		txt("备注", "Note", func(w T) string { return w.Note }),
		txt("提醒种类", "Kinds", func(w T) string { return strings.Join(w.Kinds, " ") }),
		yes("启用", "Active", func(w T) bool { return w.Active }),
		txt("停用原因", "Stopped", func(w T) string { return w.Stopped }),
		somebody("建立人", "Created by", func(w T) *personBody { return w.CreatedBy }),
		when("建立时间", "Created at", func(w T) *time.Time { return &w.CreatedAt }),
		somebody("修改人", "Changed by", func(w T) *personBody { return w.ChangedBy }),
		when("修改时间", "Changed at", func(w T) *time.Time { return &w.ChangedAt }),
		txt("ID", "ID", func(w T) string { return w.ID }),
	}}
}

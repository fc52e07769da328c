package catalogue

import (
	"net/http"

	"closedloop/deal"
)

// titles are the short summaries of kinds of problems, by status.
func titles() map[int]deal.Text {
	return map[int]deal.Text{
		http.StatusBadRequest:                  text("无法理解请求", "The request cannot be understood"),
		http.StatusUnauthorized:                text("需要登录", "Who are you?"),
		http.StatusForbidden:                   text("无权操作", "Not your role"),
		http.StatusNotFound:                    text("未找到", "Not found"),
		http.StatusMethodNotAllowed:            text("方法不受支持", "Method not allowed"),
		http.StatusNotAcceptable:               text("格式不受支持", "Not acceptable"),
		http.StatusRequestTimeout:              text("请求超时", "Request timeout"),
		http.StatusConflict:                    text("当前状态不允许", "The present state refuses this"),
		http.StatusPreconditionFailed:          text("内容已被修改", "Changed since you read it"),
		http.StatusRequestEntityTooLarge:       text("内容过大", "Too large"),
		http.StatusRequestURITooLong:           text("地址过长", "Address too long"),
		http.StatusUnsupportedMediaType:        text("类型不受支持", "Unsupported media type"),
		http.StatusUnprocessableEntity:         text("内容不正确", "Wrong content"),
		http.StatusPreconditionRequired:        text("缺少版本", "Version required"),
		http.StatusTooManyRequests:             text("请求过多", "Too many requests"),
		http.StatusRequestHeaderFieldsTooLarge: text("请求头过大", "Headers too large"),
		http.StatusInternalServerError:         text("系统错误", "Our fault"),
		http.StatusServiceUnavailable:          text("暂时不可用", "Try again"),
	}
}

// special are titles of codes that deserve one of their own.
func special() map[string]deal.Text {
	return map[string]deal.Text{
		string(deal.CodeGateUnmet): text("出口条件未满足", "Conditions are not met"),
		string(deal.CodeKeyReused): text("Idempotency-Key 重复使用", "Idempotency-Key reused"),
		OutcomeUnknown:             text("结果未知", "Outcome unknown"),
		CrossSite:                  text("跨站请求", "Cross-site request"),
	}
}

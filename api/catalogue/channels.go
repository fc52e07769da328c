package catalogue

// Codes about the ways out of the house.
const (
	ChannelNotSetUp   = "channel_not_set_up"  // the configuration does not know it
	InvalidAddress    = "invalid_address"     // no address that mail can be sent to
	AddressNotAllowed = "address_not_allowed" // not one of the organisation's domains
	InvalidMention    = "invalid_mention"     // not one person's ID
	InvalidTime       = "invalid_time"        // not a time such as 08:30
	UnknownKind       = "unknown_kind"        // no such kind of notice
	EndpointRefused   = "endpoint_refused"    // an address that is not called
	NotADeadLetter    = "not_a_dead_letter"   // nothing waits for a person's decision
	ReplayRange       = "replay_range"        // neither a stretch of time nor a delivery
	SecretLost        = "secret_lost"         // nothing can be signed: the house key is another one
)

func channels() map[string]Entry {
	return map[string]Entry{
		ChannelNotSetUp: {
			text("该渠道[({0})]尚未配置", "this channel[, {0},] is not set up here"),
			text("请管理员在配置文件的 channels 部分设置", "an administrator sets it up in the section channels of the configuration"),
		},
		InvalidAddress: {
			text("不是可用的邮件地址", "mail cannot be sent to this address"),
			text("填写如 name@example.com 的地址", "send one such as name@example.com"),
		},
		AddressNotAllowed: {
			text("只能填写本单位域名的邮件地址", "mail goes to the organisation's own domains only"),
			text("使用单位邮箱,或请管理员调整 channels.mail.domains", "use your address at work, or ask an administrator about channels.mail.domains"),
		},
		InvalidMention: {
			text("不是单个成员的 ID", "this is not one person's ID"),
			text("填写该渠道中您的用户 ID;不能提醒所有人", "send your user ID in that service; nobody calls everybody"),
		},
		InvalidTime: {
			text("不是有效的时间", "this is no time of day"),
			text("填写如 08:30 的时、分;免打扰须同时填写起止时间", "send hours and minutes such as 08:30; quiet hours have both ends"),
		},
		UnknownKind: {
			text("没有这种提醒[:{0}]", "there is no such kind of notice[: {0}]"),
			text("kind 的取值见 GET /notifications", "the kinds are those of GET /notifications"),
		},
		EndpointRefused: {
			text("不会访问该地址", "this address is not called"), // the hint has every rule; which one it was, Go tells in English
			text("使用公网 https 地址,不含用户名和片段;内网地址须由管理员在 channels.http 中允许",
				"use a public https address without user and fragment; an administrator can allow networks and ports in channels.http"),
		},
		NotADeadLetter: {
			text("该消息不在待处理的死信中[,当前状态:{0}]", "this is no dead letter[; it is {0}]"),
			text("只有状态为 parked 的可以重发或放弃", "only what is parked can be sent again or dropped"),
		},
		SecretLost: {
			text("该 webhook 的密钥已无法读取", "the secret of this webhook cannot be read any more"),
			text("用 POST /webhooks/{id}/secret 生成新密钥,它会随即恢复", "make a new one with POST /webhooks/{id}/secret, which sets it going again"),
		},
		ReplayRange: {
			text("请给出起止时间,或一条投递记录", "a replay needs from and to, or one delivery"),
			text("只选其一;时间跨度不超过 30 天", "send one of both; the time spans 30 days at most"),
		},
	}
}

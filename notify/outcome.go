package notify

import (
	"time"

	"closedloop/deal"
)

// Class says what an attempt came to.
type Class string

// The classes of outcomes.
const (
	Delivered Class = "delivered" // the channel took it
	Held      Class = "held"      // not attempted: our own pace; no failure, try again at NotBefore
	Retry     Class = "retry"     // failed, another attempt may succeed
	Permanent Class = "permanent" // failed, no attempt will succeed: a dead letter
	Gone      Class = "gone"      // failed, and the endpoint says that it is no more: disable it
)

// Outcome is what is known after an attempt.
type Outcome struct {
	Class     Class
	Reason    Reason    // why it was not delivered; empty when it was
	NotBefore time.Time // the channel asked to be left alone until then; zero if it did not
	Unsure    bool      // the message may have arrived nevertheless: the answer was lost
	Detail    string    // what the channel said, for the delivery log: one line, without secrets
}

// Reason is the stable code of why a message was not delivered.
type Reason string

// The reasons.
const (
	ReasonPace           Reason = "pace"            // our own limit for the bot
	ReasonRateLimited    Reason = "rate_limited"    // the channel's limit
	ReasonBusy           Reason = "channel_busy"    // the channel says: later
	ReasonUnreachable    Reason = "unreachable"     // no connection
	ReasonConnectionLost Reason = "connection_lost" // it broke before the answer
	ReasonTimeout        Reason = "timeout"         // no answer in time
	ReasonTLS            Reason = "tls_failed"      // no trusted encryption
	ReasonRedirected     Reason = "redirected"      // 3xx, which nobody follows
	ReasonRefused        Reason = "refused"         // an answer that is a no of unknown kind
	ReasonStrangeAnswer  Reason = "strange_answer"  // an answer that the channel never gives
	ReasonLogin          Reason = "login_refused"   // the mail server wants another user or password
	ReasonSender         Reason = "sender_refused"  // the mail server refuses our address
	ReasonAddress        Reason = "bad_address"     // the recipient does not exist
	ReasonContent        Reason = "content_refused" // the channel refuses what is said
	ReasonKey            Reason = "key_invalid"     // the bot was removed, or its key changed
	ReasonBotSettings    Reason = "bot_settings"    // signature, keyword or address list of the bot
	ReasonBadMessage     Reason = "bad_message"     // we made a message that the channel cannot carry
	ReasonForbidden      Reason = "address_refused" // the endpoint is inside our network
	ReasonGone           Reason = "gone"            // 410
	ReasonInterrupted    Reason = "interrupted"     // we stopped in the middle of an attempt
	ReasonUnsure         Reason = "unsure"          // the answer was lost, and another attempt might say it twice
)

// AllReasons lists the reasons.
func AllReasons() []Reason {
	return []Reason{
		ReasonPace, ReasonRateLimited, ReasonBusy, ReasonUnreachable, ReasonConnectionLost, ReasonTimeout, ReasonTLS,
		ReasonRedirected, ReasonRefused, ReasonStrangeAnswer, ReasonLogin, ReasonSender, ReasonAddress, ReasonContent,
		ReasonKey, ReasonBotSettings, ReasonBadMessage, ReasonForbidden, ReasonGone, ReasonInterrupted, ReasonUnsure,
	}
}

// Text is the reason in words, with what to do about it.
func (r Reason) Text() deal.Text {
	switch r {
	case ReasonPace:
		return deal.Text{ZH: "为不超过该渠道的频率限制，稍后发送", EN: "Waiting, to stay below the channel's rate"}
	case ReasonRateLimited:
		return deal.Text{ZH: "渠道限流，稍后重试", EN: "The channel limits the rate; it will be tried again"}
	case ReasonBusy:
		return deal.Text{ZH: "渠道繁忙，稍后重试", EN: "The channel is busy; it will be tried again"}
	case ReasonUnreachable:
		return deal.Text{ZH: "无法连接，请检查地址与网络", EN: "No connection: check the address and the network"}
	case ReasonConnectionLost:
		return deal.Text{ZH: "连接在应答前中断", EN: "The connection broke before the answer"}
	case ReasonTimeout:
		return deal.Text{ZH: "未在限定时间内收到应答", EN: "No answer in time"}
	case ReasonTLS:
		return deal.Text{ZH: "无法建立可信的加密连接，请检查证书", EN: "No trusted encryption: check the certificate"}
	case ReasonRedirected:
		return deal.Text{ZH: "对方要求跳转；不跟随跳转，请填写最终地址", EN: "The endpoint redirects, which is not followed: enter the final address"}
	case ReasonRefused:
		return deal.Text{ZH: "对方未接受", EN: "It was not accepted"}
	case ReasonStrangeAnswer:
		return deal.Text{ZH: "应答无法识别，请检查中间的代理或网关", EN: "The answer makes no sense: check proxies and gateways in between"}
	case ReasonLogin:
		return deal.Text{ZH: "邮件服务器拒绝登录，请检查用户名与授权码", EN: "The mail server refuses the login: check user and password"}
	case ReasonSender:
		return deal.Text{ZH: "邮件服务器拒绝发件人地址，请检查设置", EN: "The mail server refuses our address: check the settings"}
	case ReasonAddress:
		return deal.Text{ZH: "收件地址不存在或被拒绝，请更正后重发", EN: "The address does not exist or refuses mail: correct it and send again"}
	case ReasonContent:
		return deal.Text{ZH: "渠道拒绝该内容", EN: "The channel refuses what is said"}
	case ReasonKey:
		return deal.Text{ZH: "机器人已被移除或密钥已失效，请重新设置", EN: "The bot was removed or its key is no longer valid: set it up again"}
	case ReasonBotSettings:
		return deal.Text{ZH: "机器人的安全设置（签名、关键词或 IP 名单）不接受，请核对", EN: "The bot's security settings (signature, keyword or address list) refuse it: compare them"}
	case ReasonBadMessage:
		return deal.Text{ZH: "消息格式不符合该渠道要求", EN: "The channel cannot carry this message"}
	case ReasonForbidden:
		return deal.Text{ZH: "目标地址位于内部网络，已拒绝访问", EN: "The address is inside a protected network and is not called"}
	case ReasonGone:
		return deal.Text{ZH: "对方声明该地址已停用，端点已禁用", EN: "The endpoint says that it is gone; it is disabled"}
	case ReasonInterrupted:
		return deal.Text{ZH: "发送中途被中断", EN: "The attempt was interrupted"}
	case ReasonUnsure:
		return deal.Text{ZH: "应答丢失，可能已送达；为避免重复不自动重发，可人工重发", EN: "The answer was lost and it may have arrived; to avoid saying it twice a person decides whether to send it again"}
	default:
		return deal.Text{}
	}
}

// delivered is the outcome everybody hopes for.
func delivered() Outcome { return Outcome{Class: Delivered} }

// Interrupted is the outcome of an attempt whose end nobody saw: [Sender.Send]
// returned the error of its context, or the process that had begun it is no more.
func Interrupted() Outcome {
	return Outcome{Class: Retry, Reason: ReasonInterrupted, Unsure: true}
}

// badMessage is the outcome of a message that fails [Message.check].
func badMessage(err error) Outcome {
	return Outcome{Class: Permanent, Reason: ReasonBadMessage, Detail: err.Error()}
}

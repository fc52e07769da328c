package notify

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// feishuHost is where Feishu's group bots are called
// (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot). Lark, its edition
// outside China, answers the same way elsewhere: see [BotOptions.Base].
const feishuHost = "https://open.feishu.cn"

const (
	feishuText  = 18_000 // bytes as sent; the service takes 20 KB of the whole request
	feishuPause = time.Minute
)

// NewFeishuBot makes the sender of a Feishu group bot: 100 messages a minute and
// five a second. With a secret each request is signed for its second; the service
// allows an hour between the clocks.
func NewFeishuBot(client *Client, o BotOptions) (*Bot, error) {
	return newBot(botKind{
		host: feishuHost,
		windows: []Window{
			{N: 100, Per: time.Minute + time.Second},
			{N: 5, Per: time.Second + 100*time.Millisecond},
		},
		limited: feishuPause,
		target: func(base *url.URL, o BotOptions, _ time.Time) *url.URL {
			return base.JoinPath("/open-apis/bot/v2/hook", url.PathEscape(string(o.Key)))
		},
		body: func(m Message, o BotOptions, now time.Time) any {
			// Texts of this service know one tag, which calls people: nobody writes one
			// into a notice.
			m.Subject, m.Text = withoutTags.Replace(m.Subject), withoutTags.Replace(m.Text)
			limit := feishuText
			mention := ""
			if m.To != "" {
				mention = `<at user_id="` + m.To + `"></at> `
				limit -= cost(jsonCost).of(mention)
			}
			body := map[string]any{
				"msg_type": "text",
				"content":  map[string]string{"text": mention + chatText(m, limit, jsonCost)},
			}
			if o.Secret != "" {
				at := strconv.FormatInt(now.Unix(), 10)
				body["timestamp"] = at
				body["sign"] = sign(at+"\n"+string(o.Secret), "")
			}
			return body
		},
		codes: map[int]verdict{
			11232:    {Retry, ReasonRateLimited, feishuPause}, // frequent around the full and the half hour, also below the limit
			99991400: {Retry, ReasonRateLimited, feishuPause},
			// "Bad request", but also what older gateways say to too many requests. Our
			// requests are well formed, so it is the second; the schedule bounds it if not.
			9499:  {Retry, ReasonBusy, feishuPause},
			19001: {Permanent, ReasonKey, 0},         // no such token
			19007: {Permanent, ReasonKey, 0},         // switched off
			19021: {Permanent, ReasonBotSettings, 0}, // signature or instant
			19022: {Permanent, ReasonBotSettings, 0}, // our address
			19024: {Permanent, ReasonBotSettings, 0}, // keyword
			19002: {Permanent, ReasonBadMessage, 0},
		},
	}, client, o)
}

var withoutTags = strings.NewReplacer("<", "＜")

package notify

import (
	"net/url"
	"time"
)

// weComHost is where WeCom's group bots are called
// (developer.work.weixin.qq.com/document/path/91770).
const weComHost = "https://qyapi.weixin.qq.com"

const (
	weComText  = 2048 // bytes of a text
	weComPause = time.Minute
)

// NewWeComBot makes the sender of a WeCom group bot: 20 messages a minute, texts of
// 2,048 bytes, people mentioned by user ID. The key is the whole protection of the
// bot: there is nothing to sign.
func NewWeComBot(client *Client, o BotOptions) (*Bot, error) {
	return newBot(botKind{
		host: weComHost,
		// A second more than the minute, for what lies between our clock and theirs.
		windows: []Window{{N: 20, Per: weComPause + time.Second}},
		limited: weComPause,
		target: func(base *url.URL, o BotOptions, _ time.Time) *url.URL {
			u := base.JoinPath("/cgi-bin/webhook/send")
			u.RawQuery = url.Values{"key": {string(o.Key)}}.Encode()
			return u
		},
		body: func(m Message, _ BotOptions, _ time.Time) any {
			text := map[string]any{"content": chatText(m, weComText, utf8Cost)}
			if m.To != "" {
				text["mentioned_list"] = []string{m.To}
			}
			return map[string]any{"msgtype": "text", "text": text}
		},
		codes: map[int]verdict{
			-1:    {Retry, ReasonBusy, time.Minute},
			45009: {Retry, ReasonRateLimited, weComPause}, // more than 20 in a minute
			45033: {Retry, ReasonBusy, time.Minute},       // too many at the same time
			93000: {Permanent, ReasonKey, 0},              // no such key, or the bot was removed from the group
			93004: {Permanent, ReasonKey, 0},              // switched off
			93008: {Permanent, ReasonKey, 0},              // not in the group
			40008: {Permanent, ReasonBadMessage, 0},       // kind of message
			40058: {Permanent, ReasonBadMessage, 0},       // a field, or its length
			44004: {Permanent, ReasonBadMessage, 0},       // empty
			45002: {Permanent, ReasonBadMessage, 0},       // too long
		},
	}, client, o)
}

package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"time"
)

// dingTalkHost is where DingTalk's group bots are called
// (open.dingtalk.com/document/robots/custom-robot-access).
const dingTalkHost = "https://oapi.dingtalk.com"

const (
	dingTalkText  = 15_000           // bytes as sent; the service takes 20,000 of the whole request
	dingTalkPause = 10 * time.Minute // how long a bot is silenced that spoke too fast
)

// NewDingTalkBot makes the sender of a DingTalk group bot: 20 messages a minute,
// and ten minutes of silence for the 21st. With a secret each request is signed for
// its instant; the service allows an hour between the clocks.
func NewDingTalkBot(client *Client, o BotOptions) (*Bot, error) {
	return newBot(botKind{
		host:    dingTalkHost,
		windows: []Window{{N: 20, Per: time.Minute + time.Second}},
		limited: dingTalkPause,
		target: func(base *url.URL, o BotOptions, now time.Time) *url.URL {
			u := base.JoinPath("/robot/send")
			query := url.Values{"access_token": {string(o.Key)}}
			if o.Secret != "" {
				at := strconv.FormatInt(now.UnixMilli(), 10)
				query.Set("timestamp", at)
				query.Set("sign", sign(string(o.Secret), at+"\n"+string(o.Secret)))
			}
			u.RawQuery = query.Encode()
			return u
		},
		body: func(m Message, _ BotOptions, _ time.Time) any {
			body := map[string]any{"msgtype": "text"}
			limit := dingTalkText
			mention := ""
			if m.To != "" { // shown where the text says it
				body["at"] = map[string]any{"atUserIds": []string{m.To}}
				mention = "\n@" + m.To
				limit -= len(mention)
			}
			body["text"] = map[string]string{"content": chatText(m, limit, jsonCost) + mention}
			return body
		},
		codes: map[int]verdict{
			-1:     {Retry, ReasonBusy, time.Minute},
			130101: {Retry, ReasonRateLimited, dingTalkPause}, // more than 20 in a minute
			410100: {Retry, ReasonRateLimited, dingTalkPause}, // too fast, the newer answer
			300001: {Permanent, ReasonKey, 0},                 // no such token
			300005: {Permanent, ReasonKey, 0},                 // no such token
			400013: {Permanent, ReasonKey, 0},                 // the group was dissolved
			400101: {Permanent, ReasonKey, 0},                 // no such token
			400102: {Permanent, ReasonKey, 0},                 // switched off
			400106: {Permanent, ReasonKey, 0},                 // no such bot
			310000: {Permanent, ReasonBotSettings, 0},         // signature, instant, keyword or address
			40035:  {Permanent, ReasonBadMessage, 0},          // JSON
			43004:  {Permanent, ReasonBadMessage, 0},          // content type
			400105: {Permanent, ReasonBadMessage, 0},          // kind of message
			430101: {Permanent, ReasonContent, 0},             // a link
			430102: {Permanent, ReasonContent, 0},             // words
			430103: {Permanent, ReasonContent, 0},             // a picture
			430104: {Permanent, ReasonContent, 0},             // content
		},
	}, client, o)
}

// sign is HMAC-SHA256 in base64, as DingTalk and Feishu want it; they differ in
// what is key and what is text.
func sign(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

package notifytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Bot plays the service behind a group bot.
type Bot struct {
	Server
	Key    string
	Secret string           // signatures are checked if it is set
	Now    func() time.Time // the service's clock

	mu      sync.Mutex
	posts   []Post
	arrived []time.Time
	blocked time.Time
}

// Post is what stands in the group.
type Post struct {
	Text     string
	Mentions []string
}

// Posts are the messages in the group, in order.
func (b *Bot) Posts() []Post {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.posts)
}

func (b *Bot) post(p Post) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts = append(b.posts, p)
}

// tooFast counts the request in the minute before now and says whether it is one
// too many; then the service wants no more for the time of block.
func (b *Bot) tooFast(limit int, block time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.Now()
	if now.Before(b.blocked) {
		return true
	}
	b.arrived = slices.DeleteFunc(b.arrived, func(at time.Time) bool { return !at.After(now.Add(-time.Minute)) })
	if len(b.arrived) >= limit {
		b.blocked = now.Add(block)
		return true
	}
	b.arrived = append(b.arrived, now)
	return false
}

// skewed says whether an instant is more than an hour away from the service's clock.
func (b *Bot) skewed(at time.Time) bool { return b.Now().Sub(at).Abs() > time.Hour }

func mac(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// reply answers HTTP 200 with a code in the body, as these services do.
func reply(w http.ResponseWriter, codeName, textName string, code int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{codeName: code, textName: text})
}

// NewWeCom plays WeCom's group bot.
func NewWeCom(t testing.TB, key string, now func() time.Time) *Bot {
	t.Helper()
	b := &Bot{Key: key, Now: now}
	b.start(t, func(w http.ResponseWriter, r *http.Request) {
		say := func(code int, text string) { reply(w, "errcode", "errmsg", code, text) }
		var in struct {
			MsgType string `json:"msgtype"`
			Text    struct {
				Content       string   `json:"content"`
				MentionedList []string `json:"mentioned_list"`
			} `json:"text"`
		}
		switch {
		case r.Method != http.MethodPost || r.URL.Path != "/cgi-bin/webhook/send":
			http.NotFound(w, r)
		case r.URL.Query().Get("key") != b.Key:
			say(93000, "invalid webhook url, hint: [1], from ip: 127.0.0.1, more info: key "+r.URL.Query().Get("key"))
		case b.tooFast(20, 0):
			say(45009, "api freq out of limit, more info at https://open.work.weixin.qq.com/devtool/query?e=45009")
		case json.NewDecoder(r.Body).Decode(&in) != nil || in.MsgType != "text":
			say(40008, "invalid message type")
		case in.Text.Content == "":
			say(44004, "empty content")
		case len(in.Text.Content) > 2048:
			say(40058, "invalid Request Parameter, content exceed max length 2048")
		default:
			b.post(Post{Text: in.Text.Content, Mentions: in.Text.MentionedList})
			say(0, "ok")
		}
	})
	return b
}

// NewDingTalk plays DingTalk's group bot, which blocks for ten minutes whoever
// speaks more than 20 times in one.
func NewDingTalk(t testing.TB, key, secret string, now func() time.Time) *Bot {
	t.Helper()
	b := &Bot{Key: key, Secret: secret, Now: now}
	b.start(t, func(w http.ResponseWriter, r *http.Request) {
		say := func(code int, text string) { reply(w, "errcode", "errmsg", code, text) }
		var in struct {
			MsgType string `json:"msgtype"`
			Text    struct {
				Content string `json:"content"`
			} `json:"text"`
			At struct {
				UserIDs []string `json:"atUserIds"`
				All     bool     `json:"isAtAll"`
			} `json:"at"`
		}
		query := r.URL.Query()
		stamp, bad := strconv.ParseInt(query.Get("timestamp"), 10, 64)
		switch {
		case r.Method != http.MethodPost || r.URL.Path != "/robot/send":
			http.NotFound(w, r)
		case query.Get("access_token") != b.Key:
			say(300001, "token is not exist")
		case b.Secret != "" && (bad != nil || b.skewed(time.UnixMilli(stamp))):
			say(310000, "description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在 timestampms 以内")
		case b.Secret != "" && query.Get("sign") != mac(b.Secret, query.Get("timestamp")+"\n"+b.Secret):
			say(310000, "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中")
		case b.tooFast(20, 10*time.Minute):
			say(130101, "send too fast, exceed 20 times per minute")
		case r.Header.Get("Content-Type") != "application/json; charset=utf-8":
			say(43004, "无效的HTTP HEADER Content-Type")
		case json.NewDecoder(r.Body).Decode(&in) != nil || in.MsgType != "text" || in.Text.Content == "":
			say(40035, "缺少参数 json")
		default:
			b.post(Post{Text: in.Text.Content, Mentions: in.At.UserIDs})
			say(0, "ok")
		}
	})
	return b
}

// NewFeishu plays Feishu's group bot.
func NewFeishu(t testing.TB, key, secret string, now func() time.Time) *Bot {
	t.Helper()
	b := &Bot{Key: key, Secret: secret, Now: now}
	b.start(t, func(w http.ResponseWriter, r *http.Request) {
		say := func(code int, text string) { reply(w, "code", "msg", code, text) }
		var in struct {
			Timestamp string `json:"timestamp"`
			Sign      string `json:"sign"`
			MsgType   string `json:"msg_type"`
			Content   struct {
				Text string `json:"text"`
			} `json:"content"`
		}
		if r.URL.Path != "/open-apis/bot/v2/hook/"+b.Key {
			say(19001, "param invalid: incoming webhook access token invalid")
			return
		}
		if json.NewDecoder(http.MaxBytesReader(w, r.Body, 20<<10)).Decode(&in) != nil || in.MsgType != "text" {
			w.WriteHeader(http.StatusBadRequest)
			say(9499, "Bad Request")
			return
		}
		stamp, bad := strconv.ParseInt(in.Timestamp, 10, 64)
		switch {
		case b.Secret != "" && (bad != nil || b.skewed(time.Unix(stamp, 0)) || in.Sign != mac(in.Timestamp+"\n"+b.Secret, "")):
			say(19021, "sign match fail or timestamp is not within one hour from current time")
		case b.tooFast(100, 0):
			say(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]")
		default:
			b.post(Post{Text: in.Content.Text})
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = io.WriteString(w, `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`)
		}
	})
	return b
}

package notify

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

const ellipsis = "…"

// cost is what a rune takes up of a channel's limit.
type cost func(rune) int

// utf8Cost counts the bytes of the text itself.
func utf8Cost(r rune) int { return utf8.RuneLen(r) }

// jsonCost counts the bytes of the text as it travels, escaped, for a channel that
// limits the request and not the text.
func jsonCost(r rune) int {
	quoted, err := json.Marshal(string(r))
	if err != nil {
		return utf8.RuneLen(r)
	}
	return len(quoted) - len(`""`)
}

func (c cost) of(s string) int {
	n := 0
	for _, r := range s {
		n += c(r)
	}
	return n
}

// cut shortens s to the limit, never inside a rune, with an ellipsis for what is
// missing. Nothing is left of it when not even the ellipsis has room.
func (c cost) cut(s string, limit int) string {
	if c.of(s) <= limit {
		return s
	}
	room := limit - c.of(ellipsis)
	if room < 0 {
		return ""
	}
	n := 0
	for i, r := range s {
		if n += c(r); n > room {
			return strings.TrimRight(s[:i], " \n") + ellipsis
		}
	}
	return s
}

func cutBytes(s string, limit int) string { return cost(utf8Cost).cut(s, limit) }

// chatText joins subject, text and link to what a bot says, within the limit. The
// link stays whole, the subject gets at least a quarter of the room, and the text
// is cut.
func chatText(m Message, limit int, c cost) string {
	tail := ""
	if m.Link != "" {
		tail = "\n" + m.Link
	}
	room := limit - c.of(tail)
	body := strings.TrimSpace(plain(m.Text))
	head := c.cut(oneLine(m.Subject), max(room/4, room-c.of("\n"+body)))
	if head != "" && body != "" {
		head += "\n"
	}
	return head + c.cut(body, max(room-c.of(head), 0)) + tail
}

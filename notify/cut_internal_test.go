package notify

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestCut_shortensWithinTheLimitAndNeverInsideARune(t *testing.T) {
	t.Parallel()
	for _, c := range []cost{utf8Cost, jsonCost} {
		for _, text := range []string{"", "abc", "晨风集团", "a晨b风c", "😀😀😀", "\"\\\"\\\n\n", strings.Repeat("长 ", 50)} {
			for limit := range 60 {
				got := c.cut(text, limit)
				require.LessOrEqual(t, c.of(got), limit)
				require.True(t, utf8.ValidString(got))
				if c.of(text) <= limit {
					require.Equal(t, text, got)
				} else if limit >= len(ellipsis) {
					require.True(t, strings.HasSuffix(got, ellipsis))
					require.True(t, strings.HasPrefix(text, strings.TrimSuffix(got, ellipsis)))
				}
			}
		}
	}
}

func TestJSONCost_countsWhatTravels(t *testing.T) {
	t.Parallel()
	text := "引号\" 反斜杠\\ 换行\n 制表\t \u2028 \x01 <b>&"
	body, err := encode(text)
	require.NoError(t, err)
	require.GreaterOrEqual(t, cost(jsonCost).of(text), len(body)-2, "at least as much as is sent")
}

func TestChatText_fitsWhateverIsLong(t *testing.T) {
	t.Parallel()
	for _, subject := range []int{0, 1, 10, 3000} {
		for _, text := range []int{0, 1, 10, 3000} {
			for _, link := range []int{0, 30, maxLink} {
				m := Message{Subject: strings.Repeat("题", subject), Text: strings.Repeat("文", text)}
				if link > 0 {
					m.Link = "https://closedloop.example/" + strings.Repeat("x", link-27)
				}
				got := chatText(m, weComText, utf8Cost)
				require.LessOrEqual(t, len(got), weComText)
				require.True(t, strings.HasSuffix(got, m.Link))
				if subject > 0 && text > 0 {
					require.Contains(t, got, "题")
					require.Contains(t, got, "文")
				}
			}
		}
	}
}

func TestDetail_isOneShortLineWithoutSecrets(t *testing.T) {
	t.Parallel()
	got := detail("key abc123 \r\n refused \x1b[31m"+strings.Repeat("长", 500)+"\xff", "abc123", "")
	require.True(t, strings.HasPrefix(got, "key *** refused [31m长"), got)
	require.LessOrEqual(t, len(got), maxDetail)
	require.NotContains(t, got, "\n")
}

package dossier

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"closedloop/deal"
)

func escape(token string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(token) }

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// name calls the field that a JSON pointer leads to by what people call it: “Criteria”, row 2: “Target”.
func name(pointer string) deal.Text {
	if pointer == "" {
		return deal.Text{ZH: "记录", EN: "The record"}
	}
	var zh, en strings.Builder
	for i, token := range strings.Split(pointer, "/")[1:] {
		if n, err := strconv.Atoi(token); err == nil {
			zh.WriteString("第 " + strconv.Itoa(n+1) + " 行")
			en.WriteString(", row " + strconv.Itoa(n+1))
			continue
		}
		label := FieldLabel(token)
		if i > 0 {
			zh.WriteString("的")
			en.WriteString(": ")
		}
		zh.WriteString("“" + label.ZH + "”")
		en.WriteString("“" + label.EN + "”")
	}
	return deal.Text{ZH: zh.String(), EN: en.String()}
}

package catalogue

import (
	"strconv"
	"strings"

	"closedloop/deal"
)

// Languages of the product.
const (
	Chinese = "zh"
	English = "en"
)

// Entry is what is said about a code: what is the matter, and what would help. A part in square brackets is left out
// when one of its arguments is missing.
type Entry struct {
	Text deal.Text
	Hint deal.Text
}

// Fill puts arguments into a sentence: {0} is the first. Parts in square brackets whose argument is missing are dropped.
func Fill(sentence string, args []string) string {
	var out strings.Builder
	for sentence != "" {
		open := strings.IndexByte(sentence, '[')
		if open < 0 {
			out.WriteString(place(sentence, args))
			break
		}
		end := strings.IndexByte(sentence[open:], ']')
		if end < 0 {
			out.WriteString(place(sentence, args))
			break
		}
		out.WriteString(place(sentence[:open], args))
		if part := sentence[open+1 : open+end]; complete(part, args) {
			out.WriteString(place(part, args))
		}
		sentence = sentence[open+end+1:]
	}
	return out.String()
}

// maxArgs is how many arguments a sentence may have.
const maxArgs = 5

func place(s string, args []string) string {
	pairs := make([]string, 0, 2*maxArgs)
	for i := range maxArgs {
		value := ""
		if i < len(args) {
			value = args[i]
		}
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", value)
	}
	if len(args) > 1 { // {*} lists all of them
		pairs = append(pairs, "{*}", strings.Join(args, ", "))
	} else {
		pairs = append(pairs, "{*}", strings.Join(args, ""))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

func complete(part string, args []string) bool {
	for i := range maxArgs {
		if strings.Contains(part, "{"+strconv.Itoa(i)+"}") && (i >= len(args) || args[i] == "") {
			return false
		}
	}
	return len(args) > 0 || !strings.Contains(part, "{*}")
}

func text(zh, en string) deal.Text { return deal.Text{ZH: zh, EN: en} }

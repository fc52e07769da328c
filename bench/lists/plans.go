package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// executed is a statement as Postgres ran it.
type executed struct {
	Millis float64
	Rows   int
	Hit    int // pages found in Postgres' own cache
	Read   int // pages asked of the operating system
	Root   string
	Via    []string // indexes, and tables that were read from end to end
}

// explain asks the slowest request of every question once more, on connections that log their plans, and reads the log.
func (r *results) explain(ctx context.Context, url, log string) error {
	s, err := serve(ctx, url, map[string]string{
		"auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on", "auto_explain.log_buffers": "on", "auto_explain.log_format": "json",
		"auto_explain.log_timing": "off", "application_name": planner,
	})
	if err != nil {
		return err
	}
	defer s.close()
	clients := map[string]*client{}
	for i := range r.Answers {
		a := &r.Answers[i]
		if clients[a.Who] == nil {
			if clients[a.Who], err = s.as(ctx, a.Who); err != nil {
				return err
			}
		}
		if _, err := clients[a.Who].get(ctx, a.Slowest); err != nil { // warms, and reads who is there
			return err
		}
		before, err := size(log)
		if err != nil {
			return err
		}
		if _, err := clients[a.Who].get(ctx, a.Slowest); err != nil {
			return err
		}
		a.Items = itemsIn(clients[a.Who].body)
		if a.Executed, err = logged(log, before); err != nil {
			return err
		}
	}
	return nil
}

// planner is the name of the connections whose plans are logged.
const planner = "plans"

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("look at Postgres' log: %w", err)
	}
	return info.Size(), nil
}

// itemsIn counts the items of a list.
func itemsIn(body []byte) int {
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if json.Unmarshal(body, &list) != nil {
		return 0
	}
	return len(list.Items)
}

// node is a node of a plan.
type node struct {
	Type   string `json:"Node Type"`
	Rows   int    `json:"Actual Rows"`
	Hit    int    `json:"Shared Hit Blocks"`
	Read   int    `json:"Shared Read Blocks"`
	Index  string `json:"Index Name"`
	Table  string `json:"Relation Name"`
	Plans  []node `json:"Plans"`
	Loops  int    `json:"Actual Loops"`
	Filter string `json:"Filter"`
}

// logged reads the plans behind a place in the log. A plan comes as "duration: 1.234 ms  plan:" and JSON on the lines below,
// which begin with a tab.
func logged(path string, from int64) ([]executed, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read Postgres' log: %w", err)
	}
	var all []executed
	for _, entry := range strings.Split(string(text[from:]), "duration: ")[1:] {
		head, rest, found := strings.Cut(entry, "plan:\n")
		if !found {
			continue
		}
		var document strings.Builder
		for line := range strings.Lines(rest) {
			if !strings.HasPrefix(line, "\t") {
				break
			}
			document.WriteString(line)
		}
		var plan struct {
			Plan node
		}
		if err := json.Unmarshal([]byte(document.String()), &plan); err != nil {
			return nil, fmt.Errorf("read a plan: %w", err)
		}
		e := executed{Rows: plan.Plan.Rows, Hit: plan.Plan.Hit, Read: plan.Plan.Read, Root: plan.Plan.Type}
		if _, err := fmt.Sscanf(head, "%f", &e.Millis); err != nil {
			return nil, fmt.Errorf("read the duration of a plan: %w", err)
		}
		e.Via = plan.Plan.via(nil)
		all = append(all, e)
	}
	return all, nil
}

// via collects what a plan reads from, in order, each once.
func (n node) via(found []string) []string {
	name := n.Index
	if n.Type == "Seq Scan" && n.Loops > 0 {
		name = "all of " + n.Table
	}
	if name != "" && n.Loops > 0 && !slices.Contains(found, name) {
		found = append(found, name)
	}
	for _, below := range n.Plans {
		found = below.via(found)
	}
	return found
}

// Reads says what the statements of the slowest answer read from, the longest one first in mind: indexes of all of them, and
// the pages they touched.
func (a answer) Reads() string {
	longest := executed{}
	pages := 0
	for _, e := range a.Executed {
		pages += e.Hit + e.Read
		if e.Millis >= longest.Millis {
			longest = e
		}
	}
	if len(a.Executed) == 0 {
		return ""
	}
	via := strings.Join(longest.Via, ", ")
	return fmt.Sprintf("%s: %s | %.1f | %d | %d", longest.Root, via, longest.Millis, pages, len(a.Executed))
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

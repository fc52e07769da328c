package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// plan says how much is measured. The full one takes some ten minutes on two cores, the short one less than one.
type plan struct {
	Short bool

	Fresh    int // starts on an empty directory
	Restarts int // starts on existing data

	Rounds  int           // each subject is sampled twice a round
	Clients int           // of the crowd; the other setting is one client
	Warm    time.Duration // before a sample
	Alone   time.Duration // of a sample with one client
	Crowd   time.Duration // of a sample with all clients

	Repeats int           // of one kind of command, to count what it costs
	Quiet   time.Duration // between two counts, for what the engine does after an answer
	Profile time.Duration // of the CPU profile

	Sheet     int // rows of the sheets that alternate with the bare start loop
	SheetRuns int // pairs of both
	Fleet     int // rows of the large sheet
	Idle      time.Duration
}

func fullPlan() plan {
	return plan{
		Fresh: 3, Restarts: 5, Rounds: 3, Clients: 32, Warm: time.Second / 2, Alone: 3 * time.Second, Crowd: 4 * time.Second,
		Repeats: 200, Quiet: 2 * time.Second, Profile: 10 * time.Second,
		Sheet: 1000, SheetRuns: 2, Fleet: 10_000, Idle: time.Minute,
	}
}

func shortPlan() plan {
	return plan{
		Short: true, Fresh: 1, Restarts: 1, Rounds: 1, Clients: 32, Warm: time.Second / 4, Alone: time.Second / 2, Crowd: time.Second,
		Repeats: 50, Quiet: time.Second / 2, Profile: 2 * time.Second,
		Sheet: 100, SheetRuns: 1, Fleet: 200, Idle: 2 * time.Second,
	}
}

// The sections of the page, in order. The product is started in any case.
const (
	commandsSection = "commands"
	costSection     = "cost"
	profileSection  = "profile"
	importSection   = "import"
	fleetSection    = "fleet"
	restartSection  = "restart"
)

func sections() []string {
	return []string{commandsSection, costSection, profileSection, importSection, fleetSection, restartSection}
}

// chosen reads a list of sections; an empty one is all of them.
func chosen(list string) (map[string]bool, error) {
	out := map[string]bool{}
	if list == "" {
		for _, s := range sections() {
			out[s] = true
		}
		return out, nil
	}
	for s := range strings.SplitSeq(list, ",") {
		if !slices.Contains(sections(), s) {
			return nil, fmt.Errorf("there is no section %q, only %s", s, strings.Join(sections(), ", "))
		}
		out[s] = true
	}
	return out, nil
}

package workflows

import "closedloop/deal"

// stage says what a run waits for while its account is in a step. Operators read it beside the run's history.
type stage struct {
	step  deal.Step
	waits string
}

// ring is the way an account walks, in order; after the last stage it rests, and the second development enters again
// at analyse.
var ring = [...]stage{
	{deal.Collect, "lead is collected; handed over before the working day ends"},
	{deal.Screen, "intake, duplicates, MAN test; filing to be approved"},
	{deal.Survey, "customer is visited; buying roles, incumbent and dates to be known"},
	{deal.Analyse, "needs, value and grade; go or no-go"},
	{deal.Plan, "proposal to be made, reviewed and approved"},
	{deal.Visit, "negotiation with deciders; agreement to be reached"},
	{deal.Trial, "trial shipments; every criterion to be passed or waived"},
	{deal.Sign, "credit and contract; agreement to be signed"},
	{deal.Maintain, "service, surveys; effect to be evaluated"},
	{deal.Archive, "files and lessons; next opportunity or re-check date"},
}

// waitsFor is what a run at a step waits for.
func waitsFor(step deal.Step) string {
	for _, s := range ring {
		if s.step == step {
			return string(s.step) + ": " + s.waits
		}
	}
	return "not opened"
}

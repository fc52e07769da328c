// Package quota is the lead quota of collectors and reps (domain.md §3): what a person owes on a working day, how many days
// in a row somebody brought too few, and when that becomes a matter for the manager. Like package deal it is told everything,
// the days of the local calendar included.
package quota

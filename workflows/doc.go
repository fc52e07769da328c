// Package workflows holds the patience of closedloop. [AccountLoop] is one key account for life: it keeps the order of
// commands and the clock, and nothing else. What a command means is judged in package deal, behind the one local
// activity Perform; the log remembers.
//
// Read in this order: account.go (the run), walk.go (the way round the ring), perform.go (a command), roll.go
// (continuing as new), policies.go (how often what is tried again).
//
// Runs outlive releases: testdata/replay has an edition of histories for each release, as its code wrote them on a real engine,
// and all of them are replayed on every build (replay_test.go says how an edition is made).
//
// Everything here is deterministic: no clock, no randomness, no map ranges, no calendar, no client, no configuration.
package workflows

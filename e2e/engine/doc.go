// Package engine proves the account's workflow where it has to hold: on the real embedded Temporal engine and a real
// Postgres, with the faults that a machine has. Workers are killed between the commit and the answer, timers are deleted
// under the engine, the database goes away for half a minute, the engine's databases are dropped; afterwards every
// acknowledged command is in the log exactly once, in order, and every projection still follows from its log.
//
// Read house_test.go first: a house is an installation of its own, with its own database and namespace, put together
// from the product's parts as cmd/closedloop does it, with two places where trouble can be made (ledger_test.go,
// books_test.go). The other files are one promise each. All tests share the one engine a process can have, except those
// that take an engine or a whole Postgres away; theirs run in processes of their own (process_test.go).
//
// record_test.go writes the histories that package workflows replays on every build. halfayear_test.go lets the release before
// this one begin an account and this one go on with it, over half a year of skipped time (ADR 0027).
//
// The tests need the build tag e2e: they compile the Temporal server.
package engine

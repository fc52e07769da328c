// Package crowd fills a database with accounts as a large house would have them, so that lists and searches can be measured
// at size: by default 100,000 accounts with some two million events.
//
// What is real and what is not: some forty lives of accounts are walked through the product's own rules (activities.Ledger
// on the real store, with the clock's ticks in between); gates are held open while they are walked, and filing, proposal and
// contract are asked for on forms. Every further account repeats one of these lives under its own IDs, names, people and dates:
// the log is re-keyed and chained anew with deal's own digest, and each row of the projections and records is the row that
// the store wrote for the life, re-keyed in the same way. So a state equals the fold of its log and a chain verifies, which
// [House.Check] proves on a sample. Dates are moved by whole weeks, so holidays do not fit any more. Names are put together
// from word lists, credit codes have no valid check digit, and texts repeat. The same seed gives the same house; rows of one
// account never depend on how the work was divided.
//
// Where to find what: house.go the organisation; names.go companies and people; walk.go and lives.go the lives; filed.go
// what is on file; table.go rows as Postgres copies them; rekey.go the repetition; load.go all of it in order.
package crowd

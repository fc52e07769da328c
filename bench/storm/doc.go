// Command storm measures what happens when the reminders of very many accounts fall due at one instant, and writes
// docs/performance-storm.md: `make bench-storm`, or `go run ./bench/storm -accounts 300` for a look.
//
// It builds the product and starts `closedloop up` as a child, with office hours round the clock so that no reminder waits
// for the morning. Accounts are opened over HTTP, and each gets a follow-up at one and the same instant. Before that
// instant, and from it on until the last reminder is on record, a few commands a second go to other accounts in an open
// loop: their pace does not depend on how fast they are answered. Then as many bare workflows, with one timer each at one
// instant, run on the same engine. The page sets the first in relation to the last, with and without the window over which
// accounts wake, and the commands during the storm to
// those before it; and it counts, for every account, the reminder in its log, in the inbox and in the outbox: one each.
//
// Where to find what: main.go the order of things; product.go the child and how it is asked; accounts.go the accounts and
// what is counted; open.go the open loop; bare.go the bare timers; page.md.tmpl the page.
package main

// Command bench measures closedloop and writes docs/performance.md: `make bench`, or `go run ./bench -short` for a look
// that takes less than a minute.
//
// It builds the product, starts `closedloop up` as a child on a directory of its own, with a Postgres that flushes to
// disk, and sets everything in relation to baselines of the same run (trust-and-speed.md §2.7): an update that does
// nothing on the same engine (B2), the transaction of a command without any engine (B1), the engine's part of a command
// without its work (the shape), and reading an account over HTTP. The samples of all of them alternate, forwards and
// backwards, so that what else happens on the machine falls on all alike. Numbers are reported, with their spread and
// their ratios; nothing is asserted.
//
// Where to find what: main.go the order of things; plan.go how much of each; product.go, process.go and rest.go the
// child, what it uses and how it is asked; load.go, subjects.go and rounds.go clients, what they do, and who takes turns;
// cost.go, ring.go, sheets.go, fleet.go and profile.go one section of the page each; page.md.tmpl the page. Lists in a large
// house have a command and a page of their own, bench/lists.
package main

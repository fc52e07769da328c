// Command lists measures how fast lists, searches, the inbox and the page of an account answer in a large house: 100,000
// accounts with some two million events (`make bench-lists`, or `go run ./bench/lists -short` for a look at a small house).
// It writes docs/performance-lists.md.
//
// It starts a Postgres of its own with the settings of the product, fills it (package bench/crowd), and serves the API's own
// handler on the store over HTTP on the loopback address, without an engine: nothing here sends a command. Every question is
// asked as somebody with a token, by one client and by several, and beside each sample `GET /version` is asked, which reads
// nothing: the road there and back. Afterwards every question is asked once more on a connection that logs plans, so that
// the page shows how Postgres answered the very statements of the product. Numbers are reported; nothing is asserted.
//
// Where to find what: main.go the order of things; serve.go the API; questions.go what is asked; measure.go how; plans.go what
// Postgres did; page.go and page.md.tmpl the page.
package main

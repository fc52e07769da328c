// Command closedloop is the product: `closedloop up` runs all of it in one process, `closedloop api` and `closedloop
// worker` run its halves against a Temporal and a Postgres elsewhere. This package only puts the parts together.
package main

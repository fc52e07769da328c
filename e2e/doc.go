// Package e2e drives the whole product the way its users do: the real binary, started as a process of its own on its own
// data directory, and spoken to over HTTP. Nothing here calls a function of the product; what a test claims is what a
// person would see.
//
// The tests have the build tag e2e, since the binary holds a whole Temporal server and takes a while to build:
//
//	make e2e
//
// A test process builds the binary once. Tests that only talk share one running product, the office, each with accounts
// of its own; tests that kill, stop or configure have a product to themselves. What a failing test's processes said is
// printed with it.
//
// Where to read on: product_test.go starts, kills and stops processes; client_test.go is a person with a token;
// walker_test.go meets the gates of a step. The other files tell stories: the ring, the clocks, who sees what, bad input,
// the life of a process, an import that is killed.
package e2e

// Package imports takes in lead sheets as long as they may be, with the real rules on a real Postgres but without an
// engine: what runs is a process of its own, which is killed half-way and whose memory is measured. What the engine adds –
// that an import goes on by itself – is shown with a shorter sheet in package e2e. There are only tests in it.
package imports

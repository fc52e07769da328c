// Package worker registers workflows and activities with the engine and runs them, and keeps the watchdog: a loop that
// wakes accounts which overslept and brings back those that the engine has lost.
package worker

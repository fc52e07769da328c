// Package contract is what callers and workflows agree on: names, IDs, message types and the typed client. Names are for
// ever: a running account answers to the ones it was started with.
package contract

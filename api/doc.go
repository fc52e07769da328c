// Package api is the REST interface of closedloop: echo carries the requests, huma turns one struct per operation into
// validation, OpenAPI 3.1 and answers.
//
// An operation authenticates, calls one port and maps the answer; it holds no rules. There are two kinds of writing:
//
//   - What moves an account (a step, a clock, an approval) is a command: one function, [API.command], takes it to the
//     account's workflow under a key that the account's log remembers for ever.
//   - What people keep about an account (profile, contacts, forms) is a record: it goes to Postgres with the version that
//     was read, and a stale one is refused.
//
// Everything that is not the wished answer leaves through one function, [API.problem], as problem+json with a code, in
// the language that was asked for; huma's own errors and echo's (unknown route, panic, body limit) take the same way.
//
// The package reaches the database, the engine and the playbooks through the interfaces in ports.go alone.
package api

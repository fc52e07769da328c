// Package store keeps closedloop's data in PostgreSQL: the log of every account, what people read of it, and the
// records beside it.
//
// Four kinds of tables live side by side (contract.md §2). The log, account_events and account_commands, is the truth
// and is only ever added to. Projections – accounts, tasks, approvals, notifications, follow_ups, interactions – follow
// from it by folding; they are written in the log's own transaction, [Store.Rebuild] makes them again and
// [Store.Compare] proves them equal. Records – profile, forms, contacts, texts – belong to Postgres, carry a version and
// leave a change row with every edit. Set-up is the organisation, identities, imports and playbooks.
//
// Where to begin reading: ledger.go is the one transaction behind every command ([deal.Ledger]); record.go what it
// writes; scope.go who sees what. Every function that reads for a person takes a [view.Viewer] and gives
// [deal.ErrNotFound] for what lies outside that person's scope. Functions without one serve the process itself: the
// watchdog, imports, start-up.
//
// SQL lives in sql/*.sql as named statements; migrations/ holds the schema. Both are embedded.
//
// Errors: [deal.ErrNotFound] and [deal.ErrStale] are answers. [deal.ErrUnavailable] is the database's trouble, and
// repeating is safe. A [ConstraintError] carries the refusal behind a constraint. Anything else is a fault that
// repeating does not mend.
package store

// Package temporal runs the whole Temporal server inside this process, on the
// PostgreSQL that closedloop uses anyway.
//
// [Start] creates the two databases and their schema when they are missing,
// starts the four services with a frontend on the loopback address, registers
// the namespace and returns when a client can use it. [Engine.Stop] ends it
// within a deadline. Between the two the server is the ordinary one: the same
// code as a cluster, with fixed hosts instead of gossip.
//
// What to know before using it:
//
//   - One server per process and one process per database. Nothing here takes
//     the owner's lock; whoever calls Start holds it.
//   - Start is called once. A server that was stopped leaves goroutines behind,
//     and one that failed to start cannot be stopped, so after an error the
//     process ends.
//   - The number of history shards is for the life of the databases; Start
//     refuses a database that was made with another.
//   - Everybody needs the secret, also on the loopback address, because other
//     people's programs may run on the same machine. See [Credentials].
//   - A running server does not make databases again that were dropped under it,
//     so the way back is a new process. The new databases have another
//     [Engine.Identity], by which the product knows that workflows are missing.
//
// This package compiles the Temporal server, which takes minutes of a cold
// build, so only cmd, e2e and bench import it.
package temporal

// Package postgres runs a private PostgreSQL server from the programs that the
// operating system already has installed.
//
// closedloop keeps everything in PostgreSQL, in production and on a laptop
// alike, so `closedloop up` and the tests need a server that nobody has to set
// up. [Start] makes one: a data directory of its own, a free port on the
// loopback address, a random password, and a supervisor that starts the server
// again when it dies. Nothing is downloaded and no container is involved; the
// clusters a distribution creates for itself are never touched.
//
// What a caller can rely on:
//
//   - One owner. A second [Start] on the same directory is refused with
//     [InUseError], which says who holds it.
//   - Nothing is deleted. A directory that holds anything this package did not
//     put there is refused, and so is data of another major version.
//   - A killed owner leaves no mess. The server of a process that died without
//     stopping it is stopped by the next [Start], which then continues on the
//     same data.
//   - Root is not needed and not in the way: PostgreSQL refuses to run as root,
//     so as root the programs run as the owner of the data, else as "postgres",
//     else as "nobody".
//
// The layout below [Options.DataDir]: "lock" (held while a process owns the
// directory), "state.json" (port and password, mode 0600), "postgres.log", and
// "data", the cluster itself.
package postgres

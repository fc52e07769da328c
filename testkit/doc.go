// Package testkit gives tests a real PostgreSQL without asking anybody to set one
// up, and a way to wait without sleeping. It is for tests only.
//
// [Database] is what most tests want: the address of a fresh database with all
// migrations applied, for this test alone, gone when the test is over. It is a
// clone of a template that is migrated once, so it costs a fraction of a second.
//
// All test processes of a user share one server. It lies in the temporary
// directory, forgets everything at a power cut, and belongs to a process of its
// own, the keeper, so that it does not matter which test process ends first or is
// killed. Whoever uses the server holds a shared lock on a file, which the kernel
// takes back however the process ends; when nobody has held it for a minute, the
// keeper stops the server and ends.
//
// Without PostgreSQL the tests fail, with the line that installs it.
package testkit

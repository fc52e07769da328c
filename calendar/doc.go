// Package calendar knows the working time of the organisation: which days are
// worked, when the office is open, and where a deadline falls that is counted
// in office time.
//
// A Calendar is made of one Office (time zone, working week, office hours) and
// of one Year for every year whose public holidays and make-up working days
// (调休) are known. Both are read from YAML; the ones in data/ are compiled
// in, and Load replaces them file by file with those of a directory. A year
// nobody has a file for falls back to the working week alone, and Provisional
// says of any period whether it touches such a year.
//
// # One working day, four hours
//
// Office time is the time during which the office is open. With the default
// hours (09:00–12:00 and 13:30–18:00) a working day is 7 h 30 min of it, which
// is what Day returns. “n working days” is n times Day and therefore ends at
// the same office time n working days later; “4 h” is four open hours,
// wherever lunch, night, weekend and holidays fall in between. A working day
// is never 24 hours of the clock.
//
// # Boundaries
//
// Office hours are half open: at 12:00:00 and at 18:00:00 the office is closed.
// Closing and the next opening are the same office time (nothing is worked
// between them), so a result that falls there needs a convention:
//
//   - Adding a positive duration ends as early as possible: at 18:00, not at
//     09:00 of the next working day; at 12:00, not at 13:30.
//   - Adding a negative duration ends as late as possible: at 09:00, not at
//     18:00 of the working day before.
//   - Adding nothing gives the instant itself while the office is open, and the
//     next opening while it is closed. So do NextWorking and every counting
//     that starts while the office is closed.
//
// Between(from, Add(from, d)) is therefore d, always, and going n days forward
// and n days back leads to NextWorking of the start.
//
// # Instants
//
// Callers pass every instant: nothing here asks what time it is. Instants and
// durations are cut to whole microseconds before anything is computed, because
// that is what the database keeps, and every instant returned is in UTC. They
// are expected to lie in the years 1 to 9999.
//
// A Calendar never changes after it was made and is safe for concurrent use.
package calendar

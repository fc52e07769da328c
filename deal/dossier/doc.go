// Package dossier holds what the field knows about an account: who sits at the table and how far they trust us, what
// the customer needs and who else sells to them, proposals, trials, agreements, surveys, value and credit.
//
// Every kind of record is a plain struct that checks itself ([Record]) and is stored as one versioned JSON document;
// [Kinds] lists them. [Decode] reads what people send and says everything that is wrong with it at once, [Load] reads
// what is on file. Records have no life cycle: the ring decides, records inform (package deal).
//
// What follows from records is worked out here and nowhere else, by pure functions: support balance, coverage, trust,
// competition, value grade, key-account test and so on. [Summarise] gathers it all in [Facts], flat and typed, for the
// gates of a playbook. Numbers that a trade may choose are in [Rules]; the instant always comes from the caller, in the
// time zone where the organisation works, because days begin there.
package dossier

package view

import "closedloop/deal"

// Judge has the last word on a record, in the transaction that writes it: what hangs on the other records of its kind cannot
// change between the judgement and the write.
type Judge struct {
	// About names what is judged one after the other within the account: a contact and a year.
	About string
	// Fits judges by the other records of the kind that are on file for life; an error refuses the write, and is its answer.
	Fits func(others []deal.Document) error
}

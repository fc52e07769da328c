// Package errata writes the rows of a lead sheet that were not taken as a sheet to correct and send again: the columns as
// they were, bad cells marked, and behind them the row of the original and the reasons in the reader's language. Two
// columns of our own are passed over by the reader, so that a corrected errata sheet is an ordinary lead sheet.
//
// What stands in the cells came from outside and is written as text: nothing in it is ever a formula.
package errata

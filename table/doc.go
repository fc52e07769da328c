// Package table writes lists as files that people open in a spreadsheet: CSV, and workbooks.
//
// A list comes row by row and never lies in memory as a whole. A [Writer] is told what a cell holds – text, a number, an
// amount, a day, an instant – and writes it the way its format does: in a workbook numbers are numbers and dates are
// dates; in CSV everything is text that a program reads without knowing a locale.
//
// What people wrote stays text. A spreadsheet takes a text that begins like a formula for one, and evaluates it on the
// machine of whoever opens the file; so such a text is neutralised in both formats, see [Neutral].
package table

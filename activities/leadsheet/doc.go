// Package leadsheet reads the filled customer information sheet (客户资料收集表) that collectors hand in: .xlsx or .csv, Chinese
// or English column names in any order. It answers the leads that may be opened and, for every other row, each reason at
// once with sheet row, column, cell and a text in Chinese and English that says what to do.
//
// The sheet comes from outside and is treated so. Nothing in it is ever evaluated: a formula refuses its row, macros and
// links to other files refuse the sheet. Sizes are checked on the directory of the archive before anything is unpacked,
// and no part yields more than it declared ([Limits]). Rows are read as a stream; only leads and problems are kept.
//
// The reader of .xlsx is our own, on archive/zip and encoding/xml. excelize, which writes our workbooks, is only used by
// the tests here, to write sheets and as a second opinion: its row iterator does not say that a value came from a formula,
// takes broken XML in the middle of a sheet for its end, so that rows would vanish silently, and unpacks every part of the
// archive into memory whether it is read or not.
//
// The package knows nothing of accounts. What is already known elsewhere is for the importer to compare, by [Lead.Key]
// and [Lead.Phones].
package leadsheet

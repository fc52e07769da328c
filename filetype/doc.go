// Package filetype says what an uploaded file is, by its bytes and not by what it calls itself.
//
// Few types are let in: what people file about a customer (PDF, pictures, Office documents, plain text). Everything else
// is refused: what a browser might run (HTML, SVG), what a machine might run, Office documents with macros, the old binary
// Office formats (nobody can tell from outside whether macros are in them), and archives. A name or a declared type that
// says something else than the bytes is refused as well: one of the two is a lie or a mistake, and whoever opens the file
// later would go by the name.
//
// Nothing of a file is unpacked but the list of contents of an Office document, up to a limit.
package filetype

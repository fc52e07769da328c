// Package past tells how an account once was: where it stood on its ring, who was known at the customer, what the forms
// and the dossier said.
//
// The log is cut at the instant and folded; that is the whole truth about state and interactions. Records have no log:
// each is taken as it is now and put back to what it was before its first later change. A record that was made later
// goes away, one that was deleted later comes back. What was erased is gone from every change as well, so no past shows
// it. The package is pure: package store reads [view.History], package api shows the [Account].
package past

// Package view names what people read of the accounts, and who they are while they read: the viewer, rows of lists,
// filters and pages. Package store fills these types, package api shows them; neither knows the other.
package view

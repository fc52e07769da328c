// Package leadsheettest makes lead sheets of any length for tests and measurements: invented companies, people and numbers
// that look like real ones and of which no two are the same account.
package leadsheettest

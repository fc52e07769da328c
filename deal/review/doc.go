// Package review has the rules of the monthly review of a team (domain.md §9): which month and which stretch of the log it is
// about, who sits in the chair, who may do what, and what is missing before it is signed. It is pure, as all of package deal.
package review

// Package catalogue holds every sentence that the API says to people, in Chinese and English side by side: why something
// was refused and what helps, titles of problems, lines of the inbox, tasks and the timeline.
//
// Codes are the keys. They are the same words in package deal, in answers and here, and they are never translated; a test
// reads the codes from the source of package deal and fails when one has no sentence.
package catalogue

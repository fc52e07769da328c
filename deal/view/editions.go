package view

import (
	"time"

	"closedloop/deal"
)

// Edition is one version of a playbook as the installation keeps it.
type Edition struct {
	Ref         deal.BookRef
	Checksum    string    // SHA-256 of the text, in hex
	StoredAt    time.Time // when the database got to know it; zero: it did not yet
	Installed   bool      // while the program ran; otherwise a file brought it
	InstalledBy deal.PersonID
	InstalledAt time.Time
	Newest      bool           // new cycles begin with it
	Usable      bool           // accounts that are pinned to it go on
	Faults      []EditionFault // why a file with this text would be refused
	Text        []byte         // where one edition was asked for
}

// EditionFault is one fault of a playbook's text.
type EditionFault struct {
	Line   int // 1 is the first; 0: about the whole
	Reason string
}

package view

import (
	"time"

	"closedloop/deal"
)

// Import is one lead sheet on its way.
type Import struct {
	ID         string
	By         deal.PersonID
	Filename   string
	Status     string // running, done, failed
	DryRun     bool   // rows are judged and nothing is opened or changed
	Total      int    // rows with content
	Opened     int    // or would be, in a dry run
	Unchanged  int
	Updated    int // or would be, in a dry run
	Refused    int
	Mapping    map[string]string // fields by the key of the header, as it was when the sheet came
	Columns    []SheetColumn     // what its columns were taken for
	Problems   []ImportProblem
	CreatedAt  time.Time
	FinishedAt time.Time
}

// ImportOrder is a lead sheet as somebody sends it.
type ImportOrder struct {
	ID       string
	By       deal.PersonID
	Filename string
	DryRun   bool
	Mapping  map[string]string // header by field, as the sender says; may be empty
}

// SheetColumn is one column of a lead sheet and what it was taken for.
type SheetColumn struct {
	Header  string   `json:"header"`
	Letter  string   `json:"letter"`
	Field   string   `json:"field"`             // empty: not recognised
	Mapped  bool     `json:"mapped"`            // by a mapping and not by its name
	Guess   string   `json:"guess"`             // what it may be
	Samples []string `json:"samples,omitempty"` // values of the first rows; not kept with the import
}

// SheetColumns are the columns of a sheet that somebody looks at before sending it.
type SheetColumns struct {
	Columns []SheetColumn
	Missing []string     // required columns that were not recognised
	Doubled []string     // fields that more than one column was taken for
	Fields  []SheetField // what a column may be mapped to
}

// SheetField is something that a column can hold.
type SheetField struct {
	Field string
	Label string // column name in the template
}

// ImportMapping is what a header was once said to mean.
type ImportMapping struct {
	ID     string
	Header string        // as written
	Key    string        // as compared
	Field  string        // of a lead, or ignore
	By     deal.PersonID // whose it is; empty: the organisation's
	At     time.Time     // when it was said last
}

// ImportOutcome is what became of one row of a sheet, or would become of it in a dry run.
type ImportOutcome string

// A row opened an account, changed one, is one that is there already, or was refused.
const (
	RowOpened    ImportOutcome = "opened"
	RowUpdated   ImportOutcome = "updated"
	RowUnchanged ImportOutcome = "unchanged"
	RowRefused   ImportOutcome = "refused"
)

// ImportRow is one row that is done.
type ImportRow struct {
	Row      int
	Outcome  ImportOutcome
	Account  deal.AccountID  // that it opened, changed or met
	Changes  []FieldChange   // what was changed; in a dry run also what would be opened
	Problems []ImportProblem // when the row was refused by what is known elsewhere
	Cells    []string        // of a refused row, as written
	Trail    []SheetLine     // its lines on the second sheet
}

// SheetLine is one line of a lead sheet, as written.
type SheetLine struct {
	Number int      `json:"number"`
	Cells  []string `json:"cells"`
}

// FieldChange is one value that a row changes.
type FieldChange struct {
	Record string `json:"record"`           // profile, lead, contact, history
	Field  string `json:"field"`            // in the words of that record
	Who    string `json:"who,omitempty"`    // of a contact: the name
	From   string `json:"from"`             // empty: nothing stood there
	To     string `json:"to"`               // of the sheet
	Column string `json:"column,omitempty"` // heading
}

// ImportRowItem is a row of the report of an import.
type ImportRowItem struct {
	ImportRow

	Number string // of the account; empty when the viewer does not see it
	Name   string
	Hidden bool // the account is not the viewer's to see: what stood there is left out
}

// ImportErrata is what was not taken of a sheet.
type ImportErrata struct {
	Filename    string
	Header      []string
	TrailName   string
	TrailHeader []string
	Lines       []SheetLine // of the first sheet
	Trail       []SheetLine // of the second sheet
	Problems    []ImportProblem
}

// SheetNews is what reading a sheet has shown.
type SheetNews struct {
	Total       int // rows with content
	Columns     []SheetColumn
	Header      []string
	TrailName   string
	TrailHeader []string
	Refused     []SheetLine // rows that the sheet alone refuses
	Trail       []SheetLine // lines of the second sheet about them, or about nobody
	Problems    []ImportProblem
}

// KnownLeads is what is on file about leads of a sheet.
type KnownLeads struct {
	ByKey   map[string]deal.AccountID // by upsert key
	ByPhone map[string][]string       // by number: the comparison keys of the names that have it
}

// ImportProblem is one reason against one row.
type ImportProblem struct {
	Row    int
	Column string
	Cell   string
	Code   string
	Value  string
	Text   deal.Text
}

// HistoryNote is something that was done about a customer and written down elsewhere. It moves no clock and meets no gate.
type HistoryNote struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`           // beginning of its day; of one without a day, when it was imported
	On     string    `json:"on,omitempty"` // YYYY-MM-DD as written in the sheet; empty: unknown
	By     string    `json:"by,omitempty"` // who did it, as written
	How    string    `json:"how,omitempty"`
	Text   string    `json:"text"`
	Import string    `json:"import"` // that brought it

	Account deal.AccountID `json:"-"` // whose it is, where it was read
	Erased  bool           `json:"-"`
}

// ImportMarks are what lead sheets last said about an account, field by field as keyed hashes: enough to tell whether
// somebody edited a value since, and whether the sheet says something new.
type ImportMarks struct {
	CollectedOn string            `json:"collected_on,omitempty"` // the newest date of collection
	Said        map[string]string `json:"said"`
}

// ImportTarget is an account that a row may change.
type ImportTarget struct {
	State     deal.State
	Profile   deal.Profile
	ProfileAt time.Time // last change
	ProfileBy deal.PersonID
	Form      deal.Form // of collect, in the running cycle
	FormAt    time.Time
	FormBy    deal.PersonID
	Contacts  []TargetContact
	Notes     map[string]bool // IDs of history notes that are there
	Marks     ImportMarks
}

// TargetContact is a contact with its last change.
type TargetContact struct {
	deal.Contact

	At time.Time
	By deal.PersonID
}

// ImportChange is what one row writes to an account that is there: records with the version they become, in one transaction
// with the row's outcome.
type ImportChange struct {
	Import   string
	By       deal.PersonID
	Account  deal.AccountID
	Profile  *deal.Profile
	Form     *deal.Form
	Contacts []deal.Contact
	Notes    []HistoryNote
	Marks    *ImportMarks
}

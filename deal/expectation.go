package deal

// Expectation says, as an argument of [CodeInvalidValue], what a field takes where that is no list of values: a word
// without a language, for which the catalogue has its sentence.
type Expectation string

// What fields take.
const (
	OnlyWithParent     Expectation = "only_with_parent"       // a relation belongs to a parent
	OnlyWithMerge      Expectation = "only_with_merge"        // only a merger names another account
	LastingPlaybook    Expectation = "lasting_playbook"       // one that does not serve one-off projects
	WithinHundredYears Expectation = "within_a_hundred_years" // further ahead is a slip of the pen; see tooFar
	AtLeastOneContact  Expectation = "at_least_one_contact"
)

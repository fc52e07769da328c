package playbook

// dutiesFile is what a playbook asks of people beside the ring: it may be left out, as a whole or in parts, and then nothing
// is asked for.
type dutiesFile struct {
	Support supportFile      `yaml:"support"`
	Visits  visitsFile       `yaml:"visits"` // of executives
	Gifts   giftsFile        `yaml:"gifts"`
	Review  reviewFile       `yaml:"review"` // after visits
	Plan    planRevisionFile `yaml:"plan"`
}

type supportFile struct {
	Ladder  []rungFile   `yaml:"ladder"` // of centres that bring none
	Centres []centreFile `yaml:"centres"`
}

type centreFile struct {
	Centre  scalar     `yaml:"centre"`
	Who     []scalar   `yaml:"who"`
	Respond scalar     `yaml:"respond"`
	Ladder  []rungFile `yaml:"ladder"`
}

type visitsFile struct {
	Prepare  scalar `yaml:"prepare"`  // before the day
	Result   scalar `yaml:"result"`   // after the day
	Urge     scalar `yaml:"urge"`     // after the day on which the result was asked for
	Superior scalar `yaml:"superior"` // after that day
}

func (v visitsFile) all() []scalar { return []scalar{v.Prepare, v.Result, v.Urge, v.Superior} }

type giftsFile struct {
	Currency  scalar `yaml:"currency"`
	EachMinor scalar `yaml:"each_minor"`
	YearMinor scalar `yaml:"year_minor"` // of one contact
}

type reviewFile struct {
	Kinds  []scalar   `yaml:"kinds"`
	Grades []scalar   `yaml:"grades"`
	Intent scalar     `yaml:"intent"`
	Within scalar     `yaml:"within"`
	Ladder []rungFile `yaml:"ladder"`
}

type planRevisionFile struct {
	Every  scalar     `yaml:"every"`
	Ladder []rungFile `yaml:"ladder"`
}

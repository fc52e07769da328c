package playbook

// dossierFile is what a trade says about the account's file: numbers and lists that [dossier.Rules] holds. Everything may
// be left out; then the trade's default stands.
type dossierFile struct {
	Weights      weightsFile    `yaml:"weights"`    // of the seven value items
	GradeFrom    gradeFromFile  `yaml:"grade_from"` // least score of a grade, in hundredths of a point
	Regrade      cadenceFile    `yaml:"regrade"`    // when to grade anew
	Economic     economicFile   `yaml:"economic"`
	Credit       creditFile     `yaml:"credit"`
	Focus        focusFile      `yaml:"focus"`
	Private      privateFile    `yaml:"private"`
	Figures      figuresFile    `yaml:"figures"` // cost, margin and limits: who sees them
	Vetoes       []vetoItemFile `yaml:"vetoes"`
	Filing       scalar         `yaml:"filing"`        // protection from the filing, and from its renewal
	CreditChange scalar         `yaml:"credit_change"` // to decide a change
	Survey       scalar         `yaml:"survey"`        // how long a satisfaction survey is recent
	Trend        scalar         `yaml:"trend"`         // how far back the trend of trust looks
	Agreement    []scalar       `yaml:"agreement"`     // before its end, when to speak up
	Agenda       agendaFile     `yaml:"agenda"`
}

type weightsFile struct {
	ShareOfWallet       scalar `yaml:"share_of_wallet"`
	EffortAndCost       scalar `yaml:"effort_and_cost"`
	DealRisk            scalar `yaml:"deal_risk"`
	StrategicValue      scalar `yaml:"strategic_value"`
	PaymentRisk         scalar `yaml:"payment_risk"`
	OurCapacity         scalar `yaml:"our_capacity"`
	TechnicalDifficulty scalar `yaml:"technical_difficulty"`
}

type gradeFromFile struct {
	A scalar `yaml:"A"`
	B scalar `yaml:"B"`
	C scalar `yaml:"C"`
}

type economicFile struct {
	MonthlyKG   scalar `yaml:"monthly_kg"`
	AnnualMinor scalar `yaml:"annual_minor"`
	Currency    scalar `yaml:"currency"`
}

type creditFile struct {
	GreenTurnoverMinor scalar `yaml:"green_turnover_minor"`
	Currency           scalar `yaml:"currency"`
	YellowLateBP       scalar `yaml:"yellow_late_bp"`
	YellowDaysLate     scalar `yaml:"yellow_days_late"`
	RedDaysLate        scalar `yaml:"red_days_late"`
}

type focusFile struct {
	LargeVolume scalar `yaml:"large_volume"`
	Times       scalar `yaml:"times"`
	FlagBonus   scalar `yaml:"flag_bonus"`
}

type privateFile struct {
	On    scalar   `yaml:"on"`
	Roles []scalar `yaml:"roles"`
}

type figuresFile struct {
	Roles  []scalar `yaml:"roles"`
	Fields []scalar `yaml:"fields"` // of forms
}

// agendaFile says when records ask for something.
type agendaFile struct {
	EvaluationAfter scalar `yaml:"evaluation_after"` // the signing
	EvaluationAhead scalar `yaml:"evaluation_ahead"` // of the end of the agreement
	Notice          scalar `yaml:"notice"`           // before an evaluation or a survey is due
	Urge            scalar `yaml:"urge"`             // after the day on which it was due
	Superior        scalar `yaml:"superior"`         // after that day
}

type vetoItemFile struct {
	Item  scalar   `yaml:"item"`
	Label textFile `yaml:"label"`
}

package dossier

// Facts is what the conditions of a gate see of an account's file: flat values, worked out by [Summarise]. Per-cycle
// records count only if they belong to the running cycle. Numbers of points are whole, means and averages in hundredths
// of a point, days are texts (YYYY-MM-DD) and empty while not known, identifiers are those of the closed sets.
type Facts struct {
	// ── Screening (step screen) ──

	ManAnswered  bool   `json:"man_answered"`  // the three questions of the MAN test are answered
	ManMoney     bool   `json:"man_money"`     // … money with yes
	ManAuthority bool   `json:"man_authority"` // … authority with yes
	ManNeed      bool   `json:"man_need"`      // … need with yes
	ManCell      string `json:"man_cell"`      // MAN, maN, …; empty until answered

	VetoesChecked int64 `json:"vetoes_checked"` // items of the playbook's list that were looked into; of any, where it has no list
	VetoesListed  int64 `json:"vetoes_listed"`  // veto items on the playbook's list
	VetoesHit     int64 `json:"vetoes_hit"`     // items that are hit, lifted or not
	VetoesOpen    int64 `json:"vetoes_open"`    // items that are hit and not lifted by an approval

	FilingLive  bool   `json:"filing_live"`  // a filing protects a project of this account today
	FilingUntil string `json:"filing_until"` // last day of the longest protection

	FocusFlags int64 `json:"focus_flags"` // how many focus flags raise the priority

	// ── People (steps survey, visit) ──

	UserKnown         bool   `json:"user_known"`         // a contact is marked as user
	GatekeeperKnown   bool   `json:"gatekeeper_known"`   // a contact is marked as gatekeeper
	DeciderKnown      bool   `json:"decider_known"`      // a contact is marked as decider
	InfluencerKnown   bool   `json:"influencer_known"`   // a contact is marked as influencer
	UserSettled       bool   `json:"user_settled"`       // … or there is a plan to find out who it is
	GatekeeperSettled bool   `json:"gatekeeper_settled"` // … likewise
	DeciderSettled    bool   `json:"decider_settled"`    // … likewise
	InfluencerSettled bool   `json:"influencer_settled"` // … likewise
	MeetingsInPass    int64  `json:"meetings_in_pass"`   // interactions of this pass that are over
	DecidersMet       int64  `json:"deciders_met"`       // deciders met in this pass
	ContactsDecayed   int64  `json:"contacts_decayed"`   // contacts not touched within the grade's cadence
	SupportJudged     int64  `json:"support_judged"`     // contacts of whom power and support are known
	SupportBalance    int64  `json:"support_balance"`    // Σ power × support
	ChampionRung      string `json:"champion_rung"`      // highest rung anybody has reached
	ChampionLevel     int64  `json:"champion_level"`     // 1 aware … 5 ally, 0 for nobody
	TrustAverage      int64  `json:"trust_average"`      // hundredths of a point over all rated contacts, 0 for none
	TrustTrend        string `json:"trust_trend"`        // rising, steady, falling; empty without comparison

	// ── The purchase (steps survey, analyse) ──

	BuyingPhase      string `json:"buying_phase"`       // how far the customer's purchase is
	DecisionOn       string `json:"decision_on"`        // when the customer means to decide
	FactorsRanked    int64  `json:"factors_ranked"`     // decision factors in the ranking
	IncumbentKnown   bool   `json:"incumbent_known"`    // a rival is marked as incumbent, or it is said that there is none
	RivalsNamed      int64  `json:"rivals_named"`       // rivals on file
	RivalVolume      int64  `json:"rival_volume"`       // what they carry, pieces a month
	RivalVolumeKnown bool   `json:"rival_volume_known"` // every incumbent's volume is known, or there is none
	NeedsCount       int64  `json:"needs_count"`        // needs on file
	NeedsPrioritised int64  `json:"needs_prioritised"`  // needs with origin and priority

	// ── Value, kind, credit (steps analyse, sign) ──

	ValueScored          bool   `json:"value_scored"`           // all seven items are scored
	ValueScore           int64  `json:"value_score"`            // weighted mean in hundredths of a point
	ValueGrade           string `json:"value_grade"`            // A–D by the scores; empty until all are there
	RegradeOn            string `json:"regrade_on"`             // when to grade anew
	RegradeDue           bool   `json:"regrade_due"`            // that day has come
	AccountKind          string `json:"account_kind"`           // kind that was decided
	AccountKindSupported bool   `json:"account_kind_supported"` // the figures support it
	KeyAccount           bool   `json:"key_account"`            // any of the five tests holds
	CreditKnown          bool   `json:"credit_known"`           // a credit colour is in force
	CreditColour         string `json:"credit_colour"`          // the colour in force
	CreditChangeOpen     bool   `json:"credit_change_open"`     // another colour was asked for and not decided
	CreditChangeLate     bool   `json:"credit_change_late"`     // … beyond its limit

	// ── The offer (steps plan, visit) ──

	ProposalSolution    bool   `json:"proposal_solution"`     // the solution is written
	ProposalPositioning bool   `json:"proposal_positioning"`  // the positioning is written
	ProposalValue       bool   `json:"proposal_value"`        // the value statement is written
	ProposalPriced      bool   `json:"proposal_priced"`       // there is a price
	ProposalCosted      bool   `json:"proposal_costed"`       // there is a cost budget
	ProposalMilestones  int64  `json:"proposal_milestones"`   // milestones, each with day and owner
	ProposalOwners      int64  `json:"proposal_owners"`       // who answers for it
	ProposalComplete    bool   `json:"proposal_complete"`     // all of these
	ProposalMinor       int64  `json:"proposal_amount_minor"` // price in minor units
	ProposalCurrency    string `json:"proposal_currency"`     // ISO 4217
	ProposalMarginBP    int64  `json:"proposal_margin_bp"`    // margin in basis points of the price, 0 while not known

	NoRival           bool  `json:"no_rival"`           // we looked, and there is nobody to compare with
	RivalsCompared    int64 `json:"rivals_compared"`    // rivals in the competition matrix that have a score
	CompetitionScored bool  `json:"competition_scored"` // every rival has a score for every criterion
	CompetitionLead   int64 `json:"competition_lead"`   // we minus the best rival, hundredths of a point

	SimulationVotes    int64 `json:"simulation_votes"`    // people whose vote was thought about
	SimulationDeciders bool  `json:"simulation_deciders"` // … among them every known decider, and there is one
	SimulationBalance  int64 `json:"simulation_balance"`  // votes for us minus votes against us

	NegotiationTiming       bool   `json:"negotiation_timing"`       // when to speak of price is written
	NegotiationAlternatives bool   `json:"negotiation_alternatives"` // the alternatives are written
	NegotiationLimits       bool   `json:"negotiation_limits"`       // the limits are written
	Concessions             int64  `json:"concessions"`              // concessions of ours
	Commitment              string `json:"commitment"`               // letter_of_intent or verbal, with evidence; empty for none

	// ── Trial and agreement (steps trial, sign) ──

	TrialCriteria  int64 `json:"trial_criteria"`   // acceptance criteria of all trials
	TrialOpen      int64 `json:"trial_open"`       // … not judged
	TrialFailed    int64 `json:"trial_failed"`     // … failed
	TrialAllPassed bool  `json:"trial_all_passed"` // there is one, and all passed

	Agreement         string `json:"agreement"`              // the agreement that starts last, as requests name it: agreement/<id>
	AgreementNumber   bool   `json:"agreement_number"`       // … has a number
	AgreementValued   bool   `json:"agreement_valued"`       // … an amount
	AgreementDated    bool   `json:"agreement_dated"`        // … term, start and end
	AgreementSigned   bool   `json:"agreement_signed"`       // … the day it was signed
	AgreementProven   bool   `json:"agreement_proven"`       // … its signed file among the documents, with the same hash
	AgreementComplete bool   `json:"agreement_complete"`     // all of these
	AgreementMinor    int64  `json:"agreement_amount_minor"` // amount in minor units
	AgreementCurrency string `json:"agreement_currency"`     // ISO 4217
	AgreementEndsOn   string `json:"agreement_ends_on"`      // last day
	AgreementNudge    int64  `json:"agreement_nudge"`        // 60, 30 or 7 once so many days are left, 0 before

	// ── Service (steps maintain, archive) ──

	UserServed         bool   `json:"user_served"`         // the service plan covers the users
	GatekeeperServed   bool   `json:"gatekeeper_served"`   // … the gatekeepers
	DeciderServed      bool   `json:"decider_served"`      // … the deciders
	ServicesDue        int64  `json:"services_due"`        // services whose day has come
	SurveyOn           string `json:"survey_on"`           // day of the latest satisfaction survey
	SurveyRecent       bool   `json:"survey_recent"`       // it lies within the rules' span
	SurveySatisfaction int64  `json:"survey_satisfaction"` // its mean in hundredths of a point
	ActionsOpen        int64  `json:"actions_open"`        // corrective actions of any survey not closed
	EvaluationVolume   bool   `json:"evaluation_volume"`   // the newest evaluation has volume and target
	EvaluationRated    bool   `json:"evaluation_rated"`    // … the satisfaction
	EvaluationMargin   bool   `json:"evaluation_margin"`   // … the margin
	EvaluationLessons  bool   `json:"evaluation_lessons"`  // … the lessons
	EvaluationComplete bool   `json:"evaluation_complete"` // all of these
	DocumentsCount     int64  `json:"documents_count"`     // documents of this cycle
}

package dossier

import (
	"time"

	"closedloop/deal"
)

// Classification says what kind of account this is, by which figures, and which tests make it a key account
// (domain.md §5).
type Classification struct {
	AccountKind AccountKind `json:"account_kind"`
	MonthlyKG   int64       `json:"monthly_kg"`   // what the customer ships a month, in kilograms
	AnnualMinor int64       `json:"annual_minor"` // what the customer spends a year, in minor units
	Currency    string      `json:"currency"`     // ISO 4217
	Sector      Sector      `json:"sector"`       // empty for none that counts as important
	ValueChain  string      `json:"value_chain"`  // the tie that makes it part of a group
	Potential   string      `json:"potential"`    // what makes it strategic: potential, a point to break through
	Tests       []KeyTest   `json:"tests"`        // those that hold
}

// KeyTest is a test that makes a key account, and why it holds.
type KeyTest struct {
	Test   Test   `json:"test"`
	Reason string `json:"reason"`
}

// AccountKind says why an account matters.
type AccountKind string

// The kinds of account.
const (
	Economic  AccountKind = "economic"
	Important AccountKind = "important"
	Group     AccountKind = "group"
	Strategic AccountKind = "strategic"
)

func accountKinds() set[AccountKind] {
	return set[AccountKind]{
		opt(Economic, "经济型", "Economic"), opt(Important, "重要型", "Important"), opt(Group, "集团型", "Group"), opt(Strategic, "战略型", "Strategic"),
	}
}

// AllAccountKinds returns every kind.
func AllAccountKinds() []AccountKind { return accountKinds().all() }

// ParseAccountKind reads a kind's identifier.
func ParseAccountKind(s string) (AccountKind, error) {
	return accountKinds().parse("kind of account", s)
}

// Label is what people call it; empty for something that is no kind.
func (k AccountKind) Label() deal.Text { return accountKinds().label(k) }

// Sector is a branch whose houses are important whatever they ship.
type Sector string

// The important sectors.
const (
	Government Sector = "government"
	Justice    Sector = "justice"
	Health     Sector = "health"
	Education  Sector = "education"
	Press      Sector = "press"
)

func sectors() set[Sector] {
	return set[Sector]{
		opt(Government, "政府", "Government"), opt(Justice, "司法", "Justice"), opt(Health, "医疗", "Health"), opt(Education, "教育", "Education"),
		opt(Press, "新闻", "Press"),
	}
}

// AllSectors returns every important sector.
func AllSectors() []Sector { return sectors().all() }

// ParseSector reads a sector's identifier.
func ParseSector(s string) (Sector, error) { return sectors().parse("sector", s) }

// Label is what people call it; empty for something that is no sector.
func (s Sector) Label() deal.Text { return sectors().label(s) }

// Test is one of the five tests of which any makes a key account.
type Test string

// The five tests.
const (
	LargeContract     Test = "large_contract" // of one to two years
	StrategicProject  Test = "strategic_project"
	ImageEffect       Test = "image_effect"
	AbsorbsTechnology Test = "absorbs_technology"
	StrongGrowth      Test = "strong_growth"
)

func tests() set[Test] {
	return set[Test]{
		opt(LargeContract, "1–2 年大额合同", "Large contract of 1–2 years"), opt(StrategicProject, "战略项目", "Strategic project"),
		opt(ImageEffect, "影响我方形象", "Effect on our image"), opt(AbsorbsTechnology, "吸收我方技术", "Absorbs our technology"),
		opt(StrongGrowth, "增长强劲", "Strong growth"),
	}
}

// AllTests returns the five tests.
func AllTests() []Test { return tests().all() }

// ParseTest reads a test's identifier.
func ParseTest(s string) (Test, error) { return tests().parse("test of a key account", s) }

// Label is what people call it; empty for something that is no test.
func (t Test) Label() deal.Text { return tests().label(t) }

// KeyAccount tells whether any of the five tests holds, and which do for what reason.
func (k Classification) KeyAccount() (bool, []KeyTest) { return len(k.Tests) > 0, k.Tests }

// Kind implements [Record].
func (Classification) Kind() Kind { return ClassificationKind }

// Validate implements [Record].
func (k Classification) Validate(now time.Time) deal.Refusals {
	c := begin(k, now)
	maybe(c, "/account_kind", k.AccountKind, accountKinds())
	c.quantity("/monthly_kg", k.MonthlyKG, maxVolume)
	c.price("/annual_minor", k.AnnualMinor, "/currency", k.Currency)
	maybe(c, "/sector", k.Sector, sectors())
	for i, t := range k.Tests {
		chosen(c, cell("/tests", i, "test"), t.Test, tests())
		c.reason(cell("/tests", i, "reason"), t.Reason)
	}
	unique(c, "/tests", k.Tests, "test", func(t KeyTest) string { return string(t.Test) })
	return c.done()
}

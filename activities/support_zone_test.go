package activities_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/activities/memory"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/dossier"
)

// twoZones are the working time of China, and in the west the same five hours later.
type twoZones struct{ activities.FixedCalendar }

type hoursBehind struct{ western }

func (w hoursBehind) Add(from time.Time, d time.Duration) time.Time {
	return w.Working.Add(from.Add(-behind), d).Add(behind)
}

func (w hoursBehind) NextWorking(at time.Time) time.Time {
	return w.Working.NextWorking(at.Add(-behind)).Add(behind)
}

func (w hoursBehind) EndOfDay(at time.Time) time.Time {
	return w.Working.EndOfDay(at.Add(-behind)).Add(behind)
}

func (w hoursBehind) Version() string { return "west:" + w.Working.Version() }

func (c twoZones) Working(region string) deal.Working {
	w := c.FixedCalendar.Working(region)
	if region == "west" {
		return hoursBehind{western{w}}
	}
	return w
}

// supportBooks give the sales centre four office hours.
type supportBooks struct{ *memory.Books }

func (b supportBooks) Rules(of deal.BookRef) (dossier.Rules, error) {
	rules, err := b.Books.Rules(of)
	rules.Duties.Support = []dossier.CentreRules{{
		Centre: dossier.SalesCentre, Who: []deal.Audience{"person:helper"}, Within: deal.OfficeTime(4 * time.Hour), Ladder: []deal.LadderRung{{Name: deal.Urge, Percent: 100}},
	}}
	return rules, err
}

// The target of a support request is counted like every clock of the account: in the office hours of the region of its team
// (docs/decisions/0016), wherever the people of the centre sit.
func TestSupportTarget_countsInTheRegionOfTheAccountsTeam(t *testing.T) {
	t.Parallel()
	target := func(region, helper string) time.Time {
		r := newRig(t)
		r.accounts.People.Teams = append(r.accounts.People.Teams, deal.Team{ID: "centre", Region: helper})
		r.accounts.People.Teams[0].Region = region
		r.accounts.People.People = append(r.accounts.People.People, deal.Person{ID: "helper", Login: "helper", Role: deal.Finance, Team: "centre", Active: true})
		var err error
		r.ledger, err = activities.NewLedger(r.accounts, supportBooks{r.books}, twoZones{activities.FixedCalendar{Calendar: calendar.Default()}}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		r.do(t, "k1", open())
		r.filed("support_request", "s1", `{"centre":"sales","wanted":"a test","why":"a tender","accepted_at":"2026-03-02T08:00:00Z"}`) // 16:00 in Shanghai
		r.system(t, "replan-1", time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), deal.Recompute{})
		require.Len(t, r.agenda(), 1)
		require.Equal(t, []deal.PersonID{"helper"}, assignees(r.accounts.State(account), deal.SupportTask))
		return r.agenda()[0].Due.UTC()
	}
	home := time.Date(2026, 3, 3, 3, 0, 0, 0, time.UTC)   // two hours until six, two hours from nine on
	west := time.Date(2026, 3, 2, 13, 30, 0, 0, time.UTC) // eleven o'clock there: one hour until lunch, three after it
	require.Equal(t, home, target("", ""))
	require.Equal(t, home, target("", "west"), "the account's team answers for it")
	require.Equal(t, west, target("west", "west"))
	require.Equal(t, west, target("west", ""))
}

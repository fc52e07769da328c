//go:build e2e

package e2e_test

import (
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What of the API's answers the tests look at. The names are those of the wire.

type account struct {
	ID               string     `json:"id"`
	Number           string     `json:"number"`
	Name             string     `json:"name"`
	Profile          profile    `json:"profile"`
	Playbook         bookRef    `json:"playbook"`
	Step             string     `json:"step"`
	Status           string     `json:"status"`
	Cycle            int        `json:"cycle"`
	Pass             int        `json:"pass"`
	Seq              int64      `json:"seq"`
	Owner            *human     `json:"owner"`
	Team             *team      `json:"team"`
	Grade            string     `json:"grade"`
	Intake           string     `json:"intake"`
	Outcome          string     `json:"outcome"`
	WonAt            *time.Time `json:"won_at"`
	ResumeOn         string     `json:"resume_on"`
	RecheckAt        *time.Time `json:"recheck_at"`
	Deadline         *time.Time `json:"deadline"`
	Overdue          bool       `json:"overdue"`
	NextFollowUp     *time.Time `json:"next_follow_up"`
	Flags            []string   `json:"flags"`
	UpdatedAt        time.Time  `json:"updated_at"`
	Gate             gate       `json:"gate"`
	PendingApprovals []approval `json:"pending_approvals"`
	AllowedCommands  []string   `json:"allowed_commands"`
}

type profile struct {
	Version         int64  `json:"version"`
	Name            string `json:"name"`
	Address         string `json:"address"`
	MonthlyInbound  *int   `json:"monthly_inbound"`
	MonthlyOutbound *int   `json:"monthly_outbound"`
	Author          string `json:"author"`
	CollectedOn     string `json:"collected_on"`
}

type bookRef struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

type human struct {
	ID    string `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Team  string `json:"team"`
}

type team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type gate struct {
	Step  string   `json:"step"`
	Met   []string `json:"met"`
	Unmet []struct {
		Code string `json:"code"`
		Text string `json:"text"`
		Hint string `json:"hint"`
		Href string `json:"href"`
	} `json:"unmet"`
}

// codes are what is unmet, sorted.
func (g gate) codes() []string {
	codes := []string{}
	for _, u := range g.Unmet {
		codes = append(codes, u.Code)
	}
	slices.Sort(codes)
	return codes
}

type commandAnswer struct {
	Seq     int64    `json:"seq"`
	Account *account `json:"account"`
}

type form struct {
	Step    string `json:"step"`
	Cycle   int    `json:"cycle"`
	Version int64  `json:"version"`
	Content data   `json:"content"`
	Gate    *gate  `json:"gate"`
}

type contact struct {
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	Name       string `json:"name"`
	Role       string `json:"role"`
	Mobile     string `json:"mobile"`
	PhoneValid bool   `json:"phone_valid"`
}

type interaction struct {
	ID     string `json:"id"`
	Step   string `json:"step"`
	Pass   int    `json:"pass"`
	Result string `json:"result"`
}

type approval struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Status  string `json:"status"`
	Subject struct {
		Type    string `json:"type"`
		ID      string `json:"id"`
		Version int64  `json:"version"`
	} `json:"subject"`
	Requester *human `json:"requester"`
	Acting    *human `json:"acting"`

	Amount string `json:"amount"`
	Text   string `json:"text"`
	Level  int    `json:"level"`
	Levels []struct {
		Who   string `json:"who"`
		Seats []struct {
			Holder   *human `json:"holder"`
			Deputy   *human `json:"deputy"`
			By       *human `json:"by"`
			Decision string `json:"decision"`
			Comment  string `json:"comment"`
			Auto     bool   `json:"auto"`
			Via      string `json:"via"`
		} `json:"seats"`
	} `json:"levels"`
	WaitingFor []human `json:"waiting_for"`
}

// waits are the logins whose word is missing, sorted.
func (a approval) waits() []string {
	var logins []string
	for _, p := range a.WaitingFor {
		logins = append(logins, p.Login)
	}
	slices.Sort(logins)
	return logins
}

type task struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Text     string    `json:"text"`
	Account  reference `json:"account"`
	Assignee *human    `json:"assignee"`
	Ref      string    `json:"ref"`
	Status   string    `json:"status"`
}

type notice struct {
	ID      string     `json:"id"`
	Kind    string     `json:"kind"`
	Text    string     `json:"text"`
	Account reference  `json:"account"`
	Seq     int64      `json:"seq"`
	At      time.Time  `json:"at"`
	Ref     string     `json:"ref"`
	ReadAt  *time.Time `json:"read_at"`
}

type reference struct {
	ID string `json:"id"`
}

type coming struct {
	At    time.Time `json:"at"`
	Clock string    `json:"clock"`
	Kind  string    `json:"kind"`
	Rung  string    `json:"rung"`
	To    []human   `json:"to"`
	Text  string    `json:"text"`

	Account     reference `json:"account"`
	Provisional bool      `json:"provisional"`
}

type event struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Cycle int       `json:"cycle"`
	Step  string    `json:"step"`
	Kind  string    `json:"kind"`
	Text  string    `json:"text"`
	Actor *human    `json:"actor"`
	Data  data      `json:"data"`
}

type importStatus struct {
	ID        string `json:"id"`
	Filename  string `json:"filename"`
	Status    string `json:"status"`
	Total     int    `json:"total"`
	Opened    int    `json:"opened"`
	Unchanged int    `json:"unchanged"`
	Refused   int    `json:"refused"`
}

type importProblem struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Cell   string `json:"cell"`
	Code   string `json:"code"`
	Value  string `json:"value"`
	Text   string `json:"text"`
}

type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor"`
}

// all reads every page of a list.
func all[T any](t *testing.T, w person, path string, params url.Values) []T {
	t.Helper()
	query := url.Values{"limit": {strconv.Itoa(200)}}
	for name, values := range params {
		query[name] = values
	}
	var items []T
	for {
		var page list[T]
		w.get(t, path+"?"+query.Encode()).ok(t, &page)
		items = append(items, page.Items...)
		if page.NextCursor == "" {
			return items
		}
		require.NotEmpty(t, page.Items, "an empty page with a next one")
		query.Set("cursor", page.NextCursor)
	}
}

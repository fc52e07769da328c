package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/identity"
)

// Options are what the API is made of. All fields but PublicURL and Version are needed.
type Options struct {
	Commander Commander
	Log       Log
	Accounts  Accounts
	Records   Records
	Dossier   Dossier
	Files     Files
	Work      Work
	People    People
	Identity  Identity
	Links     Links
	Stream    Stream
	Wakes     Waker
	Feeds     Feeds
	Requests  Requests
	Imports   Imports
	Handovers Handovers
	Playbooks Playbooks
	Editions  Editions
	Cases     Cases
	Reviews   Reviews
	Ahead     Ahead
	Calendars Calendars
	Jobs      Jobs
	Channels  Channels
	Breaches  Breaches
	Bulletins Bulletins
	Quota     Quota
	Health    Health

	// Passwords checks logins.
	Passwords *identity.Passwords
	// Installation is the ID that was made with the database; command keys and account IDs follow from it.
	Installation string
	// TextKey is the installation's secret for the hashes of texts, 32 bytes or more. It must never change: what stands
	// in a log could not be compared with its text any more.
	TextKey []byte
	// House seals what is told again but must not be read in the database.
	House *identity.House
	// Zone is where the organisation works: its days begin there.
	Zone *time.Location
	// Rules are the numbers and lists that a playbook brings for what the field knows.
	Rules func(deal.BookRef) (dossier.Rules, error)
	// PublicURL is the address that browsers use, when it is not the address of the listener: behind a proxy with TLS.
	PublicURL string

	Limits  Limits
	Version Version
	Now     func() time.Time
	Logger  *slog.Logger
}

// Limits keep one caller from taking everything.
type Limits struct {
	RequestTimeout     time.Duration // after it the caller is told to ask again
	BodyTimeout        time.Duration // for a request's body to arrive
	BodyBytes          int64         // of JSON
	UploadBytes        int64         // of a lead sheet
	Uploads            int           // sheets read at once: they are held in memory
	FileBytes          int64         // of a document
	FileUploads        int           // documents on their way at once: they pass through temporary files
	Exports            int           // lists on their way into a file at once
	ExportRows         int           // of one file
	ExportTime         time.Duration // for one file
	SessionTTL         time.Duration // of a login
	InFlight           int           // commands at once
	InFlightPerAccount int           // of one account; the engine takes 10
	LoginFailures      int           // of one login from one address within LoginWindow
	LoginWindow        time.Duration
	Streams            int           // of events at once
	StreamsPerPerson   int           // a browser has one in each of its windows
	StreamBeat         time.Duration // between two signs of life, and how soon a stream notices that its login is over
}

// DefaultLimits are those of contract.md §4 and trust-and-speed.md §2.3.
func DefaultLimits() Limits {
	return Limits{
		RequestTimeout: 10 * time.Second, BodyTimeout: 10 * time.Second, BodyBytes: 1 << 20, UploadBytes: 20 << 20, Uploads: 4,
		FileBytes: dossier.LargestFile, FileUploads: 16, Exports: 4, ExportRows: 100_000, ExportTime: 5 * time.Minute,
		SessionTTL: 12 * time.Hour, InFlight: 64, InFlightPerAccount: 4, LoginFailures: 10, LoginWindow: time.Minute,
		Streams: 2000, StreamsPerPerson: 10, StreamBeat: 20 * time.Second,
	}
}

// Version is what /version says about the program.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Built   string `json:"built"`
	Go      string `json:"go"`
}

func (o Options) check() error {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s is missing or out of range", what))
		}
	}
	need(o.Commander != nil, "Commander")
	need(o.Log != nil, "Log")
	need(o.Accounts != nil, "Accounts")
	need(o.Records != nil, "Records")
	need(o.Dossier != nil, "Dossier")
	need(o.Files != nil, "Files")
	need(o.Work != nil, "Work")
	need(o.People != nil, "People")
	need(o.Identity != nil, "Identity")
	need(o.Links != nil, "Links")
	need(o.Stream != nil, "Stream")
	need(o.Wakes != nil, "Wakes")
	need(o.Feeds != nil, "Feeds")
	need(o.Requests != nil, "Requests")
	need(o.Imports != nil, "Imports")
	need(o.Handovers != nil, "Handovers")
	need(o.Playbooks != nil, "Playbooks")
	need(o.Editions != nil, "Editions")
	need(o.Cases != nil, "Cases")
	need(o.Reviews != nil, "Reviews")
	need(o.Ahead != nil, "Ahead")
	need(o.Calendars != nil, "Calendars")
	need(o.Channels != nil, "Channels")
	need(o.Health != nil, "Health")
	need(o.Passwords != nil, "Passwords")
	need(o.Installation != "", "Installation")
	need(len(o.TextKey) >= 32, "TextKey (32 bytes or more)")
	need(o.House != nil, "House")
	need(o.Zone != nil, "Zone")
	need(o.Rules != nil, "Rules")
	need(o.Now != nil, "Now")
	need(o.Logger != nil, "Logger")
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		need(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "", "PublicURL")
	}
	l := o.Limits
	need(l.RequestTimeout > 0 && l.BodyTimeout > 0 && l.SessionTTL > 0 && l.LoginWindow > 0 && l.ExportTime > 0, "a duration of Limits")
	need(l.BodyBytes > 0 && l.UploadBytes > 0 && l.FileBytes > 0 && l.FileBytes <= dossier.LargestFile, "a size of Limits")
	need(l.InFlight > 0 && l.InFlightPerAccount > 0 && l.Uploads > 0 && l.FileUploads > 0 && l.Exports > 0 && l.ExportRows > 0 && l.LoginFailures > 0, "a count of Limits")
	need(l.Streams > 0 && l.StreamsPerPerson > 0 && l.StreamBeat > 0, "a limit of streams in Limits")
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("options of the API: %w", err)
	}
	return nil
}

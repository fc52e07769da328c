package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"closedloop/calendar"
)

func (a *app) calendarCommand() *cobra.Command {
	root := &cobra.Command{Use: "calendar", Short: "Holidays, company days and office hours", Args: cobra.NoArgs}
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in the YAML of a year or of the office hours through a running installation",
		Long: "Reads a file as docs/calendar.md describes it, says how many running deadlines it moves, and puts it in force in every " +
			"process at once. It replaces what was said about that year, or about the office hours, before.",
		Args: cobra.ExactArgs(1),
	}
	data := a.dataFlag(cmd)
	login := cmd.Flags().String("user", "admin1", "login of the administrator who does it")
	address := cmd.Flags().String("url", "", "address of the API (default: http:// and the setting listen)")
	region := cmd.Flags().String("region", "", "take it in for one region (default: for the organisation)")
	preview := cmd.Flags().Bool("preview", false, "only say what would move, and change nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if *region != "" && !calendar.IsRegion(*region) {
			return fmt.Errorf("region %q: small letters, digits and hyphens, a letter first, at most %d", *region, calendar.MaxRegion)
		}
		text, err := os.ReadFile(args[0])
		if err != nil {
			return fmt.Errorf("read calendar: %w", err)
		}
		office, year, err := calendar.ParseFile(filepath.Base(args[0]), text)
		if err != nil {
			return err //nolint:wrapcheck // file, line and reason
		}
		c, token, err := a.shortToken(ctx, *data, *login)
		if err != nil {
			return err
		}
		u := &uploader{base: base(*address, c), token: token, out: cmd.OutOrStdout(), client: &http.Client{Timeout: time.Minute}}
		return u.calendar(ctx, *region, office, year, *preview)
	}
	root.AddCommand(cmd)
	return root
}

// word is what the API says of a part of the calendar.
type word struct {
	Version  string `json:"calendar_version"`
	Revision int64  `json:"revision"`
	Zone     string `json:"zone"`
	Preview  struct {
		Before    string `json:"before"`
		After     string `json:"after"`
		Accounts  int    `json:"accounts"`
		Deadlines int    `json:"deadlines"`
	} `json:"preview"`
}

// calendar puts a file in force for a region, or for the organisation, after a look at what it moves.
func (u *uploader) calendar(ctx context.Context, region string, office *calendar.Office, year *calendar.Year, preview bool) error {
	const resource = "/api/v1/calendar"
	what, read, write := "office hours", resource+"/office-hours", resource+"/office-hours"
	query, of := url.Values{}, url.Values{}
	var document any
	if office != nil {
		hours := office.Document()
		if region != "" {
			hours.Zone = office.Zone()
		}
		document = hours
	} else {
		what = strconv.Itoa(year.Number())
		query.Set("year", what)
		read, write, document = resource, resource+"/"+what, year.Document()
	}
	if region != "" {
		query.Set("region", region)
		of.Set("region", region)
		what = region + ", " + what
	}
	read += asQuery(query)
	var now word
	if err := u.call(ctx, http.MethodGet, read, nil, &now); err != nil {
		return err
	}
	if office != nil && region == "" && office.Zone() != now.Zone {
		return fmt.Errorf("the file is for %s, the installation works in %s: a zone is changed with calendar.dir and a restart", office.Zone(), now.Zone)
	}
	of.Set("preview", "true")
	would, err := u.put(ctx, write+asQuery(of), now.Revision, document)
	if err != nil {
		return err
	}
	p := would.Preview
	if _, err := fmt.Fprintf(u.out, "%s: calendar %s -> %s, %d deadlines of %d accounts move\n", what, p.Before, p.After, p.Deadlines, p.Accounts); err != nil {
		return err
	}
	if preview {
		return nil
	}
	of.Del("preview")
	done, err := u.put(ctx, write+asQuery(of), now.Revision, document)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(u.out, "%s: in force as revision %d, calendar %s\n", what, done.Revision, done.Version)
	return err
}

// asQuery are values behind a question mark; nothing for none.
func asQuery(v url.Values) string {
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// put sends a document that was made from a revision.
func (u *uploader) put(ctx context.Context, path string, revision int64, document any) (word, error) {
	var w word
	body, err := json.Marshal(document)
	if err != nil {
		return w, fmt.Errorf("encode calendar: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, u.base+path, bytes.NewReader(body))
	if err != nil {
		return w, fmt.Errorf("address of the API: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", strconv.FormatInt(revision, 10))
	text, err := u.exchange(req)
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return w, fmt.Errorf("read answer: %w", err)
	}
	return w, nil
}

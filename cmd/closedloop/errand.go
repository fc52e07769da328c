package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func (a *app) jobsCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "jobs", Short: "What the installation does by itself, day by day and month by month, and how far it is", Args: cobra.NoArgs,
	}
	data := a.dataFlag(root)
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		u, err := a.client(cmd, *data)
		if err != nil {
			return err
		}
		return u.jobs(cmd.Context())
	}
	clientFlags(root)
	root.AddCommand(a.runJobCommand())
	return root
}

func (a *app) runJobCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run JOB [PERIOD]",
		Short: "Do a job for a period now, with what is missing before it",
		Long: "PERIOD is a day (2026-05-04) or a month (2026-05) that is over; without one, everything that is due is done. A period that is " +
			"done is not done again. Waits for the end.",
		Args: cobra.RangeArgs(1, 2),
	}
	data := a.dataFlag(cmd)
	wait := cmd.Flags().Duration("wait", 10*time.Minute, "how long to wait for the end; the job goes on in any case")
	clientFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		u, err := a.client(cmd, *data)
		if err != nil {
			return err
		}
		period := ""
		if len(args) > 1 {
			period = args[1]
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), *wait)
		defer cancel()
		return u.runJob(ctx, args[0], period)
	}
	return cmd
}

// clientFlags say as whom, and where, a command asks.
func clientFlags(cmd *cobra.Command) {
	cmd.Flags().String("user", "admin1", "login of the administrator who asks")
	cmd.Flags().String("url", "", "address of the API (default: http:// and the setting listen)")
	cmd.Flags().String("lang", "en", "language of what the installation answers: zh or en")
}

// client is one of a running installation, by the flags of a command.
func (a *app) client(cmd *cobra.Command, data string) (*uploader, error) {
	flag := func(name string) string { return cmd.Flag(name).Value.String() }
	c, token, err := a.shortToken(cmd.Context(), data, flag("user"))
	if err != nil {
		return nil, err
	}
	return &uploader{base: base(flag("url"), c), token: token, out: cmd.OutOrStdout(), lang: flag("lang"), client: &http.Client{Timeout: time.Minute}}, nil
}

// errand is a job as the API tells of it.
type errand struct {
	Name   string    `json:"name"`
	State  string    `json:"state"`
	Done   string    `json:"done"`
	Missed []string  `json:"missed"`
	Next   string    `json:"next"`
	NextAt time.Time `json:"next_at"`
	Last   *struct {
		Period string `json:"period"`
		Error  string `json:"error"`
	} `json:"last"`
}

// errandRun is a job for one period.
type errandRun struct {
	Period   string         `json:"period"`
	State    string         `json:"state"`
	Attempts int            `json:"attempts"`
	Detail   map[string]int `json:"detail"`
	Error    string         `json:"error"`
}

func (u *uploader) errands(ctx context.Context) ([]errand, error) {
	var all []errand
	for cursor := ""; ; {
		var page struct {
			Items []errand `json:"items"`
			Next  string   `json:"next_cursor"`
		}
		if err := u.call(ctx, http.MethodGet, "/api/v1/jobs?limit=200&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}

// mostMissed is how many missed periods a line names.
const mostMissed = 5

// jobs prints a line for every job.
func (u *uploader) jobs(ctx context.Context) error {
	all, err := u.errands(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(u.out, 0, 0, 2, ' ', 0)
	line := func(cells ...string) {
		_, _ = io.WriteString(table, strings.Join(cells, "\t")+"\n") // into memory; Flush tells what went wrong
	}
	line("JOB", "STATE", "DONE UP TO", "MISSED", "NEXT", "FROM")
	for _, j := range all {
		missed := strings.Join(j.Missed[:min(len(j.Missed), mostMissed)], " ")
		if more := len(j.Missed) - mostMissed; more > 0 {
			missed += fmt.Sprintf(" and %d more", more)
		}
		line(j.Name, j.State, orDash(j.Done), orDash(missed), j.Next, j.NextAt.Local().Format("2006-01-02 15:04"))
	}
	for _, j := range all {
		if j.Last != nil && j.Last.Error != "" {
			line(j.Name + " for " + j.Last.Period + ": " + j.Last.Error)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print jobs: %w", err)
	}
	return nil
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// runJob asks for a job and waits until it is done for the period.
func (u *uploader) runJob(ctx context.Context, job, period string) error {
	if period == "" {
		all, err := u.errands(ctx)
		if err != nil {
			return err
		}
		for _, j := range all {
			if j.Name == job && len(j.Missed) > 0 {
				period = j.Missed[len(j.Missed)-1] // those before come first
			}
			if j.Name == job && period == "" {
				_, err := fmt.Fprintf(u.out, "%s: nothing is due; next is %s, from %s on\n", job, j.Next, j.NextAt.Local().Format("2006-01-02 15:04"))
				return err
			}
		}
		if period == "" {
			return fmt.Errorf("there is no job %q; closedloop jobs lists them", job)
		}
	}
	path := "/api/v1/jobs/" + url.PathEscape(job) + "/runs"
	before, err := u.runs(ctx, path)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"period": period})
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("address of the API: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", uuid.NewString())
	answer, err := u.exchange(req)
	if err != nil {
		return err
	}
	var run errandRun
	if err := json.Unmarshal(answer, &run); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if run.State == "done" {
		_, err := fmt.Fprintf(u.out, "%s %s: was done before\n", job, period)
		return err
	}
	return u.awaitJob(ctx, job, period, path, before)
}

// runs are the newest of a job, by period.
func (u *uploader) runs(ctx context.Context, path string) (map[string]errandRun, error) {
	var page struct {
		Items []errandRun `json:"items"`
	}
	err := u.call(ctx, http.MethodGet, path+"?limit=200", nil, &page)
	all := map[string]errandRun{}
	for _, run := range page.Items {
		all[run.Period] = run
	}
	return all, err
}

// awaitJob looks until the job is done for the period, or has failed once more for that one or one before it.
func (u *uploader) awaitJob(ctx context.Context, job, period, path string, before map[string]errandRun) error {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s for %s goes on without us: %w", job, period, ctx.Err())
		case <-ticker.C:
		}
		now, err := u.runs(ctx, path)
		if err != nil {
			return err
		}
		for _, run := range now {
			switch {
			case run.State == "failed" && run.Period <= period && run.Attempts > before[run.Period].Attempts:
				return fmt.Errorf("%s for %s failed and is tried again: %s", job, run.Period, run.Error)
			case run.Period == period && run.State == "done":
				_, err := fmt.Fprintf(u.out, "%s %s: done %v\n", job, period, run.Detail)
				return err
			}
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"closedloop/config"
	"closedloop/identity"
)

func (a *app) importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in a lead sheet (.xlsx or .csv) through a running installation",
		Args:  cobra.ExactArgs(1),
	}
	data := a.dataFlag(cmd)
	login := cmd.Flags().String("user", "ops1", "login of the user who imports: a rep, a manager or sales_ops")
	address := cmd.Flags().String("url", "", "address of the API (default: http:// and the setting listen)")
	var order order
	cmd.Flags().BoolVar(&order.dry, "dry-run", false, "judge every row and say what would happen; open and change nothing")
	cmd.Flags().StringToStringVar(&order.mapping, "mapping", nil, "what a header means: HEADER=FIELD, also several; ignore leaves a column out")
	cmd.Flags().StringVar(&order.errors, "errors", "", "write the refused rows to this file (.xlsx or .csv), to correct and import again")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		file, err := os.ReadFile(args[0])
		if err != nil {
			return fmt.Errorf("read sheet: %w", err)
		}
		c, token, err := a.shortToken(ctx, *data, *login)
		if err != nil {
			return err
		}
		u := &uploader{base: base(*address, c), token: token, out: cmd.OutOrStdout(), client: &http.Client{Timeout: time.Minute}}
		if kind := filepath.Ext(order.errors); order.errors != "" && kind != ".xlsx" && kind != ".csv" {
			return fmt.Errorf("--errors: %s is neither .xlsx nor .csv", order.errors)
		}
		order.name, order.file = filepath.Base(args[0]), file
		return u.run(ctx, order)
	}
	return cmd
}

// toolToken is how long the token of one command lasts.
const toolToken = time.Hour

// shortToken makes a token for one command: who can read the database's password needs no other one.
func (a *app) shortToken(ctx context.Context, data, login string) (config.Config, identity.Token, error) {
	c, st, _, err := a.beside(ctx, data)
	if err != nil {
		return c, "", err
	}
	defer st.Close()
	who, err := person(ctx, st, login)
	if err != nil {
		return c, "", err
	}
	token := identity.NewToken()
	if err := st.NewSession(ctx, token.Hash(), who.ID, time.Now().Add(toolToken)); err != nil {
		return c, "", fmt.Errorf("keep token: %w", err)
	}
	return c, token, nil
}

func base(address string, c config.Config) string {
	if address != "" {
		return address
	}
	if c.API.PublicURL != "" {
		return c.API.PublicURL
	}
	return "http://" + c.Listen
}

// uploader is a client of the import resource.
type uploader struct {
	base   string
	token  identity.Token
	out    io.Writer
	lang   string // of what the API answers; empty: its own
	client *http.Client
}

// order is what to import, and how.
type order struct {
	name    string
	file    []byte
	dry     bool
	mapping map[string]string
	errors  string // where refused rows go; empty: nowhere
}

// path is where the order is sent.
func (o order) path() (string, error) {
	query := url.Values{"filename": {o.name}}
	if o.dry {
		query.Set("dry_run", "true")
	}
	if len(o.mapping) > 0 {
		said, err := json.Marshal(o.mapping)
		if err != nil {
			return "", fmt.Errorf("encode mapping: %w", err)
		}
		query.Set("mapping", string(said))
	}
	return "/api/v1/imports?" + query.Encode(), nil
}

// report is what the API says of an import.
type report struct {
	ID          string `json:"id"`
	Status      string `json:"status"`
	Total       int    `json:"total"`
	Opened      int    `json:"opened"`
	Updated     int    `json:"updated"`
	WouldOpen   int    `json:"would_open"`
	WouldChange int    `json:"would_change"`
	Unchanged   int    `json:"unchanged"`
	Refused     int    `json:"refused"`
}

// changes are rows of a dry run that would change something.
type changes struct {
	Items []struct {
		Row     int `json:"row"`
		Account *struct {
			Number string `json:"number"`
			Name   string `json:"name"`
		} `json:"account"`
		Changes []struct {
			Record string `json:"record"`
			Field  string `json:"field"`
			From   string `json:"from"`
			To     string `json:"to"`
		} `json:"changes"`
	} `json:"items"`
	Next string `json:"next_cursor"`
}

type problems struct {
	Items []struct {
		Row    int    `json:"row"`
		Column string `json:"column"`
		Cell   string `json:"cell"`
		Code   string `json:"code"`
		Text   string `json:"text"`
	} `json:"items"`
	Next string `json:"next_cursor"`
}

// run uploads the sheet, follows the import, and prints what became of every row that was refused.
func (u *uploader) run(ctx context.Context, o order) error {
	var r report
	path, err := o.path()
	if err != nil {
		return err
	}
	if err := u.call(ctx, http.MethodPost, path, o.file, &r); err != nil {
		return err
	}
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for r.Status == "running" {
		select {
		case <-ctx.Done():
			return fmt.Errorf("import %s goes on without us: %w", r.ID, ctx.Err())
		case <-ticker.C:
		}
		if err := u.call(ctx, http.MethodGet, "/api/v1/imports/"+r.ID, nil, &r); err != nil {
			return err
		}
	}
	if err := u.preview(ctx, r.ID, o.dry); err != nil {
		return err
	}
	if err := u.refusals(ctx, r.ID); err != nil {
		return err
	}
	if err := u.keepErrors(ctx, r, o.errors); err != nil {
		return err
	}
	if o.dry {
		_, err = fmt.Fprintf(u.out, "dry run: %d would open, %d would change, %d unchanged, %d refused\n", r.WouldOpen, r.WouldChange, r.Unchanged, r.Refused)
	} else {
		_, err = fmt.Fprintf(u.out, "%d opened, %d changed, %d unchanged, %d refused\n", r.Opened, r.Updated, r.Unchanged, r.Refused)
	}
	if err == nil && r.Status != "done" {
		err = fmt.Errorf("import %s: %s", r.ID, r.Status)
	}
	return err
}

// preview prints what a dry run would change, value by value.
func (u *uploader) preview(ctx context.Context, id string, dry bool) error {
	for cursor := ""; dry; {
		var page changes
		path := "/api/v1/imports/" + id + "/rows?status=would_change&limit=200&cursor=" + url.QueryEscape(cursor)
		if err := u.call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return err
		}
		for _, row := range page.Items {
			name := ""
			if row.Account != nil {
				name = row.Account.Number + " " + row.Account.Name
			}
			for _, c := range row.Changes {
				if _, err := fmt.Fprintf(u.out, "row %d %s: %s.%s: %q -> %q\n", row.Row, name, c.Record, c.Field, c.From, c.To); err != nil {
					return err
				}
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
	return nil
}

// refusals prints every reason against a row.
func (u *uploader) refusals(ctx context.Context, id string) error {
	for cursor := ""; ; {
		var page problems
		path := "/api/v1/imports/" + id + "/errors?limit=200&cursor=" + url.QueryEscape(cursor)
		if err := u.call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return err
		}
		for _, row := range page.Items {
			if _, err := fmt.Fprintf(u.out, "row %d %s %s: %s (%s)\n", row.Row, row.Cell, row.Column, row.Text, row.Code); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// keepErrors writes the refused rows to a file, if there are any and it was asked for.
func (u *uploader) keepErrors(ctx context.Context, r report, file string) error {
	if file == "" || r.Refused == 0 {
		return nil
	}
	content, err := u.send(ctx, http.MethodGet, "/api/v1/imports/"+r.ID+"/errors?format="+strings.TrimPrefix(filepath.Ext(file), "."), nil)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	return nil
}

// call sends a request and reads its JSON answer.
func (u *uploader) call(ctx context.Context, method, path string, body []byte, into any) error {
	text, err := u.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return nil
}

func (u *uploader) send(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("address of the API: %w", err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/octet-stream")
		req.Header.Set("Idempotency-Key", uuid.NewString())
	}
	return u.exchange(req)
}

// exchange sends a request as the user and reads the answer; a problem is an error that says what would help.
func (u *uploader) exchange(req *http.Request) ([]byte, error) {
	req.Header.Set("Authorization", "Bearer "+u.token.Reveal())
	if u.lang != "" {
		req.Header.Set("Accept-Language", u.lang)
	}
	answer, err := u.client.Do(req)
	var refused *net.OpError
	if errors.As(err, &refused) {
		return nil, fmt.Errorf("nobody listens at %s; start closedloop up, or name the address with --url: %w", u.base, err)
	}
	if err != nil {
		return nil, fmt.Errorf("ask the API: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		var p struct {
			Title, Detail string
			Errors        []struct{ Pointer, Detail, Hint string }
		}
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, fmt.Errorf("the API answered %s", answer.Status)
		}
		said := p.Title + ": " + p.Detail
		for i, one := range p.Errors {
			if len(p.Errors) > 1 {
				said += fmt.Sprintf("\n%s: %s", one.Pointer, one.Detail)
			}
			if one.Hint != "" && (i == 0 || len(p.Errors) > 1) {
				said += ". " + one.Hint
			}
		}
		return nil, fmt.Errorf("the API answered %s: %s", answer.Status, said)
	}
	return text, nil
}

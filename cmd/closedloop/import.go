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
		return u.run(ctx, filepath.Base(args[0]), file)
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
	client *http.Client
}

// report is what the API says of an import.
type report struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	Total     int    `json:"total"`
	Opened    int    `json:"opened"`
	Unchanged int    `json:"unchanged"`
	Refused   int    `json:"refused"`
}

type problems struct {
	Items []struct {
		Row    int    `json:"row"`
		Column string `json:"column"`
		Cell   string `json:"cell"`
		Code   string `json:"code"`
		Text   string `json:"text"`
	} `json:"items"`
}

// run uploads the sheet, follows the import, and prints what became of every row that was refused.
func (u *uploader) run(ctx context.Context, name string, file []byte) error {
	var r report
	path := "/api/v1/imports?filename=" + url.QueryEscape(name)
	if err := u.call(ctx, http.MethodPost, path, file, &r); err != nil {
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
	var p problems
	if err := u.call(ctx, http.MethodGet, "/api/v1/imports/"+r.ID+"/errors", nil, &p); err != nil {
		return err
	}
	for _, row := range p.Items {
		if _, err := fmt.Fprintf(u.out, "row %d %s %s: %s (%s)\n", row.Row, row.Cell, row.Column, row.Text, row.Code); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(u.out, "%d opened, %d unchanged, %d refused\n", r.Opened, r.Unchanged, r.Refused)
	if err == nil && r.Status != "done" {
		err = fmt.Errorf("import %s: %s", r.ID, r.Status)
	}
	return err
}

func (u *uploader) call(ctx context.Context, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, u.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("address of the API: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+u.token.Reveal())
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/octet-stream")
		req.Header.Set("Idempotency-Key", uuid.NewString())
	}
	answer, err := u.client.Do(req)
	var refused *net.OpError
	if errors.As(err, &refused) {
		return fmt.Errorf("nobody listens at %s; start closedloop up, or name the address with --url: %w", u.base, err)
	}
	if err != nil {
		return fmt.Errorf("ask the API: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		var p struct{ Title, Detail string }
		if err := json.Unmarshal(text, &p); err != nil {
			return fmt.Errorf("the API answered %s", answer.Status)
		}
		return fmt.Errorf("the API answered %s: %s %s", answer.Status, p.Title, p.Detail)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return nil
}

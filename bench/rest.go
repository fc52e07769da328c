package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"closedloop/deal"
)

// demoPassword is that of all logins of the demo organisation.
const demoPassword = "closedloop-demo"

// rest asks the API as one person, with a bearer token.
type rest struct {
	base   string
	token  string
	person deal.PersonID
	client *http.Client
	keys   *atomic.Int64 // makes idempotency keys
}

// newRest is nobody yet; connections are kept, as a client of many users would.
func newRest(api string) *rest {
	transport := &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute}
	return &rest{base: "http://" + api + "/api/v1", client: &http.Client{Transport: transport, Timeout: 30 * time.Second}, keys: new(atomic.Int64)}
}

// as logs somebody in.
func (r *rest) as(ctx context.Context, login string) (*rest, error) {
	var session struct {
		Token string `json:"token"`
		User  struct {
			ID deal.PersonID `json:"id"`
		} `json:"user"`
	}
	if err := r.post(ctx, "/session", map[string]string{"login": login, "password": demoPassword}, &session); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", login, err)
	}
	somebody := *r
	somebody.token, somebody.person = session.Token, session.User.ID
	return &somebody, nil
}

// problem is an answer that is no success.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Code    string `json:"code"`
		Pointer string `json:"pointer"`
		Detail  string `json:"detail"`
	} `json:"errors"`
}

func (p *problem) Error() string {
	return fmt.Sprintf("the API answered %d %s: %s %v", p.Status, p.Code, p.Detail, p.Errors)
}

func (r *rest) newKey() string { return "bench-" + strconv.FormatInt(r.keys.Add(1), 36) }

// post sends a body under a new key and reads the answer.
func (r *rest) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode body: %w", err)
	}
	return r.call(ctx, http.MethodPost, path, text, into, "Idempotency-Key", r.newKey())
}

func (r *rest) get(ctx context.Context, path string, into any) error {
	return r.call(ctx, http.MethodGet, path, nil, into)
}

// call sends one request; header are names and values in turn. Without into, the answer's body is read and dropped: the
// load should not spend the machine's time on decoding.
func (r *rest) call(ctx context.Context, method, path string, body []byte, into any, header ...string) error {
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	answer, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode < http.StatusBadRequest && into == nil {
		_, err := io.Copy(io.Discard, answer.Body)
		return err //nolint:wrapcheck // of a connection of ours
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		p := &problem{Status: answer.StatusCode}
		if err := json.Unmarshal(text, p); err != nil {
			p.Detail = string(text)
		}
		return fmt.Errorf("%s %s: %w", method, path, p)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read answer of %s %s: %w", method, path, err)
	}
	return nil
}

// asProblem is the API's refusal behind an error; nil if it is something else.
func asProblem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	return nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"
)

// openers is how many accounts are opened at once.
const openers = 16

// openAccounts lets a rep open accounts whose leads are complete, so that the gate of collect holds.
func openAccounts(ctx context.Context, rep *rest, group rune, n int) ([]deal.AccountID, error) {
	ids := make([]deal.AccountID, n)
	err := inTurn(n, openers, func(i int) (err error) {
		ids[i], err = openAccount(ctx, rep, group, i)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open accounts: %w", err)
	}
	return ids, nil
}

// openAccount opens one account; group and number make its name and its phone its own.
func openAccount(ctx context.Context, rep *rest, group rune, number int) (deal.AccountID, error) {
	lead := map[string]any{
		"name": fmt.Sprintf("江苏测速%c%04d电子有限公司", group, number), "premises": "factory", "territory": "经济开发区", "address": "发展大道18号",
		"industry": "电子制造", "monthly_inbound": 420, "monthly_outbound": 960,
		"contacts": []any{map[string]any{"name": "郑刚", "title": "总经理", "role": "decider", "mobile": fmt.Sprintf("139%04d%04d", group%10_000, number)}},
		"form":     playbooktest.Filled(playbooktest.Express, deal.Collect, playbooktest.Options{Now: time.Now()}),
	}
	var opened struct {
		Account struct {
			ID   deal.AccountID `json:"id"`
			Gate struct {
				Unmet []struct {
					Code string `json:"code"`
				} `json:"unmet"`
			} `json:"gate"`
		} `json:"account"`
	}
	if err := rep.post(ctx, "/accounts", lead, &opened); err != nil {
		return "", err
	}
	if len(opened.Account.Gate.Unmet) > 0 {
		return "", fmt.Errorf("the lead of account %s is not complete: %v", opened.Account.ID, opened.Account.Gate.Unmet)
	}
	return opened.Account.ID, nil
}

// The two commands that take a warm account to and fro: forward through the whole gate of collect, and back with a
// reason, whose text is staged beside the log first.
const (
	advanceKind = "advance"
	returnKind  = "return"
)

// mover takes one account to and fro.
type mover struct {
	account deal.AccountID
	ahead   bool // it stands in screen
	moves   int  // that were acknowledged
	advance func(ctx context.Context, id deal.AccountID) error
	goBack  func(ctx context.Context, id deal.AccountID) error
}

func (m *mover) move(ctx context.Context) (string, error) {
	if m.ahead {
		if err := m.goBack(ctx, m.account); err != nil {
			return returnKind, err
		}
	} else if err := m.advance(ctx, m.account); err != nil {
		return advanceKind, err
	}
	m.ahead = !m.ahead
	m.moves++
	if m.ahead {
		return advanceKind, nil
	}
	return returnKind, nil
}

// reason is why accounts go back: of the length that people write.
const reason = "联系人更换，需要重新核实件量和现用快递。"

// overHTTP are the moves as a client of the API makes them.
func overHTTP(rep *rest, account deal.AccountID) *mover {
	post := func(act string, body map[string]string) func(context.Context, deal.AccountID) error {
		text, err := json.Marshal(body)
		return func(ctx context.Context, id deal.AccountID) error {
			if err != nil {
				return fmt.Errorf("encode body: %w", err)
			}
			return rep.call(ctx, http.MethodPost, "/accounts/"+string(id)+"/"+act, text, nil, "Idempotency-Key", rep.newKey())
		}
	}
	return &mover{
		account: account,
		advance: post("advance", map[string]string{"from": string(deal.Collect)}),
		goBack:  post("return", map[string]string{"to": string(deal.Collect), "reason": reason}),
	}
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// maxCommandBytes is the most that travels through the engine; texts stay beside it.
const maxCommandBytes = 32 << 10

// answerGrace is what reading the account for an answer may take when the command itself has used the request's time up.
const answerGrace = 3 * time.Second

// commandBody is the answer to a command.
type commandBody struct {
	Seq     int64        `json:"seq" doc:"of the last event that the command made"`
	Account *accountBody `json:"account,omitempty" doc:"as in GET /accounts/{id}; absent when the command took it out of your sight"`
}

type commandOutput struct {
	ETag string `header:"ETag" doc:"version of the profile"`
	Body commandBody
}

// command takes one command to the account's workflow (architecture.md §2). The key comes first: what the log already
// answered is answered again without asking anybody, before the command is sent and once more before a refusal is passed
// on, since a copy of the request may have been faster.
func (a *API) command(ctx context.Context, id string, build func(*texts) deal.Body) (*commandOutput, error) {
	account, err := accountID(id)
	if err != nil {
		return nil, err
	}
	cmd := a.order(ctx, account)
	pre, err := a.Log.Precheck(ctx, who(ctx).viewer, account, cmd.Key)
	if err != nil {
		return nil, fmt.Errorf("ask the log for a key: %w", err)
	}
	if pre.Known {
		return a.again(ctx, cmd, pre.First)
	}
	if !pre.Visible {
		return nil, deal.ErrNotFound
	}
	beside := texts{secret: a.TextKey, key: cmd.Key}
	cmd.Body = build(&beside)
	cmd.Name = deal.NameOf(cmd.Body)
	answer, err := a.send(ctx, cmd, view.Staged{Account: account, Key: cmd.Key, Texts: beside.byID}, a.Commander.Send)
	if err != nil {
		return nil, err
	}
	return a.done(ctx, account, answer)
}

// order begins a command of the request's actor under the request's key.
func (a *API) order(ctx context.Context, account deal.AccountID) deal.Command {
	c := callOf(ctx)
	return deal.Command{
		Account: account, Actor: c.actor.person.ID, Fingerprint: c.fingerprint,
		Key: deal.CommandKey(a.Installation, c.actor.person.ID, account, c.key),
	}
}

// send stages what belongs to the command, sends it and judges the receipt.
func (a *API) send(ctx context.Context, cmd deal.Command, beside view.Staged,
	how func(context.Context, deal.Command) (deal.Receipt, error),
) (deal.Answer, error) {
	release, err := a.entered(ctx, cmd.Account)
	if err != nil {
		return deal.Answer{}, err
	}
	defer release()
	if wire, err := json.Marshal(cmd); err != nil || len(wire) > maxCommandBytes {
		return deal.Answer{}, no(http.StatusUnprocessableEntity, catalogue.CommandTooLarge)
	}
	staged := len(beside.Texts) > 0 || beside.Draft != nil
	if staged {
		if err := a.Log.Stage(ctx, beside); err != nil {
			return deal.Answer{}, fmt.Errorf("stage texts: %w", err)
		}
	}
	receipt, err := how(ctx, cmd)
	if err != nil {
		return deal.Answer{}, a.unknown(err)
	}
	if receipt.Answer.Outcome != deal.Refused {
		return settled(receipt), nil
	}
	pre, err := a.Log.Precheck(ctx, who(ctx).viewer, cmd.Account, cmd.Key)
	if err != nil {
		return deal.Answer{}, a.unknown(err)
	}
	if pre.Known {
		return firstAnswer(cmd, pre.First)
	}
	if staged {
		if err := a.Log.Unstage(ctx, cmd.Account, cmd.Key); err != nil {
			a.Logger.WarnContext(ctx, "staged texts wait for the sweep", "account", cmd.Account, "error", err)
		}
	}
	f := refused(receipt.Answer.Refusals, cmd.Account)
	a.Logger.InfoContext(ctx, "command refused", "trace_id", callOf(ctx).trace, "account", cmd.Account, "command", cmd.Name,
		"actor", cmd.Actor, "code", f.code)
	return deal.Answer{}, f
}

// unknown is what a caller hears when nobody can say yet what became of a command.
func (a *API) unknown(err error) error {
	if !errors.Is(err, deal.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("send command: %w", err)
	}
	f := no(http.StatusServiceUnavailable, catalogue.OutcomeUnknown).retry(retryAfter)
	f.cause = err
	return f
}

// settled is the answer of a receipt; one that changed nothing stands where the account stands.
func settled(r deal.Receipt) deal.Answer {
	answer := r.Answer
	if answer.LastSeq == 0 {
		answer.LastSeq = r.Now.Seq
	}
	return answer
}

// firstAnswer is what a known key got, if this is the same request.
func firstAnswer(cmd deal.Command, first deal.Remembered) (deal.Answer, error) {
	if first.Fingerprint != cmd.Fingerprint {
		return deal.Answer{}, refused(deal.Refusals{{Code: deal.CodeKeyReused}}, cmd.Account)
	}
	if first.Answer.Outcome == deal.Refused {
		return deal.Answer{}, refused(first.Answer.Refusals, cmd.Account)
	}
	return first.Answer, nil
}

func (a *API) again(ctx context.Context, cmd deal.Command, first deal.Remembered) (*commandOutput, error) {
	answer, err := firstAnswer(cmd, first)
	if err != nil {
		return nil, err
	}
	return a.done(ctx, cmd.Account, answer)
}

// done reads the account as it stands after the command. The command is in the log by now, so a caller whose time is up
// hears that the outcome is to be asked for again, and not that it failed.
func (a *API) done(ctx context.Context, account deal.AccountID, answer deal.Answer) (*commandOutput, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerGrace)
	defer cancel()
	out := &commandOutput{Body: commandBody{Seq: answer.LastSeq}}
	body, err := a.readAccount(ctx, account)
	switch {
	case errors.Is(err, deal.ErrNotFound):
		return out, nil
	case err != nil:
		return nil, a.unknown(err)
	}
	out.ETag, out.Body.Account = etag(body.Profile.Version), body
	return out, nil
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	appendEvent     = named("AppendEvent")
	rememberCommand = named("RememberCommand")
	keepTexts       = named("KeepTexts")
	takeStaged      = named("TakeStaged")
)

// Record gathers everything that follows from a command: its events, its key with the answer, every projection, and
// what was staged beside it. Nothing is sent before the COMMIT, with which it travels; see [Store.InTx].
func (t *ledgerTx) Record(_ context.Context, entry deal.Entry) error {
	if t.writes != nil {
		return fmt.Errorf("%w: a transaction records one command", deal.ErrPermanent)
	}
	if entry.Command.Key == "" {
		return fmt.Errorf("%w: a command without a key cannot be recorded", deal.ErrPermanent)
	}
	batch := &pgx.Batch{}
	err := errors.Join(queueEvents(batch, entry.Events), queueCommand(batch, entry), t.queueStaged(batch, entry))
	if err != nil {
		return fmt.Errorf("%w: %w", deal.ErrPermanent, err)
	}
	rows, err := rowsOf(entry.After, entry.Rows, cyclesOf(entry.Events))
	if err != nil {
		return err
	}
	queueRows(batch, rows)
	queueOutbox(batch, view.AccountNotice, said(entry.Rows.Notices))
	t.said = len(entry.Rows.Notices) > 0
	if err := queueCarry(batch, entry); err != nil {
		return err
	}
	queueEffects(batch, entry) // after what went over: a document that is gone stays as it went
	if err := t.queueCase(batch, entry); err != nil {
		return err
	}
	t.writes = batch
	return nil
}

func queueEvents(batch *pgx.Batch, events []deal.Event) error {
	for _, e := range events {
		content, err := e.Content()
		if err != nil {
			return err
		}
		batch.Queue(string(appendEvent), string(e.Account), e.Seq, e.Cycle, string(e.Step), string(e.Kind), e.Version, content,
			string(e.Actor), e.Key, e.At, e.Prev, e.Hash)
	}
	return nil
}

func queueCommand(batch *pgx.Batch, entry deal.Entry) error {
	answer, err := json.Marshal(entry.Answer)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	batch.Queue(string(rememberCommand), string(entry.Command.Account), entry.Command.Key, entry.Command.Fingerprint,
		entry.Answer.FirstSeq, entry.Answer.LastSeq, answer, entry.After.LastAt)
	return nil
}

func queueRows(batch *pgx.Batch, rows []row) {
	for _, r := range rows {
		batch.Queue(r.of.upsert, r.values...)
	}
}

// queueStaged makes what was staged part of the account.
func (t *ledgerTx) queueStaged(batch *pgx.Batch, entry deal.Entry) error {
	if t.texts == nil && t.draft == nil {
		return nil
	}
	var ids, texts []string
	for _, ref := range t.cmd.Texts() {
		content, ok := t.texts[ref.ID]
		if t.isDraft(ref) { // its text is the remark that came with it
			content, ok = t.draft.Note, t.draft.Note != ""
		}
		if ok {
			ids, texts = append(ids, ref.ID), append(texts, content)
		}
	}
	if len(ids) > 0 {
		batch.Queue(string(keepTexts), string(t.cmd.Account), ids, texts)
	}
	batch.Queue(string(takeStaged), string(t.cmd.Account), t.cmd.Key)
	if t.draft == nil {
		return nil
	}
	return queueDraft(batch, entry, *t.draft)
}

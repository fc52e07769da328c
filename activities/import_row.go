package activities

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
	"closedloop/workflows/contract"
)

// importRow opens the account of one row, unless it is there or looks like another one. In a repeated batch an account
// that is there may be the work of the attempt before, which died before it could say so: its own command knows.
func (i *Imports) importRow(
	ctx context.Context, in contract.ImportInput, sheet leadsheet.Sheet, row leadsheet.Row, repeated bool,
) (view.ImportOutcome, error) {
	known, err := i.sheets.KnownLeads(ctx, []string{row.Lead.Key(), row.Lead.NameKey()}, row.Lead.Phones())
	if err != nil {
		return "", fmt.Errorf("look for row %d: %w", row.Number, err)
	}
	for _, key := range []string{row.Lead.Key(), row.Lead.NameKey()} {
		id, ok := known.ByKey[key]
		if ok && repeated && id == importedAccount(i.installation, row.Lead.Key()) {
			return i.open(ctx, in, row)
		}
		if ok {
			return view.RowUnchanged, i.done(ctx, in, view.ImportRow{Row: row.Number, Outcome: view.RowUnchanged, Account: id})
		}
	}
	for _, phone := range row.Lead.Phones() {
		if names := known.ByPhone[phone]; len(names) > 0 && !slices.Contains(names, naming.Key(row.Lead.Name)) {
			reason := problem(sheet.KnownPhone(row, phone))
			refused := view.ImportRow{Row: row.Number, Outcome: view.RowRefused, Problem: &reason}
			return view.RowRefused, i.done(ctx, in, refused)
		}
	}
	return i.open(ctx, in, row)
}

// open stages the draft and sends the command. The account's ID follows from the upsert key and the command's key from
// import and upsert key, so a row that was opened by an attempt nobody heard of again is opened once, and counts as
// opened by this import and no other.
func (i *Imports) open(ctx context.Context, in contract.ImportInput, row leadsheet.Row) (view.ImportOutcome, error) {
	upsert := row.Lead.Key()
	id := importedAccount(i.installation, upsert)
	key := deal.CommandKey(i.installation, in.Actor, id, "import/"+in.ID+"/"+upsert)
	draft := draftOf(row.Lead, upsert)
	text, err := json.Marshal(draft)
	if err != nil {
		return "", fmt.Errorf("encode row %d: %w", row.Number, err)
	}
	if err := i.sheets.Stage(ctx, view.Staged{Account: id, Key: key, Draft: &draft}); err != nil {
		return "", fmt.Errorf("stage row %d: %w", row.Number, err)
	}
	receipt, err := i.opener.Open(ctx, deal.Command{
		Account: id, Key: key, Fingerprint: "import", Actor: in.Actor, Name: deal.OpenName,
		Body: deal.Open{Territory: row.Lead.Territory, Via: deal.ViaImport, Draft: &deal.TextRef{ID: key, Hash: i.sign(string(text))}},
	})
	if err != nil {
		return "", fmt.Errorf("open row %d: %w", row.Number, err)
	}
	no := receipt.Answer.Refusals
	if no.Has(deal.CodeTextMissing) {
		return "", fmt.Errorf("open row %d: the draft was not there", row.Number)
	}
	// A command that was new has taken its draft; a repeated or refused one leaves it lying.
	if err := i.sheets.Unstage(ctx, id, key); err != nil {
		return "", fmt.Errorf("unstage row %d: %w", row.Number, err)
	}
	switch {
	case receipt.Answer.Outcome == deal.Done:
		return view.RowOpened, i.done(ctx, in, view.ImportRow{Row: row.Number, Outcome: view.RowOpened, Account: id})
	case no.Has(deal.CodeAlreadyOpened):
		return view.RowUnchanged, i.done(ctx, in, view.ImportRow{Row: row.Number, Outcome: view.RowUnchanged, Account: id})
	}
	reason := view.ImportProblem{Row: row.Number, Code: string(no[0].Code), Text: deal.Text{
		ZH: "系统拒绝开户：" + string(no[0].Code), EN: "opening was refused: " + string(no[0].Code),
	}}
	return view.RowRefused, i.done(ctx, in, view.ImportRow{Row: row.Number, Outcome: view.RowRefused, Problem: &reason})
}

func (i *Imports) done(ctx context.Context, in contract.ImportInput, row view.ImportRow) error {
	if err := i.sheets.RowDone(ctx, in.ID, row); err != nil {
		return fmt.Errorf("keep outcome of row %d: %w", row.Row, err)
	}
	return nil
}

// importedAccount is the UUID of an account that comes from a sheet: the same row always means the same account.
func importedAccount(installation, upsert string) deal.AccountID {
	h := sha256.Sum256([]byte(installation + "/import/" + upsert))
	h[6] = h[6]&0x0f | 0x80 // RFC 9562 version 8
	h[8] = h[8]&0x3f | 0x80
	return deal.AccountID(fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16]))
}

// draftOf turns a lead into the records of the account to be. Author and date of collection stay as they were written;
// clocks start at the import.
func draftOf(l leadsheet.Lead, upsert string) view.Draft {
	form := map[string]any{}
	text := func(key, value string) {
		if value != "" {
			form[key] = value
		}
	}
	rival := l.Rival
	if rival == "" && l.RivalVolume != nil && *l.RivalVolume == 0 {
		rival = "无" // nothing is sent with anybody else: the form's word for none
	}
	text("competitor", rival)
	if l.RivalVolume != nil {
		form["competitor_volume"] = *l.RivalVolume
	}
	text("needs", l.Needs)
	text("source", string(l.Source))
	text("items", l.Items)
	text("settlement", settlement(l.Settlement))
	text("note", l.Note)
	day := ""
	if !l.CollectedOn.IsZero() {
		day = l.CollectedOn.Format(time.DateOnly)
	}
	return view.Draft{
		Profile: deal.Profile{
			Name: l.Name, CreditCode: l.CreditCode, Aliases: []string{}, Premises: string(l.Premises), Territory: l.Territory,
			Address: l.Address, Industry: l.Industry, MonthlyInbound: l.MonthlyInbound, MonthlyOutbound: l.MonthlyOutbound,
			Author: l.CollectedBy, CollectedOn: day,
		},
		Form: form,
		Contacts: []deal.Contact{{
			Name: l.Contact.Name, Title: l.Contact.Title, Mobile: l.Contact.Mobile, Phone: l.Contact.Phone, PhoneValid: true,
		}},
		Upsert: upsert,
	}
}

// settlement is the identifier of the sheet's word; an unknown word is other, and nothing stays nothing.
func settlement(word string) string {
	switch word {
	case "":
		return ""
	case "月结":
		return "monthly"
	case "现结", "现付":
		return "cash"
	case "预付", "预存":
		return "prepaid"
	}
	return "other"
}

package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
	"closedloop/workflows/contract"
)

// batch is the rows of one activity with all they are judged by.
type batch struct {
	*Imports
	surroundings

	in       contract.ImportInput
	dry      bool
	repeated bool // an attempt before this one may have got somewhere and said nothing
	sheet    leadsheet.Sheet
	importer view.Viewer
	known    view.KnownLeads
	first    map[deal.AccountID]int // row that was taken for an account first
}

// accountOf is the account on file that a row is about: by its upsert key, else by name and territory, under which it may
// have been opened before its credit code was known.
func (b *batch) accountOf(row leadsheet.Row) (deal.AccountID, bool) {
	for _, key := range []string{row.Lead.Key(), row.Lead.NameKey()} {
		if id, ok := b.known.ByKey[key]; ok {
			return id, true
		}
	}
	return "", false
}

// handle opens the account of one row, or changes the one that is there, or says why not. In a repeated batch an account
// that is there may be the work of the attempt before, which died before it could say so: its own command knows.
func (b *batch) handle(ctx context.Context, row leadsheet.Row) (view.ImportOutcome, error) {
	id, found := b.accountOf(row)
	if !found {
		if number, taken := b.takenNumber(row, "", nil); taken {
			return b.refuse(ctx, row, "", b.sheet.KnownPhone(row, number))
		}
		outcome, err := b.open(ctx, row)
		if err == nil && outcome == "" {
			return b.change(ctx, row, importedAccount(b.installation, row.Lead.Key()))
		}
		return outcome, err
	}
	if b.repeated && !b.dry && id == importedAccount(b.installation, row.Lead.Key()) {
		outcome, err := b.open(ctx, row)
		if err != nil || outcome != "" {
			return outcome, err
		}
	}
	if other := b.first[id]; other != 0 && other != row.Number {
		problem := b.sheet.Against(row, leadsheet.FieldName, leadsheet.SameAccount, row.Lead.Name)
		problem.Other = other
		return b.refuse(ctx, row, id, problem)
	}
	return b.change(ctx, row, id)
}

// takenNumber finds a number of the row that belongs to somebody under another name, unless the account has it already.
func (b *batch) takenNumber(row leadsheet.Row, name string, has []string) (string, bool) {
	for _, number := range row.Lead.Phones() {
		names := b.known.ByPhone[number]
		ours := slices.ContainsFunc(names, func(n string) bool { return n == naming.Key(row.Lead.Name) || name != "" && n == naming.Key(name) })
		if len(names) > 0 && !ours && !slices.Contains(has, number) {
			return number, true
		}
	}
	return "", false
}

// open stages the draft and sends the command. The account's ID follows from the upsert key and the command's key from
// import and upsert key, so a row that was opened by an attempt nobody heard of again is opened once, and counts as
// opened by this import and no other. No outcome says that somebody else opened it meanwhile.
func (b *batch) open(ctx context.Context, row leadsheet.Row) (view.ImportOutcome, error) {
	upsert := row.Lead.Key()
	id := importedAccount(b.installation, upsert)
	draft := draftOf(id, row.Lead, upsert, b.surroundings)
	if b.dry {
		preview := planRow(b.sheet, row, targetOf(id, view.Draft{}), false, b.surroundings)
		return view.RowOpened, b.done(ctx, view.ImportRow{Row: row.Number, Outcome: view.RowOpened, Changes: preview.changes})
	}
	marks := planRow(b.sheet, row, targetOf(id, draft), true, b.surroundings)
	draft.Marks, draft.Import = marks.out.Marks, b.in.ID
	for i := range draft.History {
		draft.History[i].Import = b.in.ID
	}
	key := deal.CommandKey(b.installation, b.in.Actor, id, "import/"+b.in.ID+"/"+upsert)
	text, err := json.Marshal(draft)
	if err != nil {
		return "", fmt.Errorf("encode row %d: %w", row.Number, err)
	}
	if err := b.sheets.Stage(ctx, view.Staged{Account: id, Key: key, Draft: &draft}); err != nil {
		return "", fmt.Errorf("stage row %d: %w", row.Number, err)
	}
	receipt, err := b.opener.Open(ctx, deal.Command{
		Account: id, Key: key, Fingerprint: "import", Actor: b.in.Actor, Name: deal.OpenName,
		Body: deal.Open{Territory: row.Lead.Territory, Via: deal.ViaImport, Draft: &deal.TextRef{ID: key, Hash: b.surroundings.sign(string(text))}},
	})
	if err != nil {
		return "", fmt.Errorf("open row %d: %w", row.Number, err)
	}
	no := receipt.Answer.Refusals
	if no.Has(deal.CodeTextMissing) {
		return "", fmt.Errorf("open row %d: the draft was not there", row.Number)
	}
	// A command that was new has taken its draft; a repeated or refused one leaves it lying.
	if err := b.sheets.Unstage(ctx, id, key); err != nil {
		return "", fmt.Errorf("unstage row %d: %w", row.Number, err)
	}
	switch {
	case receipt.Answer.Outcome == deal.Done:
		return view.RowOpened, b.done(ctx, view.ImportRow{Row: row.Number, Outcome: view.RowOpened, Account: id})
	case no.Has(deal.CodeAlreadyOpened):
		return "", nil
	}
	return b.refuse(ctx, row, "", b.sheet.Against(row, leadsheet.FieldName, leadsheet.Rejected, string(no[0].Code)))
}

// attempts are how often a row is compared anew when somebody edits the account at the same moment.
const attempts = 5

// change brings an account that is there up to what the row says.
func (b *batch) change(ctx context.Context, row leadsheet.Row, id deal.AccountID) (view.ImportOutcome, error) {
	for range attempts {
		outcome, err := b.tryChange(ctx, row, id)
		if !errors.Is(err, deal.ErrStale) {
			return outcome, err
		}
	}
	return "", fmt.Errorf("change account of row %d: it is edited all the time: %w", row.Number, deal.ErrUnavailable)
}

func (b *batch) tryChange(ctx context.Context, row leadsheet.Row, id deal.AccountID) (view.ImportOutcome, error) {
	target, err := b.target(ctx, id)
	if err != nil {
		return "", fmt.Errorf("read account of row %d: %w", row.Number, err)
	}
	id = target.State.Account
	if !b.mayChange(target.State) {
		problem := b.sheet.Against(row, leadsheet.FieldName, leadsheet.FollowedBy, row.Lead.Name)
		problem.Who = b.whoFollows(target.State)
		return b.refuse(ctx, row, id, problem)
	}
	ours := slices.ContainsFunc([]string{row.Lead.Key(), row.Lead.NameKey()}, func(key string) bool {
		return importedAccount(b.installation, key) == id
	})
	p := planRow(b.sheet, row, target, ours, b.surroundings)
	var has []string
	for _, c := range target.Contacts {
		has = append(has, numbersOf(c.Contact)...)
	}
	if number, taken := b.takenNumber(row, target.Profile.Name, has); taken && p.changed() {
		p.against = append(p.against, b.sheet.KnownPhone(row, number))
	}
	if len(p.against) > 0 {
		return b.refuse(ctx, row, id, p.against...)
	}
	done := view.ImportRow{Row: row.Number, Outcome: view.RowUnchanged, Account: id, Changes: p.changes}
	if p.changed() {
		done.Outcome = view.RowUpdated
	}
	if b.dry || !p.changed() && p.out.Marks == nil {
		return done.Outcome, b.done(ctx, done)
	}
	p.out.Import, p.out.By, p.out.Account = b.in.ID, b.in.Actor, id
	for i := range p.out.Notes {
		p.out.Notes[i].Import = b.in.ID
	}
	if err := b.sheets.ApplyImport(ctx, p.out, done); err != nil {
		return "", fmt.Errorf("write row %d: %w", row.Number, err)
	}
	return done.Outcome, nil
}

// target reads an account; one that was merged stands for the one it lives on in.
func (b *batch) target(ctx context.Context, id deal.AccountID) (view.ImportTarget, error) {
	for range attempts {
		target, err := b.sheets.ImportTarget(ctx, id)
		if err != nil || target.State.Merged == "" {
			return target, err //nolint:wrapcheck // the caller says which row
		}
		id = target.State.Merged
	}
	return view.ImportTarget{}, fmt.Errorf("account %s was merged too often: %w", id, deal.ErrPermanent)
}

// mayChange tells whether the importer may change an account: whoever may write its records, and sales operations, who
// take sheets in for the whole house.
func (b *batch) mayChange(s deal.State) bool {
	return b.importer.MayEdit(s) || b.importer.Person.Role == deal.SalesOps
}

// whoFollows is whom to ask about an account: its owner, else the lead of its team.
func (b *batch) whoFollows(s deal.State) string {
	ask := s.Owner
	if ask == "" {
		ask = b.org.LeadOf(s.Team)
	}
	if who, ok := b.org.Person(ask); ok {
		return who.Name
	}
	return "–"
}

// refuse keeps the reasons against a row, the row as it was written, and the account that it met, if any.
func (b *batch) refuse(ctx context.Context, row leadsheet.Row, met deal.AccountID, against ...leadsheet.Problem) (view.ImportOutcome, error) {
	done := view.ImportRow{Row: row.Number, Outcome: view.RowRefused, Account: met, Cells: row.Cells}
	for _, p := range against {
		done.Problems = append(done.Problems, problem(p))
	}
	for _, line := range row.Trail {
		done.Trail = append(done.Trail, view.SheetLine(line))
	}
	return view.RowRefused, b.done(ctx, done)
}

func (b *batch) done(ctx context.Context, row view.ImportRow) error {
	if err := b.sheets.RowDone(ctx, b.in.ID, row); err != nil {
		return fmt.Errorf("keep outcome of row %d: %w", row.Row, err)
	}
	return nil
}

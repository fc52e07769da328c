package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	erasing       = named("Erasing")
	namesakes     = named("Namesakes")
	redactAddress = named("RedactAddress")
)

// profileRecord names the customer's own table in change rows.
const profileRecord = "account_profile"

// textPlace is where people write something beside the file of an account: one statement finds and locks the rows that may
// speak of a person, another puts their texts back.
type textPlace struct {
	find, put statement
	json      bool // the texts are JSON
}

// ofAccount are texts beside the file that are about one account.
var ofAccount = []textPlace{
	{find: named("SaidInNotes"), put: named("ForgetInNotes")},
	{find: named("SaidInReasons"), put: named("ForgetInReasons")},
	{find: named("SaidInReasonVersions"), put: named("ForgetInReasonVersions"), json: true},
}

// ofHouse are texts that hang on no account: what teams, managers and jobs write down. With them go the texts that are
// only added to; see docs/decisions/0025-erasing-what-is-immutable.md.
var ofHouse = []textPlace{
	{find: named("SaidInReviews"), put: named("ForgetInReviews")},
	{find: named("SaidInDecisions"), put: named("ForgetInDecisions")},
	{find: named("SaidInActions"), put: named("ForgetInActions")},
	{find: named("SaidInSignedActions"), put: named("ForgetInSignedActions")},
	{find: named("SaidInActionVersions"), put: named("ForgetInActionVersions"), json: true},
	{find: named("SaidInBreaches"), put: named("ForgetInBreaches")},
	{find: named("SaidInBreachSteps"), put: named("ForgetInBreachSteps")},
	{find: named("SaidInBulletins"), put: named("ForgetInBulletins")},
	{find: named("SaidInPersonTasks"), put: named("ForgetInPersonTasks"), json: true},
	{find: named("SaidInPersonNotices"), put: named("ForgetInPersonNotices"), json: true},
	{find: named("SaidInHandovers"), put: named("ForgetInHandovers")},
	{find: named("SaidInLeave"), put: named("ForgetInLeave")},
	{find: named("SaidInDeliveries"), put: named("ForgetInDeliveries")},
	{find: named("SaidInPauses"), put: named("ForgetInPauses")},
	{find: named("SaidInImports"), put: named("ForgetInImports")},
	{find: named("SaidInErasures"), put: named("ForgetInErasures")},
}

// saidText is a row of a place.
type saidText struct {
	key   string
	texts []*string
}

// beside cleans what is about the account and stands beside its file: its address, notes of imported history, and reasons
// that monthly reviews were given, in all of their versions.
func (w *wipe) beside(ctx context.Context) error {
	if err := w.address(ctx); err != nil {
		return err
	}
	for _, p := range ofAccount {
		if err := w.forget(ctx, p, w.Eraser, string(w.account)); err != nil {
			return err
		}
	}
	return nil
}

// address cleans where the customer is: letters and parcels are addressed to people.
func (w *wipe) address(ctx context.Context) error {
	before := w.person.Profile
	address, changed := w.Text(before.Address)
	if !changed {
		return nil
	}
	w.records++
	if _, err := w.Exec(ctx, string(redactAddress), string(w.account), address, string(w.by)); err != nil {
		return err
	}
	before.Address = address
	after := before
	after.Version++
	return w.changed(ctx, profileRecord, string(w.account), before, after)
}

// addresses cleans the address in a version of the customer's profile. Its names are the customer's own.
func (w *wipe) addresses(side json.RawMessage) (json.RawMessage, bool, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(side, &fields); err != nil {
		return nil, false, fmt.Errorf("%w: decode profile: %w", deal.ErrPermanent, err)
	}
	address, there := fields["address"]
	if !there {
		return side, false, nil
	}
	clean, changed, err := w.JSON(address)
	if err != nil || !changed {
		return side, false, err
	}
	fields["address"] = clean
	without, err := asJSON(fields)
	return without, true, err
}

// house cleans what stands beside all accounts. A text that names the customer is read as one of the account; in all others
// a name that anybody else bears – a colleague, somebody at another customer – stays, since nobody could say who was meant.
func (w *wipe) house(ctx context.Context, kin []relative, eraser func(view.Person) view.Eraser) error {
	others, err := w.namesakes(ctx, kin)
	if err != nil {
		return err
	}
	person := w.person
	person.Others = append(others, w.person.Others...)
	inGeneral := eraser(person)
	w.called = called(w.state, w.person.Profile)
	for _, r := range kin {
		w.called = append(w.called, called(r.state, r.person.Profile)...)
	}
	for _, p := range ofHouse {
		if err := w.forget(ctx, p, inGeneral); err != nil {
			return err
		}
	}
	return nil
}

// namesakes are all in the house who bear a name of the person, or a longer one with it.
func (w *wipe) namesakes(ctx context.Context, kin []relative) ([]deal.Contact, error) {
	var names []string
	for _, v := range w.person.Versions {
		if name := strings.TrimSpace(v.Name); utf8.RuneCountInString(name) > 1 {
			names = append(names, name)
		}
	}
	own := []string{string(w.account)}
	for _, r := range kin {
		own = append(own, string(r.account))
	}
	rows, err := w.Query(ctx, string(namesakes), names, own)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c deal.Contact, err error) {
		return c, row.Scan(&c.Name)
	})
}

// forget cleans the texts of one place. Arguments are the account, where the place belongs to one.
func (w *wipe) forget(ctx context.Context, p textPlace, person view.Eraser, account ...any) error {
	rows, err := w.Query(ctx, string(p.find), append([]any{folded(w.Mentions())}, account...)...)
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s saidText, err error) {
		return s, row.Scan(&s.key, &s.texts)
	})
	if err != nil {
		return err
	}
	for _, s := range all {
		changed := false
		for i, text := range s.texts {
			if text == nil {
				continue
			}
			clean, c, err := w.clean(p, person, *text)
			if err != nil {
				return err
			}
			s.texts[i], changed = &clean, changed || c
		}
		if !changed {
			continue
		}
		w.texts++
		if _, err := w.Exec(ctx, string(p.put), append(account, s.key, s.texts)...); err != nil {
			return err
		}
	}
	return nil
}

func (w *wipe) clean(p textPlace, person view.Eraser, text string) (string, bool, error) {
	if w.namesCustomer(text) {
		person = w.Eraser
	}
	if !p.json {
		clean, changed := person.Text(text)
		return clean, changed, nil
	}
	clean, changed, err := person.JSON(json.RawMessage(text))
	return string(clean), changed, err
}

// called is how texts name a customer.
func called(s deal.State, p deal.Profile) []string {
	return slices.DeleteFunc(append([]string{s.Number, p.Name}, p.Aliases...), func(name string) bool { return name == "" })
}

// namesCustomer tells whether a text says that it is about the account.
func (w *wipe) namesCustomer(text string) bool {
	return slices.ContainsFunc(w.called, func(name string) bool { return strings.Contains(text, name) })
}

// folded are words as statements look for them (fragment Speaks).
func folded(words []string) []string {
	var all []string
	for _, word := range words {
		if word = strings.NewReplacer(" ", "", "-", "", `"`, "", `\`, "").Replace(word); word != "" {
			all = append(all, word)
		}
	}
	return all
}

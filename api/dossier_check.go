package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/filetype"
)

// documentIn reads the record in the request's body and judges it: everything that is wrong with it, at once. Before is
// the version that it replaces, nil for a new record. What has to be judged again as it is written comes with it.
func (a *API) documentIn(ctx context.Context, k *recordKind, id deal.AccountID, before *deal.Document) (deal.Document, []view.Judge, error) {
	read, records, err := a.Accounts.AccountWithRecords(ctx, who(ctx).viewer, id)
	if err != nil {
		return deal.Document{}, nil, fmt.Errorf("read account: %w", err)
	}
	if err := mayWrite(who(ctx).viewer, read.State); err != nil {
		return deal.Document{}, nil, err
	}
	rules, err := a.Rules(read.State.Book)
	if err != nil {
		return deal.Document{}, nil, fmt.Errorf("read rules of the playbook: %w", err)
	}
	var onFile dossier.Record
	if before != nil {
		if onFile, err = dossier.Load(k.Kind, before.Body); err != nil {
			return deal.Document{}, nil, fmt.Errorf("read what is on file: %w", err)
		}
	}
	record, bad, err := a.decoded(k, callOf(ctx).body)
	if err != nil {
		return deal.Document{}, nil, err
	}
	if record != nil && before == nil {
		if err := aboutOthers(k, record, records); err != nil {
			return deal.Document{}, nil, err
		}
	}
	if record != nil {
		var more []reason
		if onFile != nil && dossier.HasFigures(k.Kind) && hides(ctx, rules, read.State) {
			record = dossier.KeepFigures(onFile, record)
		}
		record, more = a.judged(ctx, record, onFile, rules, records)
		bad = append(bad, more...)
		if record, more, err = a.dutiful(record, before, rules, read.State, records); err != nil {
			return deal.Document{}, nil, err
		}
		bad = append(bad, more...)
	}
	if len(bad) > 0 {
		return deal.Document{}, nil, unfit(bad)
	}
	d := deal.Document{Kind: string(k.Kind)}
	if d.Body, err = dossier.Encode(record); err != nil {
		return deal.Document{}, nil, fmt.Errorf("encode record: %w", err)
	}
	if keyed, ok := record.(dossier.Keyed); ok {
		d.Key = ptr(keyed.Key())
	}
	if s, ok := record.(dossier.Stakeholder); ok {
		d.ID = s.Contact
	}
	return d, a.judges(record, rules), nil
}

// mayWrite refuses early what the port would refuse: rights and state come before content.
func mayWrite(v view.Viewer, s deal.State) error {
	switch {
	case !v.MayEdit(s):
		return view.ErrReadOnly
	case s.Status == deal.Closed:
		return &StateError{Code: deal.CodeAlreadyClosed}
	}
	return nil
}

// decoded reads a record of a kind. Without one, the reasons say why; with one, they are about amounts.
func (a *API) decoded(k *recordKind, body []byte) (dossier.Record, []reason, error) {
	content, err := decodeJSON(body)
	if err != nil {
		return nil, nil, err
	}
	var bad []reason
	if object, ok := content.(map[string]any); ok && k.money {
		bad = moneyIn(k.fields, object, "")
	}
	plain, err := json.Marshal(content)
	if err != nil {
		return nil, nil, fmt.Errorf("encode what was sent: %w", err)
	}
	record, malformed, err := dossier.Decode(k.Kind, plain)
	if err != nil {
		return nil, nil, fmt.Errorf("decode record: %w", err)
	}
	return record, append(bad, a.recordReasons(malformed)...), nil
}

// unfit is the fault of a record that cannot be filed: what the caller may not write comes before what is wrong with it.
func unfit(bad []reason) *fault {
	f := invalid(bad)
	if slices.ContainsFunc(bad, func(r reason) bool { return deal.Code(r.code).Class() == deal.Forbidden }) {
		f.status, f.code = http.StatusForbidden, string(deal.CodeNotYourRole)
	}
	return f
}

// decodeJSON reads one JSON document with numbers as they were written.
func decodeJSON(body []byte) (any, error) {
	if !escapesText(body) {
		return nil, no(http.StatusBadRequest, catalogue.BadText)
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var content any
	err := in.Decode(&content)
	if err == nil {
		if _, err = in.Token(); errors.Is(err, io.EOF) {
			return content, nil
		}
	}
	return nil, no(http.StatusBadRequest, catalogue.MalformedJSON, itoa(in.InputOffset()))
}

// judged says what is wrong with a record that could be read: what makes no sense, what the playbook has against it, and
// references that lead nowhere. What the record on file refers to already may stay, whoever has left since.
func (a *API) judged(
	ctx context.Context, record, onFile dossier.Record, rules dossier.Rules, records deal.Records,
) (dossier.Record, []reason) {
	role := who(ctx).person.Role
	allowed := rules.Allows(record, role)
	if onFile != nil {
		record = rules.Private.Unmask(onFile, record, role)
	}
	record, unproven := underlying(record, onFile, records)
	record, protected := rules.Protect(onFile, record, dossier.DayOf(a.today()))
	bad := a.recordReasons(slices.Concat(protected, unproven, record.Validate(a.today()), allowed))
	if is, ok := record.(dossier.Stakeholder); ok && onFile != nil {
		if was, ok := onFile.(dossier.Stakeholder); ok && was.Contact != is.Contact {
			bad = append(bad, reason{code: string(deal.CodeInvalidValue), pointer: "/contact", args: []string{was.Contact}})
		}
	}
	var known []dossier.Reference
	if onFile != nil {
		known = dossier.References(onFile)
	}
	for _, ref := range dossier.References(record) {
		old := slices.ContainsFunc(known, func(k dossier.Reference) bool { return k.To == ref.To && k.ID == ref.ID })
		if !old && !leads(ref, records, who(ctx).org) {
			bad = append(bad, a.recordReasons(deal.Refusals{ref.Refusal()})...)
		}
	}
	return record, bad
}

// underlying holds a record against the files it speaks of: what a document says of its bytes was found by the server and
// stays, and what an agreement takes for its evidence is what that document hashes to.
func underlying(record, onFile dossier.Record, records deal.Records) (dossier.Record, deal.Refusals) {
	switch is := record.(type) {
	case dossier.Document:
		if was, ok := onFile.(dossier.Document); ok {
			now, no := is.Amended(was)
			if !filetype.Fits(now.Name, now.MediaType) {
				no = append(no, deal.Refusal{Code: catalogue.FileTypeDiffers, Field: "/name", Args: []string{now.Name, now.MediaType}})
			}
			return now, no
		}
	case dossier.Agreement:
		if file, err := dossier.FileOf(records.Dossier); err == nil { // else the gate will say that nothing is proven
			return record, is.Disproof(dossier.Entries[dossier.Document](file))
		}
	}
	return record, nil
}

// leads tells whether a reference leads to somebody or something.
func leads(ref dossier.Reference, records deal.Records, org deal.Org) bool {
	onFile := func(kind dossier.Kind) bool {
		return slices.ContainsFunc(records.Dossier, func(d deal.Document) bool { return d.Kind == string(kind) && d.ID == ref.ID })
	}
	switch ref.To {
	case dossier.ToContact:
		return slices.ContainsFunc(records.Contacts, func(c deal.Contact) bool { return c.ID == ref.ID })
	case dossier.ToPerson:
		p, ok := org.Person(deal.PersonID(ref.ID))
		return ok && p.Active
	case dossier.ToRival:
		return onFile(dossier.RivalKind)
	case dossier.ToDocument:
		return onFile(dossier.DocumentKind)
	}
	return false
}

// recordReasons are refusals of a record, with pointers into what was sent.
func (a *API) recordReasons(no deal.Refusals) []reason {
	return mapped(no, func(r deal.Refusal) reason {
		line := reason{code: string(r.Code), pointer: wirePointer(r.Field), args: r.Args, text: r.Text, hint: r.Hint}
		if line.pointer != r.Field { // inside it counts minor units, which nobody sent
			amount, _ := a.say.Reason(catalogue.InvalidAmount)
			line.hint = amount.Hint
		}
		return line
	})
}

package playbooktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Put puts a record on the account's file, over the one that is there under its key; it is a [Put].
func (a *Account) Put(r dossier.Record) string {
	info, ok := dossier.KindOf(r.Kind())
	if !ok {
		panic(fmt.Sprintf("%T is no record", r)) // a mistake of the test
	}
	d := deal.Document{
		Kind: string(r.Kind()), ID: fmt.Sprintf("%s-%d", r.Kind(), len(a.Records.Dossier)), Version: version, CreatedAt: a.At, UpdatedAt: a.At,
		UpdatedBy: Owner, Body: encode(r),
	}
	if info.PerCycle {
		d.Cycle = a.State.Cycle
	}
	if info.Single {
		d.ID = deal.SoleID(d.Cycle)
	}
	if i := slices.IndexFunc(a.Records.Dossier, func(old deal.Document) bool { return old.Cycle == d.Cycle && same(old, d, r) }); i >= 0 {
		d.ID, d.Version = a.Records.Dossier[i].ID, a.Records.Dossier[i].Version+1
		a.Records.Dossier[i] = d
		return d.ID
	}
	a.Records.Dossier = append(a.Records.Dossier, d)
	return d.ID
}

// same tells whether a document on file is the one that r is written to as d.
func same(old, d deal.Document, r dossier.Record) bool {
	if old.Kind != d.Kind {
		return false
	}
	keyed, ok := r.(dossier.Keyed)
	if !ok || keyed.Key() == "" {
		return old.ID == d.ID
	}
	other, ok := decode(old).(dossier.Keyed)
	return ok && other.Key() == keyed.Key()
}

// Change changes the records of a type in place, without a new version: as if they had been so from the start.
func Change[R dossier.Record](a *Account, change func(r *R)) {
	for i, d := range a.Records.Dossier {
		if r, ok := decode(d).(R); ok {
			change(&r)
			a.Records.Dossier[i].Body = encode(r)
		}
	}
}

// Edit changes the records of a type as somebody does who edits them: their version rises.
func Edit[R dossier.Record](a *Account, change func(r *R)) {
	for i, d := range a.Records.Dossier {
		if r, ok := decode(d).(R); ok {
			change(&r)
			a.Records.Dossier[i].Body = encode(r)
			a.Records.Dossier[i].Version++
		}
	}
}

// Remove takes the records of a type off the file.
func Remove[R dossier.Record](a *Account) {
	a.Records.Dossier = slices.DeleteFunc(a.Records.Dossier, func(d deal.Document) bool {
		_, is := decode(d).(R)
		return is
	})
}

// Body is a record as the REST API takes it: amounts are decimal strings beside their currency.
func Body(r dossier.Record) map[string]any {
	var body map[string]any
	if err := json.Unmarshal(encode(r), &body); err != nil {
		panic(err) // what was encoded can be decoded
	}
	return wire(body)
}

func wire(object map[string]any) map[string]any {
	const fen = 100
	out := map[string]any{}
	for key, v := range object {
		name, money := strings.CutSuffix(key, "_minor")
		switch v := v.(type) {
		case float64:
			if money {
				out[name] = fmt.Sprintf("%d.%02d", int64(v)/fen, int64(v)%fen)
				continue
			}
		case map[string]any:
			out[key] = wire(v)
			continue
		case []any:
			rows := make([]any, len(v))
			for i, row := range v {
				if o, ok := row.(map[string]any); ok {
					rows[i] = wire(o)
				} else {
					rows[i] = row
				}
			}
			out[key] = rows
			continue
		}
		out[name] = v
	}
	return out
}

func encode(r dossier.Record) []byte {
	body, err := dossier.Encode(r)
	if err != nil {
		panic(err) // records are made of texts and numbers
	}
	return body
}

func decode(d deal.Document) dossier.Record {
	r, err := dossier.Load(dossier.Kind(d.Kind), d.Body)
	if err != nil {
		panic(err) // encode wrote it
	}
	return r
}

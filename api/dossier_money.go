package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"closedloop/deal/dossier"
)

// Inside, a record counts money in minor units (price_minor); in JSON an amount is a decimal string beside its currency
// (price), like everywhere in this API (contract.md §2). What follows turns one into the other, whatever the kind.
const minorSuffix = "_minor"

// currencyField stands beside every amount.
const currencyField = "currency"

func isMoney(f dossier.FieldInfo) bool {
	return f.Type == dossier.WholeField && strings.HasSuffix(f.Name, minorSuffix)
}

func anyMoney(fields []dossier.FieldInfo) bool {
	for _, f := range fields {
		if isMoney(f) || anyMoney(f.Fields) {
			return true
		}
	}
	return false
}

// wirePointer turns a pointer into a record into one into its JSON.
func wirePointer(pointer string) string {
	tokens := strings.Split(pointer, "/")
	for i, t := range tokens {
		tokens[i] = strings.TrimSuffix(t, minorSuffix)
	}
	return strings.Join(tokens, "/")
}

// inside visits the objects below an object whose fields are described.
func inside(fields []dossier.FieldInfo, object map[string]any, visit func(fields []dossier.FieldInfo, object map[string]any, at string)) {
	for _, f := range fields {
		switch v := object[f.Name].(type) {
		case map[string]any:
			visit(f.Fields, v, "/"+f.Name)
		case []any:
			for i, row := range v {
				if o, ok := row.(map[string]any); ok {
					visit(f.Fields, o, "/"+f.Name+"/"+itoa(int64(i)))
				}
			}
		}
	}
}

// moneyIn replaces amounts by minor units and says which of them cannot be read. At is where the object stands.
func moneyIn(fields []dossier.FieldInfo, object map[string]any, at string) []reason {
	var bad []reason
	for _, f := range fields {
		if isMoney(f) {
			bad = append(bad, amountIn(f, object, at, len(bad) > 0)...)
		}
	}
	inside(fields, object, func(fields []dossier.FieldInfo, object map[string]any, below string) {
		bad = append(bad, moneyIn(fields, object, at+below)...)
	})
	return bad
}

// amountIn replaces one amount. The currency is complained about once, whatever the number of amounts in it.
func amountIn(f dossier.FieldInfo, object map[string]any, at string, again bool) []reason {
	var bad []reason
	if _, there := object[f.Name]; there {
		bad = append(bad, reason{code: "unexpected_field", pointer: at + "/" + f.Name})
	}
	name := wireName(f)
	sent, there := object[name]
	delete(object, f.Name)
	delete(object, name)
	if !there || sent == nil {
		return bad
	}
	text, ok := sent.(string)
	if !ok {
		return append(bad, reason{code: "not_string", pointer: at + "/" + name})
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return bad
	}
	currency, _ := object[currencyField].(string)
	minor, unit, err := parseAmount(text, strings.TrimSpace(currency))
	var f422 *fault
	if errors.As(err, &f422) {
		for _, r := range f422.reasons {
			switch {
			case r.pointer != "/"+currencyField:
				r.pointer = at + "/" + name
			case again:
				continue
			default:
				r.pointer = at + r.pointer
			}
			bad = append(bad, r)
		}
		return bad
	}
	object[f.Name] = minor
	if _, named := object[currencyField]; !named && minor != 0 {
		object[currencyField] = unit
	}
	return bad
}

// content is a record in JSON, as GET shows it and PUT takes it.
func (k *recordKind) content(r dossier.Record) (json.RawMessage, error) {
	body, err := dossier.Encode(r)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	if !k.money {
		return body, nil
	}
	object, err := k.object(body)
	if err != nil {
		return nil, err
	}
	body, err = json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return body, nil
}

// object is an encoded record as an object with amounts in place of minor units.
func (k *recordKind) object(body []byte) (map[string]any, error) {
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var object map[string]any
	if err := in.Decode(&object); err != nil {
		return nil, fmt.Errorf("read a %s: %w", k.Kind, err)
	}
	moneyOut(k.fields, object)
	return object, nil
}

func moneyOut(fields []dossier.FieldInfo, object map[string]any) {
	currency, _ := object[currencyField].(string)
	for _, f := range fields {
		if !isMoney(f) {
			continue
		}
		var amount any
		if number, ok := object[f.Name].(json.Number); ok {
			minor, _ := number.Int64() // it was encoded from one
			text := formatAmount(minor, currency)
			if text == "" && f.Nullable {
				text = "0" // known to be nothing, where null is not known
			}
			amount = text
		}
		delete(object, f.Name)
		object[wireName(f)] = amount
	}
	inside(fields, object, func(fields []dossier.FieldInfo, object map[string]any, _ string) { moneyOut(fields, object) })
}

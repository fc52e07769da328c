package dossier

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"

	"closedloop/deal"
)

// ErrUnknownKind is the error about a kind of record that does not exist.
var ErrUnknownKind = errors.New("unknown kind of record")

// ErrNotJSON is the error about a body that is no JSON document.
var ErrNotJSON = errors.New("not a JSON document")

// Decode reads a record that somebody sent. Refusals name every field that the kind does not have or that holds
// something else than it should; an error means an unknown kind or no JSON at all. Texts lose the blanks around them.
// The content is for [Record.Validate] to judge.
func Decode(kind Kind, body []byte) (Record, deal.Refusals, error) {
	info, ok := KindOf(kind)
	if !ok {
		return nil, nil, fmt.Errorf("%w: %q", ErrUnknownKind, kind)
	}
	var content any
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber() // a whole number stays one, however large
	if err := in.Decode(&content); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotJSON, err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("%w: something follows it", ErrNotJSON)
	}
	var c check
	c.shape("", content, reflect.TypeOf(info.New()))
	if len(c.no) > 0 {
		return nil, c.done(), nil
	}
	// What was looked at is what is read, even where a body names a field twice.
	looked, err := json.Marshal(content)
	if err != nil {
		return nil, nil, fmt.Errorf("read a %s: %w", kind, err)
	}
	r, err := info.load(looked)
	if err != nil {
		return nil, nil, err
	}
	return tidied(r), nil, nil
}

// Load reads a record that is on file. What an older release wrote and this one does not know is passed over.
func Load(kind Kind, body []byte) (Record, error) {
	info, ok := KindOf(kind)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrUnknownKind, kind)
	}
	return info.load(body)
}

// Encode writes a record as it is filed: every field is there, lists are never null.
func Encode(r Record) ([]byte, error) {
	body, err := json.Marshal(tidied(r))
	if err != nil {
		return nil, fmt.Errorf("write a %s: %w", r.Kind(), err)
	}
	return body, nil
}

// shape compares what was sent with what a kind holds. Nothing (null) is a field left out.
func (c *check) shape(at string, sent any, t reflect.Type) {
	if sent == nil && at != "" {
		return
	}
	switch t.Kind() { //nolint:exhaustive // a test holds records to these kinds
	case reflect.Pointer:
		c.shape(at, sent, t.Elem())
	case reflect.Struct:
		object, ok := sent.(map[string]any)
		c.wants(ok, at, "带字段名的内容", "fields with names")
		c.fields(at, object, t)
	case reflect.Slice:
		rows, ok := sent.([]any)
		c.wants(ok, at, "由行组成的列表", "a list of rows")
		for i, row := range rows[:min(len(rows), maxRows+1)] { // how many there may be is for Validate to say
			place := at + "/" + strconv.Itoa(i)
			c.wants(row != nil, place, "一行内容", "a row")
			c.shape(place, row, t.Elem())
		}
	case reflect.String:
		_, ok := sent.(string)
		c.wants(ok, at, "文字", "a text")
	case reflect.Bool:
		_, ok := sent.(bool)
		c.wants(ok, at, "是或否（true 或 false）", "yes or no (true or false)")
	case reflect.Int, reflect.Int64:
		number, ok := sent.(json.Number)
		_, err := number.Int64()
		c.wants(ok && err == nil, at, "整数", "a whole number")
	}
}

// fields compares the fields of an object; what is unknown comes last, in alphabetical order.
func (c *check) fields(at string, object map[string]any, t reflect.Type) {
	known := map[string]bool{}
	for _, m := range membersOf(t) {
		known[m.name] = true
		if value, ok := object[m.name]; ok {
			c.shape(at+"/"+m.name, value, t.Field(m.index).Type)
		}
	}
	for _, key := range sortedKeys(object) {
		if !known[key] {
			c.no = append(c.no, deal.Refusal{
				Code: deal.CodeInvalidValue, Field: at + "/" + escape(key),
				Text: deal.Text{ZH: "没有这个字段。", EN: "There is no such field."},
				Hint: deal.Text{ZH: "去掉该字段，或检查拼写。", EN: "Leave it out, or check its spelling."},
			})
		}
	}
}

func (c *check) wants(ok bool, at, zh, en string) {
	c.invalid(!ok, at, "应为"+zh, " takes "+en, "改为"+zh+"，或去掉该字段", "Write "+en+", or leave the field out")
}

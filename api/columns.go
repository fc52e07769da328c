package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/table"
)

// listing is a list as a file: what it is called, and its columns in order.
type listing struct {
	title   deal.Text
	columns []column
}

// column is one of them: its heading, and how a cell comes from an item of the list.
type column struct {
	title deal.Text
	cell  func(look, any) table.Cell
}

// look is for whom a cell is written.
type look struct {
	lang string
	say  *catalogue.Catalogue
	org  deal.Org
}

// word is how people say an identifier.
func (l look) word(id string) table.Cell { return table.Text(l.say.Word(id, l.lang)) }

func (l look) yes(is bool) table.Cell {
	if is {
		return table.Text(deal.Text{ZH: "是", EN: "yes"}.In(l.lang))
	}
	return table.Text(deal.Text{ZH: "否", EN: "no"}.In(l.lang))
}

// col is a column of a list of T.
func col[T any](zh, en string, cell func(look, T) table.Cell) column {
	return column{deal.Text{ZH: zh, EN: en}, func(l look, item any) table.Cell {
		v, ok := item.(T)
		if !ok {
			return table.Cell{}
		}
		return cell(l, v)
	}}
}

func txt[T any](zh, en string, f func(T) string) column {
	return col(zh, en, func(_ look, v T) table.Cell { return table.Text(f(v)) })
}

func said[T any](zh, en string, f func(T) string) column {
	return col(zh, en, func(l look, v T) table.Cell { return l.word(f(v)) })
}

// label is a member of a set in words.
func label[T any](zh, en string, set catalogue.Set, f func(T) string) column {
	return col(zh, en, func(l look, v T) table.Cell { return table.Text(l.say.Label(set, f(v), l.lang)) })
}

func num[T any](zh, en string, f func(T) int64) column {
	return col(zh, en, func(_ look, v T) table.Cell { return table.Whole(f(v)) })
}

func yes[T any](zh, en string, f func(T) bool) column {
	return col(zh, en, func(l look, v T) table.Cell { return l.yes(f(v)) })
}

func when[T any](zh, en string, f func(T) *time.Time) column {
	return col(zh, en, func(_ look, v T) table.Cell {
		if at := f(v); at != nil {
			return table.Instant(*at)
		}
		return table.Cell{}
	})
}

func somebody[T any](zh, en string, f func(T) *personBody) column {
	return txt(zh, en, func(v T) string {
		if p := f(v); p != nil {
			return p.Name
		}
		return ""
	})
}

// names are those of several people.
func names(people []personBody) string {
	return strings.Join(mapped(people, func(p personBody) string { return p.Name }), ", ")
}

// listingKey is where an operation carries a listing of its own, for lists whose items have one Go type and many shapes.
const listingKey = "listing"

// listingOf is how a list becomes a file. One that nobody described is written field by field under the names of its JSON:
// better plain than not at all.
func (a *API) listingOf(o huma.Operation, p pages) listing {
	if own, ok := o.Metadata[listingKey].(listing); ok {
		return own
	}
	if l, ok := listings()[p.item()]; ok {
		return l
	}
	noun := o.Path[strings.LastIndexByte(o.Path, '/')+1:]
	return listing{title: deal.Text{ZH: noun, EN: noun}, columns: plainColumns(p.item())}
}

// plainColumns are the fields of a struct, by their names in JSON.
func plainColumns(t reflect.Type) []column {
	if t.Kind() != reflect.Struct {
		return []column{col("内容", "Content", func(_ look, v any) table.Cell { return anyCell(v) })}
	}
	var all []column
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			for _, c := range plainColumns(f.Type) {
				inner := c.cell
				c.cell = func(l look, v any) table.Cell { return inner(l, reflect.ValueOf(v).Field(i).Interface()) }
				all = append(all, c)
			}
		case name != "" && name != "-" && f.IsExported():
			title := strings.ReplaceAll(name, "_", " ")
			all = append(all, column{deal.Text{ZH: title, EN: title}, func(_ look, v any) table.Cell {
				return anyCell(reflect.ValueOf(v).Field(i).Interface())
			}})
		}
	}
	return all
}

// anyCell writes a value for which nobody said how.
func anyCell(v any) table.Cell {
	switch v := v.(type) {
	case time.Time:
		return table.Instant(v)
	case *time.Time:
		if v == nil {
			return table.Cell{}
		}
		return table.Instant(*v)
	case *personBody:
		if v == nil {
			return table.Cell{}
		}
		return table.Text(v.Name)
	}
	r := reflect.ValueOf(v)
	switch {
	case v == nil, r.Kind() == reflect.Pointer && r.IsNil(), (r.Kind() == reflect.Slice || r.Kind() == reflect.Map) && r.Len() == 0:
		return table.Cell{}
	case r.Kind() == reflect.Pointer:
		return anyCell(r.Elem().Interface())
	case r.Kind() == reflect.String:
		return table.Text(r.String())
	case r.CanInt():
		return table.Whole(r.Int())
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return table.Cell{}
	}
	return table.Text(string(raw))
}

package dossier

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// member is a field of a record as JSON sees it.
type member struct {
	name  string
	index int
}

// membersOf are the fields of a struct under their names in JSON.
func membersOf(t reflect.Type) []member {
	var out []member
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		out = append(out, member{name: name, index: i})
	}
	return out
}

func valueOf(r Record) reflect.Value { return reflect.Indirect(reflect.ValueOf(r)) }

// sound walks over everything in a record and refuses texts that the database cannot keep or nobody reads, and lists
// longer than anybody fills in.
func (c *check) sound(at string, v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // the other kinds are numbers and booleans, which are always sound
	case reflect.Pointer:
		if !v.IsNil() {
			c.sound(at, v.Elem())
		}
	case reflect.Struct:
		for _, m := range membersOf(v.Type()) {
			c.sound(at+"/"+m.name, v.Field(m.index))
		}
	case reflect.Slice:
		c.invalid(v.Len() > maxRows, at, "行数太多", " has too many rows",
			fmt.Sprintf("最多保留 %d 行", maxRows), fmt.Sprintf("Keep at most %d rows", maxRows))
		for i := range min(v.Len(), maxRows) {
			c.sound(at+"/"+strconv.Itoa(i), v.Index(i))
		}
	case reflect.String:
		s := v.String()
		c.invalid(strings.ContainsRune(s, 0) || !utf8.ValidString(s), at, "含有无法保存的字符", " has a character that cannot be stored",
			"去掉空字符（U+0000）和损坏的 UTF-8", "Remove U+0000 and broken UTF-8")
		c.invalid(utf8.RuneCountInString(s) > noteLength, at, "太长", " is too long",
			fmt.Sprintf("最多写 %d 个字符，长文档请作为文件登记", noteLength),
			fmt.Sprintf("Write at most %d characters; register a long document as a file", noteLength))
	}
}

// tidied is a copy of a record as it is written down: texts without blanks around them, empty lists instead of none.
func tidied(r Record) Record {
	v := reflect.New(valueOf(r).Type()).Elem()
	v.Set(valueOf(r))
	tidyValue(v)
	return v.Interface().(Record) //nolint:forcetypeassert // the copy of a record is one
}

func tidyValue(v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // the other kinds are numbers and booleans, which are as they are
	case reflect.Pointer:
		if !v.IsNil() {
			copied := reflect.New(v.Type().Elem())
			copied.Elem().Set(v.Elem())
			tidyValue(copied.Elem())
			v.Set(copied)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			tidyValue(v.Field(i))
		}
	case reflect.Slice:
		rows := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(rows, v)
		for i := range rows.Len() {
			tidyValue(rows.Index(i))
		}
		v.Set(rows)
	case reflect.String:
		v.SetString(strings.TrimSpace(v.String()))
	}
}

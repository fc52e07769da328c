package config

import (
	"reflect"
	"strings"
	"time"
)

// envPrefix opens the name of every environment variable that is a setting.
const envPrefix = "CLOSEDLOOP_"

// fileSuffix turns the key of a secret into the key of the file that holds it.
const fileSuffix = "_file"

// field is one setting: a leaf of Config with what its tags say.
type field struct {
	key   string // dotted, as in the file without indentation
	index []int  // where it stands in Config, for reflect.Value.FieldByIndex
	typ   reflect.Type
	def   string // default, in the notation of the environment
	span  string // "lowest..highest", or empty
	oneOf []string
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	secretType   = reflect.TypeFor[Secret]()
)

// fields lists every setting in the order of the struct.
func fields() []field { return leaves(reflect.TypeFor[Config](), "", nil) }

func leaves(t reflect.Type, prefix string, at []int) []field {
	var all []field
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(append([]int{}, at...), i)
		key := prefix + sf.Tag.Get("mapstructure")
		if sf.Type.Kind() == reflect.Struct {
			all = append(all, leaves(sf.Type, key+".", index)...)
			continue
		}
		all = append(all, field{
			key:   key,
			index: index,
			typ:   sf.Type,
			def:   sf.Tag.Get("default"),
			span:  sf.Tag.Get("range"),
			oneOf: strings.Fields(sf.Tag.Get("oneof")),
		})
	}
	return all
}

// env is the environment variable of the setting.
func (f field) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(f.key, ".", "_"))
}

func (f field) secret() bool { return f.typ == secretType }

// of returns the setting's place in c, which must be a pointer to be settable.
func (f field) of(c *Config) reflect.Value { return reflect.ValueOf(c).Elem().FieldByIndex(f.index) }

// want says in words which values the setting takes.
func (f field) want() string {
	lowest, highest, spanned := strings.Cut(f.span, "..")
	switch {
	case len(f.oneOf) > 0:
		return "one of " + strings.Join(f.oneOf, ", ")
	case f.typ == durationType && spanned:
		return "a duration from " + lowest + " to " + highest + ", such as " + f.def
	case spanned:
		return "a whole number from " + lowest + " to " + highest
	case f.typ.Kind() == reflect.Bool:
		return "true or false"
	default:
		return "a text"
	}
}

package dossier

import (
	"fmt"

	"closedloop/deal"
)

// Member is one value of a closed set, with the words for it.
type Member struct {
	Value string
	Label deal.Text
}

// A set is a closed set with its labels, in the order in which people read it.
type set[T ~string] []option[T]

type option[T ~string] struct {
	value T
	label deal.Text
}

func opt[T ~string](value T, zh, en string) option[T] {
	return option[T]{value: value, label: deal.Text{ZH: zh, EN: en}}
}

func (s set[T]) all() []T {
	values := make([]T, len(s))
	for i, o := range s {
		values[i] = o.value
	}
	return values
}

func (s set[T]) place(v T) int {
	for i, o := range s {
		if o.value == v {
			return i
		}
	}
	return -1
}

func (s set[T]) has(v T) bool { return s.place(v) >= 0 }

func (s set[T]) label(v T) deal.Text {
	if i := s.place(v); i >= 0 {
		return s[i].label
	}
	return deal.Text{}
}

func (s set[T]) parse(what, text string) (T, error) {
	if v := T(text); s.has(v) {
		return v, nil
	}
	return "", fmt.Errorf("unknown %s %q", what, text)
}

func (s set[T]) members() []Member {
	out := make([]Member, len(s))
	for i, o := range s {
		out[i] = Member{Value: string(o.value), Label: o.label}
	}
	return out
}

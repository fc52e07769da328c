package api

import (
	"encoding/base64"
	"slices"

	"closedloop/deal/view"
)

// Paging are the parameters of every list.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before, with the same filters"`
	Exporting
}

func (p Paging) page() view.Page { return view.Page{Limit: p.Limit, Cursor: p.Cursor} }

// pageOf cuts a page out of a list that is in memory. The cursor is the ID of the last item; where that item has gone,
// the list must be read from its beginning.
func pageOf[T any](items []T, p Paging, id func(T) string) (page []T, next string, err error) {
	if p.Cursor != "" {
		last, err := base64.RawURLEncoding.DecodeString(p.Cursor)
		at := slices.IndexFunc(items, func(item T) bool { return id(item) == string(last) })
		if err != nil || at < 0 {
			return nil, "", view.ErrBadCursor
		}
		items = items[at+1:]
	}
	if len(items) > p.Limit {
		items = items[:p.Limit]
		next = base64.RawURLEncoding.EncodeToString([]byte(id(items[p.Limit-1])))
	}
	return items, next, nil
}

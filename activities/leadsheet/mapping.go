package leadsheet

import (
	"maps"
	"slices"

	"closedloop/naming"
)

// Mapping says what columns mean whose names are not those of the template: fields by [HeaderKey].
type Mapping map[string]Field

// HeaderKey is the form in which column names are compared with those of a mapping. Unlike the words of the template it
// keeps what stands in brackets: 电话(手机) and 电话(座机) are two columns.
func HeaderKey(header string) string { return lettersOf(naming.Search(header)) }

// ParseMapping reads what somebody says about the columns of a sheet, header by field. A field that does not exist and a
// header that is named twice are an [*Error]. Two columns for one field are left to [ReadAs]: it knows which are there.
func ParseMapping(said map[string]string) (Mapping, error) {
	mapping := Mapping{}
	for _, header := range slices.Sorted(maps.Keys(said)) {
		field, known := ParseField(said[header])
		key := HeaderKey(header)
		switch _, twice := mapping[key]; {
		case !known:
			return nil, refuse(UnknownField, quote(header+" → "+said[header]), nil)
		case key == "":
			return nil, refuse(UnknownHeader, quote(header), nil)
		case twice:
			return nil, refuse(AmbiguousHeader, quote(header), nil)
		}
		mapping[key] = field
	}
	return mapping, nil
}

// Over puts a mapping on top of another one: what both speak of is as the first one says.
func (m Mapping) Over(other Mapping) Mapping {
	both := maps.Clone(other)
	if both == nil {
		both = Mapping{}
	}
	maps.Copy(both, m)
	return both
}

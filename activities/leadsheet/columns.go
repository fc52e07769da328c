package leadsheet

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"closedloop/naming"
)

// Field is one piece of a lead that a column can hold.
type Field string

// The fields, in the order of the template.
const (
	FieldName            Field = "name"
	FieldCreditCode      Field = "credit_code"
	FieldPremises        Field = "premises"
	FieldTerritory       Field = "territory"
	FieldAddress         Field = "address"
	FieldIndustry        Field = "industry"
	FieldContact         Field = "contact"
	FieldTitle           Field = "title"
	FieldMobile          Field = "mobile"
	FieldPhone           Field = "phone"
	FieldItems           Field = "items"
	FieldMonthlyInbound  Field = "monthly_inbound"
	FieldMonthlyOutbound Field = "monthly_outbound"
	FieldRival           Field = "rival"
	FieldRivalVolume     Field = "rival_volume"
	FieldSettlement      Field = "settlement"
	FieldNeeds           Field = "needs"
	FieldSource          Field = "source"
	FieldCollectedBy     Field = "collected_by"
	FieldCollectedOn     Field = "collected_on"
	FieldNote            Field = "note"
)

// AllFields lists the fields in the order of the template.
func AllFields() []Field {
	return []Field{
		FieldName, FieldCreditCode, FieldPremises, FieldTerritory, FieldAddress, FieldIndustry, FieldContact, FieldTitle,
		FieldMobile, FieldPhone, FieldItems, FieldMonthlyInbound, FieldMonthlyOutbound, FieldRival, FieldRivalVolume,
		FieldSettlement, FieldNeeds, FieldSource, FieldCollectedBy, FieldCollectedOn, FieldNote,
	}
}

// headers are the column names by which a field is recognised, after [plainHeader]; the first is the one of the template.
func headers(field Field) []string {
	switch field {
	case FieldName:
		return []string{"单位名称", "客户名称", "公司名称", "企业名称", "单位", "name", "company", "companyname", "account", "accountname"}
	case FieldCreditCode:
		return []string{"统一社会信用代码", "社会信用代码", "信用代码", "税号", "creditcode", "unifiedsocialcreditcode", "uscc"}
	case FieldPremises:
		return []string{"场所类型", "场所", "单位类型", "premises", "premiseskind", "premisestype"}
	case FieldTerritory:
		return []string{"片区", "所属片区", "区域", "territory", "area"}
	case FieldAddress:
		return []string{"地址", "单位地址", "公司地址", "详细地址", "address"}
	case FieldIndustry:
		return []string{"行业", "所属行业", "industry"}
	case FieldContact:
		return []string{"联系人", "联系人姓名", "contact", "contactname", "contactperson"}
	case FieldTitle:
		return []string{"职务", "职位", "岗位", "title", "position", "jobtitle"}
	case FieldMobile:
		return []string{"手机", "手机号", "手机号码", "联系电话", "mobile", "mobilephone", "cellphone"}
	case FieldPhone:
		return []string{"办公电话", "固定电话", "座机", "电话", "phone", "officephone", "telephone", "landline"}
	case FieldItems:
		return []string{"主要寄递物品", "寄递物品", "物品", "items", "goods"}
	case FieldMonthlyInbound:
		return []string{"月进口件量", "进口件量", "月收件量", "monthlyinbound", "inbound", "inboundpermonth"}
	case FieldMonthlyOutbound:
		return []string{"月出口件量", "出口件量", "月寄件量", "月发件量", "monthlyoutbound", "outbound", "outboundpermonth"}
	case FieldRival:
		return []string{"现用快递", "现用快递公司", "竞争对手", "rival", "competitor", "currentcarrier"}
	case FieldRivalVolume:
		return []string{"竞争对手月件量", "竞争对手件量", "rivalvolume", "competitorvolume"}
	case FieldSettlement:
		return []string{"结算方式", "付款方式", "settlement", "payment"}
	case FieldNeeds:
		return []string{"用邮需求", "需求", "寄递需求", "needs"}
	case FieldSource:
		return []string{"信息来源", "来源", "source", "leadsource"}
	case FieldCollectedBy:
		return []string{"收集人", "采集人", "填表人", "collectedby", "collector"}
	case FieldCollectedOn:
		return []string{"收集日期", "采集日期", "日期", "collectedon", "date"}
	case FieldNote:
		return []string{"备注", "说明", "note", "notes", "remark", "remarks"}
	}
	return nil
}

// Column is where a field stands in a sheet.
type Column struct {
	Header string `json:"header"` // as written
	Letter string `json:"letter"` // such as L
	index  int    // from 0
}

// plainHeader reduces a column name to what recognises it: 手机号码（必填）* and 手机号码 are the same.
func plainHeader(s string) string {
	s = naming.Search(s)
	if at := strings.IndexByte(s, '('); at > 0 {
		s = s[:at]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// readHeader finds the columns. What is not known becomes a note; a required column that is missing, and one that is
// there twice, refuse the sheet.
func readHeader(header record) (map[Field]Column, []Problem, error) {
	known := map[string]Field{}
	for _, field := range AllFields() {
		for _, header := range headers(field) {
			known[header] = field
		}
	}
	columns := map[Field]Column{}
	notes := []Problem{}
	for i, cell := range header.cells {
		name := strings.TrimSpace(cell.text)
		if name == "" {
			continue
		}
		column := Column{Header: quote(name), Letter: columnLetter(i), index: i}
		place := column.Letter + strconv.Itoa(header.row)
		field, found := known[plainHeader(name)]
		if !found {
			notes = append(notes, Problem{Row: header.row, Column: column.Header, Cell: place, Code: UnknownColumn})
			continue
		}
		if first, twice := columns[field]; twice {
			return nil, nil, refuse(DuplicateColumn, first.Header+", "+column.Header+" ("+place+")", nil)
		}
		columns[field] = column
	}
	var missing []string
	for _, anyOf := range [][]Field{{FieldName}, {FieldContact}, {FieldMobile, FieldPhone}} {
		if !slices.ContainsFunc(anyOf, func(field Field) bool { _, found := columns[field]; return found }) {
			missing = append(missing, headers(anyOf[0])[0])
		}
	}
	if missing != nil {
		return nil, nil, refuse(MissingColumn, strings.Join(missing, ", "), nil)
	}
	return columns, notes, nil
}

// columnLetter is the name of a column: 0 is A, 25 is Z, 26 is AA.
func columnLetter(index int) string {
	var letters []byte
	for n := index + 1; n > 0; n = (n - 1) / 26 {
		letters = append(letters, byte('A'+(n-1)%26))
	}
	slices.Reverse(letters)
	return string(letters)
}

// quote shortens what stands in a cell for a message, on one line.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
	n := 0
	for at := range s {
		if n++; n > valueChars {
			return s[:at] + "…"
		}
	}
	return s
}

package leadsheet

import (
	"slices"
	"strconv"
	"strings"
	"sync"
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
	FieldFollowUp        Field = "follow_up" // what was done; see [Note]
	FieldFollowUpOn      Field = "follow_up_on"
	FieldFollowUpBy      Field = "follow_up_by"
	FieldFollowUpHow     Field = "follow_up_how"
)

// FieldIgnored is the target of a column that is left out on purpose.
const FieldIgnored Field = "ignore"

// How often a group of columns may stand in a sheet: 联系人1 … 联系人9, 跟进记录1 … 跟进记录20.
const (
	mostContacts  = 9
	mostFollowUps = 20
)

// AllFields lists the fields in the order of the template.
func AllFields() []Field {
	return []Field{
		FieldName, FieldCreditCode, FieldPremises, FieldTerritory, FieldAddress, FieldIndustry, FieldContact, FieldTitle,
		FieldMobile, FieldPhone, FieldItems, FieldMonthlyInbound, FieldMonthlyOutbound, FieldRival, FieldRivalVolume,
		FieldSettlement, FieldNeeds, FieldSource, FieldCollectedBy, FieldCollectedOn, FieldNote, FieldFollowUp, FieldFollowUpOn,
		FieldFollowUpBy, FieldFollowUpHow,
	}
}

// groups is how often the columns of a field may stand in a sheet.
func groups(field Field) int {
	switch {
	case slices.Contains([]Field{FieldContact, FieldTitle, FieldMobile, FieldPhone}, field):
		return mostContacts
	case slices.Contains([]Field{FieldFollowUp, FieldFollowUpOn, FieldFollowUpBy, FieldFollowUpHow}, field):
		return mostFollowUps
	}
	return 1
}

// Numbered is a field of the n-th contact or follow-up: contact, contact_2, contact_3 …
func (f Field) Numbered(n int) Field {
	if n <= 1 {
		return f
	}
	return f + Field("_"+strconv.Itoa(n))
}

// ParseField reads a target of a mapping: a field, one with the number of its group such as mobile_2, or ignore.
func ParseField(s string) (Field, bool) {
	if Field(s) == FieldIgnored {
		return FieldIgnored, true
	}
	for _, field := range AllFields() {
		rest, found := strings.CutPrefix(s, string(field))
		if !found {
			continue
		}
		if rest == "" {
			return field, true
		}
		n, err := strconv.Atoi(strings.TrimPrefix(rest, "_"))
		if err == nil && n >= 1 && n <= groups(field) && (n == 1 && rest == "_1" || string(field.Numbered(n)) == s) {
			return field.Numbered(n), true
		}
	}
	return "", false
}

// Label is what the template calls a field, with the number of its group.
func (f Field) Label() string {
	for _, field := range AllFields() {
		for n := 1; n <= groups(field); n++ {
			if field.Numbered(n) == f && n == 1 {
				return headers(field)[0]
			} else if field.Numbered(n) == f {
				return headers(field)[0] + strconv.Itoa(n)
			}
		}
	}
	return string(f)
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
		return []string{"联系人", "联系人姓名", "联系人名称", "contact", "contactname", "contactperson"}
	case FieldTitle:
		return []string{"职务", "职位", "岗位", "联系人职务", "title", "position", "jobtitle"}
	case FieldMobile:
		return []string{"手机", "手机号", "手机号码", "联系电话", "联系人手机", "联系人电话", "mobile", "mobilephone", "cellphone"}
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
	case FieldFollowUp:
		return []string{"跟进记录", "跟进情况", "跟进内容", "跟进", "拜访记录", "走访记录", "沟通记录", "followup", "followups", "followupnote"}
	case FieldFollowUpOn:
		return []string{"跟进日期", "跟进时间", "拜访日期", "走访日期", "沟通日期", "followupon", "followupdate"}
	case FieldFollowUpBy:
		return []string{"跟进人", "跟进人员", "拜访人", "走访人", "followupby", "followedby"}
	case FieldFollowUpHow:
		return []string{"跟进方式", "拜访方式", "沟通方式", "followuphow", "followupkind"}
	case FieldIgnored: // what the workbook of refused rows adds
		return []string{RowHeader("zh"), ReasonHeader("zh"), plainHeader(RowHeader("en")), plainHeader(ReasonHeader("en"))}
	}
	return nil
}

// RowHeader and ReasonHeader name the columns that the workbook of refused rows puts behind those of the sheet. They are
// passed over when it is sent again.
func RowHeader(lang string) string {
	if isChinese(lang) {
		return "原表行号"
	}
	return "Row in the sheet"
}

// ReasonHeader is the second of them.
func ReasonHeader(lang string) string {
	if isChinese(lang) {
		return "退回原因"
	}
	return "Why it was not taken"
}

// knownHeaders are the words of the template by what they say.
var knownHeaders = sync.OnceValue(func() map[string]Field {
	known := map[string]Field{}
	for _, field := range append(AllFields(), FieldIgnored) {
		for _, header := range headers(field) {
			known[header] = field
		}
	}
	return known
})

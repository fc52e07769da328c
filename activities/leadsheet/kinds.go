package leadsheet

import "closedloop/naming"

// Premises is the kind of place where an organisation sits (场所类型).
type Premises string

// The kinds of premises.
const (
	Factory Premises = "factory"
	Park    Premises = "park"
	Public  Premises = "public"
	Shop    Premises = "shop"
	Office  Premises = "office"
	School  Premises = "school"
	Other   Premises = "other"
)

// Source is how a lead was found (信息来源, domain.md §3).
type Source string

// The sources of leads.
const (
	DoorToDoor      Source = "door_to_door"
	Hotline         Source = "hotline"
	Referral        Source = "referral"
	Fair            Source = "fair"
	IndustryMeeting Source = "industry_meeting"
	Press           Source = "press"
	Media           Source = "media"
	Peers           Source = "peers"
	Inbound         Source = "inbound"
)

// AllPremises lists the kinds in the order in which people are offered them.
func AllPremises() []Premises {
	return []Premises{Factory, Park, Public, Shop, Office, School, Other}
}

// AllSources lists the sources in the order in which people are offered them.
func AllSources() []Source {
	return []Source{DoorToDoor, Hotline, Referral, Fair, IndustryMeeting, Press, Media, Peers, Inbound}
}

// premisesWords are the words a sheet may use for each kind; the first is the one in the template.
func premisesWords(kind Premises) []string {
	switch kind {
	case Factory:
		return []string{"工厂", "厂区", "厂矿", "工业企业", "生产企业"}
	case Park:
		return []string{"园区", "产业园", "工业园", "产业园区", "开发区"}
	case Public:
		return []string{"机关事业", "机关", "事业单位", "机关事业单位", "政府", "政府机关", "医院"}
	case Shop:
		return []string{"商铺", "商户", "门店", "店铺", "市场", "专业市场"}
	case Office:
		return []string{"写字楼", "办公楼", "商务楼", "商务楼宇"}
	case School:
		return []string{"学校", "院校", "高校", "校园"}
	case Other:
		return []string{"其他", "其它"}
	}
	return nil
}

// sourceWords are the words a sheet may use for each source; the first is the one in the template.
func sourceWords(source Source) []string {
	switch source {
	case DoorToDoor:
		return []string{"上门", "上门拜访", "上门走访", "走访", "扫街", "扫楼", "陌生拜访", "陌拜"}
	case Hotline:
		return []string{"热线", "客服热线", "电话热线", "客服电话", "11183", "11183散件"}
	case Referral:
		return []string{"老客户介绍", "客户介绍", "老客户推荐", "客户推荐", "转介绍", "介绍"}
	case Fair:
		return []string{"展会", "展览会", "博览会", "交易会"}
	case IndustryMeeting:
		return []string{"行业会议", "行业会", "会议", "行业协会"}
	case Press:
		return []string{"报刊", "报纸", "杂志"}
	case Media:
		return []string{"媒体", "网络", "互联网", "网站", "广播电视"}
	case Peers:
		return []string{"同行", "同行介绍", "同业"}
	case Inbound:
		return []string{"主动来访", "客户来访", "主动上门", "自己上门", "主动联系", "来电"}
	}
	return nil
}

// ParsePremises reads a kind from a sheet: the word of the template, a common synonym or our own identifier.
func ParsePremises(s string) (Premises, bool) { return parseKind(s, AllPremises(), premisesWords) }

// ParseSource reads a source from a sheet: the word of the template, a common synonym or our own identifier.
func ParseSource(s string) (Source, bool) { return parseKind(s, AllSources(), sourceWords) }

func parseKind[K ~string](s string, kinds []K, words func(K) []string) (K, bool) {
	s = naming.Search(s)
	for _, kind := range kinds {
		if s == string(kind) {
			return kind, true
		}
		for _, word := range words(kind) {
			if s == word {
				return kind, true
			}
		}
	}
	return "", false
}

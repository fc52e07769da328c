package dossier

import "closedloop/deal"

// Unfit says what a record has against being the subject of an approval of a kind: where there is nothing to decide, a
// request would only cost people time. A project that the account itself has filed, by one of filings, is not filed twice.
func (r Rules) Unfit(kind deal.ApprovalKind, record Record, filings []Filing, today Day) deal.Refusals {
	nothing := func(bad bool, zh, en, hintZH, hintEN string) deal.Refusals {
		if !bad {
			return nil
		}
		return deal.Refusals{{
			Code: deal.CodeSubjectMissing, Field: "/subject",
			Text: deal.Text{ZH: zh + "。", EN: en + "."}, Hint: deal.Text{ZH: hintZH + "。", EN: hintEN + "."},
		}}
	}
	switch v := record.(type) {
	case Filing:
		if live, found := LiveFiling(filings, v.Project, today); found && kind == deal.Filing && v.Draft() {
			return nothing(true, "该项目已由备案 "+live.Number+" 保护", "Filing "+live.Number+" protects this project already",
				"无需再次备案", "It need not be filed again")
		}
		return nothing(kind == deal.Filing && !v.Draft(), "该备案已经登记", "The filing is registered already",
			"需要重新备案时，新建一条备案再申请", "To file anew, put another filing on file and request its approval")
	case Veto:
		return nothing(kind == deal.VetoLift && !v.Hit, "没有触及该否决项", "The veto item is not hit",
			"无需解除", "There is nothing to lift")
	case Credit:
		return nothing(kind == deal.CreditChange && v.Change == nil, "没有提出信用等级变更", "No change of the credit colour is asked for",
			"先在信用记录的变更（change）中填写所需等级和理由", "Write the colour and the reason in change of the credit record first")
	case ValueScore:
		return nothing(kind == deal.GradeOverride && r.Value(v).Grade == "", "七项价值尚未全部评分", "The value items are not all scored yet",
			"先完成价值评分", "Complete the value score first")
	case SupportRequest:
		return nothing(kind == deal.SupportRequest && v.AcceptedAt != "", "该支持申请已经获批", "The support request is approved already",
			"需要别的支持时，新建一条支持申请", "To ask for something else, put another support request on file")
	case ExecutiveVisit:
		return nothing(kind == deal.ExecutiveVisit && v.AcceptedAt != "", "该高层拜访已经获批", "The visit is approved already",
			"另一次拜访请新建一条记录", "For another visit, put another one on file")
	case Gift:
		return nothing(kind == deal.Gift && (v.AcceptedAt != "" || v.GivenOn != ""), "该礼品已经获批或已赠送", "The gift is approved or given already",
			"另一份礼品请新建一条记录", "For another gift, put another one on file")
	}
	return nil
}

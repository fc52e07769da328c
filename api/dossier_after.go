package api

import (
	"context"

	"closedloop/deal"
)

// recordChanged sees to what follows from a record that was written or taken off the file (version 0): requests about an
// older version are void. It must not make the writing look failed.
func (a *API) recordChanged(ctx context.Context, id deal.AccountID, now deal.Document) {
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		a.Logger.WarnContext(ctx, "record written, requests about it not looked at", "trace_id", callOf(ctx).trace, "account", id, "error", err)
		return
	}
	a.voidApprovals(ctx, read.State, deal.RecordSubjectOf(now))
}

// voidApprovals ends pending requests about an older version of a form or a record (contract.md §2). A call that fails is
// made up for: a decision and a tick look at the version again.
func (a *API) voidApprovals(ctx context.Context, s deal.State, now deal.Subject) (any bool) {
	for _, ap := range s.Approvals {
		about := ap.Subject.Type == now.Type && ap.Subject.ID == now.ID && ap.Subject.Version != now.Version
		if ap.Status != deal.Pending || !about {
			continue
		}
		cause := "void/" + ap.ID + "/" + itoa(now.Version)
		cmd := deal.Command{
			Account: s.Account, Actor: deal.System, Name: deal.VoidApprovalName, Body: deal.VoidApproval{Approval: ap.ID},
			Key: deal.CommandKey(a.Installation, deal.System, s.Account, cause), Fingerprint: fingerprint("", cause, nil),
		}
		if _, err := a.Commander.Send(ctx, cmd); err != nil {
			a.Logger.WarnContext(ctx, "request about an edited subject is not void yet", "trace_id", callOf(ctx).trace,
				"account", s.Account, "approval", ap.ID, "error", err)
			continue
		}
		any = true
	}
	return any
}

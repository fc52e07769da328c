package api

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// A visit brief may want support from a named superior (domain.md §4). Writing it asks for that support: the request goes on
// file and its approval is asked for, once for each step and cycle, whatever becomes of the brief later.

// Fields of a form by which it wants support, in whichever playbook has them.
const (
	supportWanted = "support_wanted"
	supportFrom   = "support_from"
	visitAim      = "visit_aim"
)

// briefSupport is the request that a brief has led to.
type briefSupport struct {
	Record   string   `json:"record" doc:"ID of the support request"`
	Approval string   `json:"approval" doc:"ID of the request for its approval; empty where that could not be asked for"`
	Refused  []string `json:"refused,omitempty" doc:"codes of what stood against asking for the approval; saving the form again tries again"`
}

// briefRecord is the ID of the request that a brief leads to: one for a step and cycle.
func (a *API) briefRecord(s deal.State, step deal.Step) string {
	return derivedID("brief", a.Installation, string(s.Account), string(step), itoa(int64(s.Cycle)))
}

// wants tells what support a form wants and from whom; false where it wants none, or the playbook knows no such requests.
func (a *API) wants(s deal.State, content map[string]any) (what string, from deal.PersonID, ok bool) {
	what, _ = content[supportWanted].(string)
	person, _ := content[supportFrom].(string)
	book, err := a.Playbooks.Book(s.Book)
	if err != nil || what == "" || person == "" {
		return "", "", false
	}
	_, known := book.Approval(deal.SupportRequest)
	return what, deal.PersonID(person), known
}

// superior refuses a brief that wants support from somebody who cannot give it, unless its request is on file already.
func (a *API) superior(ctx context.Context, s deal.State, step deal.Step, content map[string]any) error {
	_, from, ok := a.wants(s, content)
	if !ok {
		return nil
	}
	p, known := who(ctx).org.Person(from)
	if known && p.Active && slices.Contains([]deal.Role{deal.Manager, deal.Director}, p.Role) {
		return nil
	}
	_, err := a.Dossier.Document(ctx, who(ctx).viewer, s.Account, string(dossier.SupportRequestKind), a.briefRecord(s, step))
	if errors.Is(err, deal.ErrNotFound) {
		return invalid([]reason{{code: string(deal.CodeUnknownPerson), pointer: "/content/" + supportFrom}})
	}
	if err != nil {
		return fmt.Errorf("read support request: %w", err)
	}
	return nil
}

// askForSupport puts the request of a brief on file and asks for its approval, unless both are done; nil where the brief
// wants nothing. It must not make the writing of the form look failed: what goes wrong is in the log, and the next time the
// form is saved it is tried again.
func (a *API) askForSupport(ctx context.Context, s deal.State, form deal.Form) *briefSupport {
	what, from, ok := a.wants(s, form.Content)
	if !ok || s.Status != deal.Active {
		return nil
	}
	d, err := a.briefOnFile(ctx, s, form, what, from)
	if err != nil {
		a.Logger.WarnContext(ctx, "support that a brief wants is not asked for yet", "trace_id", callOf(ctx).trace, "account", s.Account, "error", err)
		return nil
	}
	out := &briefSupport{Record: d.ID}
	subject := deal.RecordSubjectOf(d)
	for _, asked := range slices.Backward(s.Approvals) {
		if asked.Kind == deal.SupportRequest && asked.Subject.ID == subject.ID {
			out.Approval = asked.ID
			return out
		}
	}
	if r, err := supportIn(d); err != nil || r.AcceptedAt != "" { // approved in an earlier cycle
		return out
	}
	cause := "brief/" + d.ID + "/" + itoa(d.Version)
	cmd := deal.Command{
		Account: s.Account, Actor: who(ctx).person.ID, Name: deal.RequestApprovalName,
		Body: deal.RequestApproval{Kind: deal.SupportRequest, Subject: subject},
		Key:  deal.CommandKey(a.Installation, who(ctx).person.ID, s.Account, cause), Fingerprint: fingerprint("", cause, nil),
	}
	receipt, err := a.Commander.Send(ctx, cmd)
	switch {
	case err != nil:
		a.Logger.WarnContext(ctx, "approval of support that a brief wants is not asked for yet", "trace_id", callOf(ctx).trace,
			"account", s.Account, "error", err)
	case receipt.Answer.Outcome == deal.Refused:
		for _, r := range receipt.Answer.Refusals {
			out.Refused = append(out.Refused, string(r.Code))
		}
	default:
		if read, err := a.Accounts.Account(ctx, who(ctx).viewer, s.Account); err == nil {
			for _, asked := range read.State.Approvals {
				if asked.Kind == deal.SupportRequest && asked.Subject.ID == subject.ID {
					out.Approval = asked.ID
				}
			}
		}
	}
	return out
}

// briefOnFile is the request of a brief, as it is or put on file now.
func (a *API) briefOnFile(ctx context.Context, s deal.State, form deal.Form, what string, from deal.PersonID) (deal.Document, error) {
	why, _ := form.Content[visitAim].(string)
	if why == "" {
		why = what
	}
	d := deal.Document{Kind: string(dossier.SupportRequestKind), ID: a.briefRecord(s, form.Step)}
	var err error
	if d.Body, err = dossier.Encode(dossier.SupportRequest{Centre: dossier.SalesCentre, Wanted: what, Why: why, Addressee: from}); err != nil {
		return d, fmt.Errorf("encode record: %w", err)
	}
	present, err := a.Dossier.AddDocument(ctx, who(ctx).viewer, s.Account, d, dossier.ForLife)
	if err != nil && !errors.Is(err, deal.ErrStale) { // stale: it is there already
		return d, fmt.Errorf("add document: %w", err)
	}
	return present, nil
}

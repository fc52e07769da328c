package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// purposeName is what private facts are kept and read for.
type purposeName string

// Schema lists the purposes.
func (purposeName) Schema(huma.Registry) *huma.Schema { return closedSet(dossier.AllPurposes()...) }

// privacy is what a reader may see: of private facts nothing, unless a purpose was named and the rules allow it; figures by
// which we negotiate, unless the rules hide them.
type privacy struct {
	rules   dossier.PrivateRules
	purpose dossier.Purpose
	hide    bool // figures
}

// look finds out what the caller may see of records of a kind. Only where there are figures, or there may be private facts
// and a purpose to read them for, the rules of the account's playbook are asked.
func (a *API) look(ctx context.Context, k *recordKind, id deal.AccountID, purpose purposeName) (privacy, error) {
	facts, figures := k.private() && purpose != "", dossier.HasFigures(k.Kind)
	if !facts && !figures {
		return privacy{}, nil
	}
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		return privacy{}, fmt.Errorf("read account: %w", err)
	}
	rules, err := a.Rules(read.State.Book)
	if err != nil {
		return privacy{}, fmt.Errorf("read rules of the playbook: %w", err)
	}
	var p privacy
	if facts {
		p.rules, p.purpose = rules.Private, dossier.Purpose(purpose)
	}
	p.hide = figures && hides(ctx, rules, read.State)
	return p, nil
}

// hidesNow asks the same of an account as it is now: who may see its past figures is who may see the present ones.
func (a *API) hidesNow(ctx context.Context, rules dossier.Rules, id deal.AccountID) (bool, error) {
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		return false, fmt.Errorf("read account: %w", err)
	}
	return hides(ctx, rules, read.State), nil
}

// hides tells whether the rules hide the figures of an account from the caller.
func hides(ctx context.Context, rules dossier.Rules, s deal.State) bool {
	me := who(ctx)
	return !rules.Figures.Shows(me.person.Role, me.viewer.MayEdit(s))
}

// mask takes away what the reader may not see. Whoever reads private facts is named in the log.
func (p privacy) mask(ctx context.Context, a *API, id string, r dossier.Record) dossier.Record {
	r = p.rules.Mask(r, who(ctx).person.Role, p.purpose)
	if s, ok := r.(dossier.Stakeholder); ok && s.Private != nil && !s.Private.Masked {
		c := callOf(ctx)
		a.Logger.InfoContext(ctx, "private facts read", "trace_id", c.trace, "actor", c.actor.person.ID, "record", id, "purpose", p.purpose)
	}
	return r
}

type privateRecordsInput struct {
	RecordsInput
	Purposeful
}

type privateRecordPath struct {
	RecordPath
	Purposeful
}

type privateVersionsInput struct {
	RecordVersionsInput
	Purposeful
}

// privateReads are the reading routes of a kind that may hold private facts: they take a purpose.
func (a *API) privateReads(k *recordKind, all, one, versions huma.Operation) {
	register(a, all, func(ctx context.Context, in *privateRecordsInput) (*reply[list[documentBody]], error) {
		return a.documents(ctx, k, in.RecordsInput, in.Purpose)
	})
	register(a, one, func(ctx context.Context, in *privateRecordPath) (*documentOutput, error) {
		return a.document(ctx, k, in.RecordPath, in.Purpose)
	})
	register(a, versions, func(ctx context.Context, in *privateVersionsInput) (*reply[list[documentBody]], error) {
		return a.versions(ctx, k, in.RecordVersionsInput, in.Purpose)
	})
}

func (a *API) privateRoutes() {
	k := a.kindOf(dossier.StakeholderKind)
	o := a.recordOp(k, http.MethodDelete, "/accounts/{id}/"+k.Path+"/{record}/private", "erase-private-facts", "erase private facts")
	o.Description = "Erases them for good, from every version on file. The log and its hash chain never held them."
	register(a, o.answer(http.StatusOK), func(ctx context.Context, in *putRecordInput) (*documentOutput, error) {
		return a.erasePrivate(ctx, k, in)
	})
}

func (a *API) erasePrivate(ctx context.Context, k *recordKind, in *putRecordInput) (*documentOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	d := deal.Document{Kind: string(k.Kind), ID: in.Record, Version: version}
	if err := a.ownDocument(ctx, k, id, in.Record); err != nil {
		return nil, err
	}
	now, err := a.Dossier.RedactDocument(ctx, who(ctx).viewer, id, d, k.redaction())
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(now.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("erase private facts: %w", err)
	}
	return a.documentOutput(ctx, k, now, privacy{})
}

// redaction takes private facts out of a record; nil for kinds that have none.
func (k *recordKind) redaction() view.Redaction {
	if !k.private() {
		return nil
	}
	return func(body json.RawMessage) (json.RawMessage, bool, error) {
		record, err := dossier.Load(k.Kind, body)
		if err != nil {
			return nil, false, fmt.Errorf("read what is on file: %w", err)
		}
		s, ok := record.(dossier.Stakeholder)
		if !ok || s.Private == nil {
			return body, false, nil
		}
		s.Private = nil
		body, err = dossier.Encode(s)
		if err != nil {
			return nil, false, fmt.Errorf("encode record: %w", err)
		}
		return body, true, nil
	}
}

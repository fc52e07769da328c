package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

type diffInput struct {
	OnlyRecordInput

	From int64 `query:"from" minimum:"0" doc:"the older version; 0 or absent: the one before the newer"`
	To   int64 `query:"to" minimum:"0" doc:"the newer version; 0 or absent: the present one"`
}

// diffBody is what changed between two versions of a record.
type diffBody struct {
	From    versionRef   `json:"from"`
	To      versionRef   `json:"to"`
	Changes []changeBody `json:"changes"`
}

type versionRef struct {
	Version   int64       `json:"version"`
	UpdatedAt *time.Time  `json:"updated_at"`
	UpdatedBy *personBody `json:"updated_by,omitempty"`
}

type changeBody struct {
	Op      string `json:"op" enum:"changed,added,removed" doc:"a field was changed, a row added or removed"`
	Pointer string `json:"pointer" doc:"into the newer content; into the older one for what was removed"`
	Label   string `json:"label" doc:"what people call the field"`
	From    any    `json:"from" doc:"null for what was added"`
	To      any    `json:"to" doc:"null for what was removed"`
}

// diffRoutes are for what is revised again and again while others decide by it: the proposal.
func (a *API) diffRoutes() {
	k := a.kindOf(dossier.ProposalKind)
	o := op(http.MethodGet, "/accounts/{id}/"+k.Path+"/diff", "diff-"+k.noun, "dossier", k.Label.EN+": what changed between two versions")
	register(a, o, func(ctx context.Context, in *diffInput) (*reply[diffBody], error) { return a.diff(ctx, k, in) })
	revised := op(http.MethodGet, "/accounts/{id}/plan-revisions/{record}/diff", "diff-plan-revision", "dossier",
		"Plan revision: what the week changed in the proposal")
	register(a, revised, func(ctx context.Context, in *RecordPath) (*reply[diffBody], error) { return a.diffRevision(ctx, k, in) })
}

// diffRevision compares the versions of the proposal that a revision of the plan lies between.
func (a *API) diffRevision(ctx context.Context, k *recordKind, in *RecordPath) (*reply[diffBody], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.Dossier.Document(ctx, who(ctx).viewer, id, string(dossier.PlanRevisionKind), in.Record)
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	record, err := dossier.Load(dossier.PlanRevisionKind, d.Body)
	if err != nil {
		return nil, fmt.Errorf("read revision: %w", err)
	}
	revision, _ := record.(dossier.PlanRevision)
	all, err := a.versionsOfOnly(ctx, k, OnlyRecordInput{AccountPath: in.AccountPath, Cycles: Cycles{Cycle: d.Cycle}})
	if err != nil {
		return nil, err
	}
	return a.compared(ctx, k, id, all, revision.FromVersion, revision.ToVersion)
}

func (a *API) diff(ctx context.Context, k *recordKind, in *diffInput) (*reply[diffBody], error) {
	all, err := a.versionsOfOnly(ctx, k, in.OnlyRecordInput)
	if err != nil {
		return nil, err
	}
	if in.To == 0 && len(all) > 0 {
		in.To = all[len(all)-1].Version
	}
	if in.From == 0 {
		in.From = in.To - 1
	}
	if in.From == 0 || in.To == 0 { // nothing is on file, or only the first version
		return nil, deal.ErrNotFound
	}
	return a.compared(ctx, k, deal.AccountID(in.ID), all, in.From, in.To) // an ID by now
}

// compared is what changed between two versions, from 0: before there was anything.
func (a *API) compared(ctx context.Context, k *recordKind, id deal.AccountID, all []deal.Document, old, present int64) (*reply[diffBody], error) {
	older, from, err := versionOf(k, all, old)
	if err != nil {
		return nil, err
	}
	newer, to, err := versionOf(k, all, present)
	if err != nil {
		return nil, err
	}
	look, err := a.look(ctx, k, id, "")
	if err != nil {
		return nil, err
	}
	if look.hide { // what is hidden has not changed for this reader either
		older, _ = dossier.HideFigures(older)
		newer, _ = dossier.HideFigures(newer)
	}
	changes, err := dossier.Diff(older, newer)
	if err != nil {
		return nil, fmt.Errorf("compare versions: %w", err)
	}
	before, err := k.shown(older)
	if err != nil {
		return nil, err
	}
	after, err := k.shown(newer)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	ref := func(d deal.Document) versionRef {
		return versionRef{Version: d.Version, UpdatedAt: instant(d.UpdatedAt), UpdatedBy: personIn(c.actor.org, d.UpdatedBy)}
	}
	body := diffBody{From: ref(from), To: ref(to), Changes: []changeBody{}}
	for _, change := range changes {
		line := changeBody{Op: string(change.Op), Pointer: wirePointer(change.Pointer), Label: fieldLabel(change.Pointer, c.lang)}
		if change.Op != dossier.RowAdded {
			line.From = pointed(before, line.Pointer)
		}
		if change.Op != dossier.RowRemoved {
			line.To = pointed(after, line.Pointer)
		}
		body.Changes = append(body.Changes, line)
	}
	return &reply[diffBody]{body}, nil
}

// versionOf finds a version and reads it; version 0 is the empty record before the first one.
func versionOf(k *recordKind, all []deal.Document, version int64) (dossier.Record, deal.Document, error) {
	if version == 0 {
		return k.New(), deal.Document{}, nil
	}
	i := slices.IndexFunc(all, func(d deal.Document) bool { return d.Version == version })
	if i < 0 {
		return nil, deal.Document{}, deal.ErrNotFound
	}
	record, err := dossier.Load(k.Kind, all[i].Body)
	if err != nil {
		return nil, deal.Document{}, fmt.Errorf("read version %d: %w", version, err)
	}
	return record, all[i], nil
}

// shown is a record as a tree of what people see.
func (k *recordKind) shown(r dossier.Record) (map[string]any, error) {
	body, err := dossier.Encode(r)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return k.object(body)
}

// pointed is the value that a pointer leads to; nil where there is none.
func pointed(tree any, pointer string) any {
	for _, token := range strings.Split(pointer, "/")[1:] {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			tree = v[i]
		default:
			return nil
		}
	}
	return tree
}

// fieldLabel is what people call the field that a pointer leads to, or the list that its row is in.
func fieldLabel(pointer, lang string) string {
	tokens := strings.Split(pointer, "/")
	for _, token := range slices.Backward(tokens) {
		if _, err := strconv.Atoi(token); err != nil {
			return dossier.FieldLabel(token).In(lang)
		}
	}
	return ""
}

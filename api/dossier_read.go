package api

import (
	"context"
	"fmt"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

type RecordsInput struct {
	AccountPath
	Paging
	Cycles
	All bool `query:"all" doc:"of all cycles"`
}

type RecordVersionsInput struct {
	RecordPath
	Paging
}

type OnlyRecordInput struct {
	AccountPath
	Cycles
}

type onlyVersionsInput struct {
	OnlyRecordInput
	Paging
}

// allCycles asks the port for the documents of every cycle.
const allCycles = -1

func (a *API) documents(ctx context.Context, k *recordKind, in RecordsInput, purpose purposeName) (*reply[list[documentBody]], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	cycle := in.Cycle
	if in.All {
		cycle = allCycles
	}
	all, err := a.Dossier.Documents(ctx, who(ctx).viewer, id, string(k.Kind), cycle)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	page, next, err := pageOf(all, in.Paging, func(d deal.Document) string { return d.ID })
	if err != nil {
		return nil, err
	}
	look, err := a.look(ctx, k, id, purpose)
	if err != nil {
		return nil, err
	}
	items, err := a.documentsOf(ctx, k, page, look)
	if err != nil {
		return nil, err
	}
	return listOf(items, next), nil
}

func (a *API) document(ctx context.Context, k *recordKind, in RecordPath, purpose purposeName) (*documentOutput, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.Dossier.Document(ctx, who(ctx).viewer, id, string(k.Kind), in.Record)
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	look, err := a.look(ctx, k, id, purpose)
	if err != nil {
		return nil, err
	}
	return a.documentOutput(ctx, k, d, look)
}

// versions are how a document was, oldest first. One that was deleted still has them.
func (a *API) versions(ctx context.Context, k *recordKind, in RecordVersionsInput, purpose purposeName) (*reply[list[documentBody]], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.Dossier.Versions(ctx, who(ctx).viewer, id, string(k.Kind), in.Record)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	if len(all) == 0 {
		return nil, deal.ErrNotFound
	}
	look, err := a.look(ctx, k, id, purpose)
	if err != nil {
		return nil, err
	}
	return a.versionPage(ctx, k, all, in.Paging, look)
}

func (a *API) versionPage(ctx context.Context, k *recordKind, all []deal.Document, p Paging, look privacy) (*reply[list[documentBody]], error) {
	// A document that was deleted and made anew has a version of one number twice; the instant tells them apart.
	page, next, err := pageOf(all, p, func(d deal.Document) string { return itoa(d.Version) + " " + itoa(d.UpdatedAt.UnixMicro()) })
	if err != nil {
		return nil, err
	}
	items, err := a.documentsOf(ctx, k, page, look)
	if err != nil {
		return nil, err
	}
	return listOf(items, next), nil
}

// only finds the document of a kind of which there is one; version 0 says that there is nothing on file yet.
func (a *API) only(ctx context.Context, k *recordKind, id deal.AccountID, cycle int) (deal.Document, error) {
	all, err := a.Dossier.Documents(ctx, who(ctx).viewer, id, string(k.Kind), cycle)
	if err != nil {
		return deal.Document{}, fmt.Errorf("read document: %w", err)
	}
	if len(all) > 0 {
		return all[0], nil
	}
	return k.none()
}

// none is a document that is not on file yet.
func (k *recordKind) none() (deal.Document, error) {
	body, err := dossier.Encode(k.New())
	if err != nil {
		return deal.Document{}, fmt.Errorf("begin a document: %w", err)
	}
	return deal.Document{Kind: string(k.Kind), Body: body}, nil
}

func (a *API) onlyDocument(ctx context.Context, k *recordKind, in *OnlyRecordInput) (*documentOutput, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.only(ctx, k, id, in.Cycle)
	if err != nil {
		return nil, err
	}
	look, err := a.look(ctx, k, id, "")
	if err != nil {
		return nil, err
	}
	return a.documentOutput(ctx, k, d, look)
}

func (a *API) onlyVersions(ctx context.Context, k *recordKind, in *onlyVersionsInput) (*reply[list[documentBody]], error) {
	all, err := a.versionsOfOnly(ctx, k, in.OnlyRecordInput)
	if err != nil {
		return nil, err
	}
	look, err := a.look(ctx, k, deal.AccountID(in.ID), "") // an ID by now
	if err != nil {
		return nil, err
	}
	return a.versionPage(ctx, k, all, in.Paging, look)
}

func (a *API) versionsOfOnly(ctx context.Context, k *recordKind, in OnlyRecordInput) ([]deal.Document, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.only(ctx, k, id, in.Cycle)
	if err != nil || d.Version == 0 {
		return nil, err
	}
	all, err := a.Dossier.Versions(ctx, who(ctx).viewer, id, string(k.Kind), d.ID)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	return all, nil
}

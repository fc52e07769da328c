package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// addDocument puts a record on file, once under its key. A stakeholder is called by the contact it is about, every other
// record by an ID that follows from the request.
func (a *API) addDocument(ctx context.Context, k *recordKind, account string) (*created[documentBody], error) {
	id, err := accountID(account)
	if err != nil {
		return nil, err
	}
	return once(ctx, a, func() (*created[documentBody], error) {
		c := callOf(ctx)
		d, judges, err := a.documentIn(ctx, k, id, nil)
		if err != nil {
			return nil, err
		}
		if d.ID == "" {
			d.ID = derivedID("dossier", a.Installation, string(c.actor.person.ID), string(id), c.key)
		}
		return a.filed(ctx, k, id, d, judges...)
	})
}

// filed puts a new document on file and shows it.
func (a *API) filed(ctx context.Context, k *recordKind, id deal.AccountID, d deal.Document, judges ...view.Judge) (*created[documentBody], error) {
	c := callOf(ctx)
	added, err := a.Dossier.AddDocument(ctx, c.actor.viewer, id, d, k.PerCycle, judges...)
	if errors.Is(err, deal.ErrStale) {
		added, err = mineAlready(c, k, id, d, added)
	}
	if err != nil {
		return nil, fmt.Errorf("add document: %w", err)
	}
	a.replan(ctx, id, added, added.Version)
	// The answer is kept for repeats, so that it must not hold what may be erased.
	look, err := a.look(ctx, k, id, "")
	if err != nil {
		return nil, err
	}
	shown, err := a.documentOf(ctx, k, added, look)
	if err != nil {
		return nil, err
	}
	return &created[documentBody]{
		Status: http.StatusCreated, Location: base + "/accounts/" + string(id) + "/" + k.Path + "/" + added.ID, ETag: etag(added.Version),
		Body: shown,
	}, nil
}

// mineAlready judges a document that is there under the ID of a new one: the caller's own from a try whose answer was
// lost, or another one about the same contact.
func mineAlready(c *call, k *recordKind, id deal.AccountID, d, present deal.Document) (deal.Document, error) {
	same := present.Version == 1 && present.UpdatedBy == c.actor.person.ID && sameRecord(k, d, present)
	if k.private() && !same {
		return deal.Document{}, refused(deal.Refusals{{Code: deal.CodeAlreadyOnFile, Link: k.Path + "/" + present.ID}}, id)
	}
	return present, nil
}

// sameRecord compares content whatever the database made of the form of its JSON.
func sameRecord(k *recordKind, d, other deal.Document) bool {
	one, err := encoded(k, d)
	if err != nil {
		return false
	}
	two, err := encoded(k, other)
	return err == nil && bytes.Equal(one, two)
}

func encoded(k *recordKind, d deal.Document) ([]byte, error) {
	record, err := dossier.Load(k.Kind, d.Body)
	if err != nil {
		return nil, err
	}
	return dossier.Encode(record)
}

// changeDocument replaces the content of a record that was read at a version.
func (a *API) changeDocument(ctx context.Context, k *recordKind, in *putRecordInput) (*documentOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	before, err := a.Dossier.Document(ctx, who(ctx).viewer, id, string(k.Kind), in.Record)
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	if err := k.belongs(before, version); err != nil {
		return nil, err
	}
	if before.Version != version {
		return nil, stale(before.Version)
	}
	d, judges, err := a.documentIn(ctx, k, id, &before)
	if err != nil {
		return nil, err
	}
	return a.change(ctx, k, id, d, before, judges...)
}

// change replaces a document with another content of the version that was read.
func (a *API) change(ctx context.Context, k *recordKind, id deal.AccountID, d, before deal.Document, judges ...view.Judge) (*documentOutput, error) {
	d.ID, d.Version = before.ID, before.Version
	now, err := a.Dossier.ChangeDocument(ctx, who(ctx).viewer, id, d, judges...)
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(now.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("change document: %w", err)
	}
	a.recordChanged(ctx, id, now)
	a.replan(ctx, id, now, now.Version)
	return a.shownAgain(ctx, k, id, now)
}

// putOnlyDocument writes the one record of its kind; "0" in If-Match says that the caller saw nothing on file.
func (a *API) putOnlyDocument(ctx context.Context, k *recordKind, in *putOnlyRecordInput) (*documentOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	before, err := a.only(ctx, k, id, 0)
	if err != nil {
		return nil, err
	}
	if err := k.belongs(before, version); err != nil {
		return nil, err
	}
	if before.SharedFrom != "" { // an own one begins beside it
		if before, err = k.none(); err != nil {
			return nil, err
		}
	}
	if before.Version != version {
		return nil, stale(before.Version)
	}
	d, judges, err := a.documentIn(ctx, k, id, &before)
	if err != nil {
		return nil, err
	}
	if version > 0 {
		return a.change(ctx, k, id, d, before, judges...)
	}
	added, err := a.Dossier.AddDocument(ctx, who(ctx).viewer, id, d, k.PerCycle, judges...)
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(added.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("add document: %w", err)
	}
	a.replan(ctx, id, added, added.Version)
	return a.shownAgain(ctx, k, id, added)
}

// deleteDocument takes a record off the file. Its versions stay readable, without private facts: these do not outlive
// what they were kept for.
func (a *API) deleteDocument(ctx context.Context, k *recordKind, in *putRecordInput) (*struct{}, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.removable(ctx, k, id, in.Record); err != nil {
		return nil, err
	}
	d := deal.Document{Kind: string(k.Kind), ID: in.Record, Version: version}
	err = a.Dossier.DeleteDocument(ctx, who(ctx).viewer, id, d, k.redaction())
	if errors.Is(err, deal.ErrStale) {
		now, readErr := a.Dossier.Document(ctx, who(ctx).viewer, id, string(k.Kind), in.Record)
		if readErr != nil {
			return nil, fmt.Errorf("read document: %w", readErr)
		}
		return nil, stale(now.Version)
	}
	if errors.Is(err, deal.ErrNotFound) {
		if shared, readErr := a.Dossier.Document(ctx, who(ctx).viewer, id, string(k.Kind), in.Record); readErr == nil && shared.SharedFrom != "" {
			return nil, k.belongs(shared, version)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("delete document: %w", err)
	}
	a.recordChanged(ctx, id, deal.Document{Kind: string(k.Kind), ID: in.Record})
	a.replan(ctx, id, d, 0)
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}

// removable refuses to take a record off the file that an approval put there or that only one takes away. What is not
// there, or is somebody else's, is for the port to say.
func (a *API) removable(ctx context.Context, k *recordKind, id deal.AccountID, record string) error {
	if !slices.Contains([]dossier.Kind{dossier.FilingKind, dossier.VetoKind, dossier.SupportRequestKind, dossier.GiftRecordKind}, k.Kind) {
		return nil
	}
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	if err := mayWrite(who(ctx).viewer, read.State); err != nil {
		return err
	}
	d, err := a.Dossier.Document(ctx, who(ctx).viewer, id, string(k.Kind), record)
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	onFile, err := dossier.Load(k.Kind, d.Body)
	if err != nil {
		return fmt.Errorf("read what is on file: %w", err)
	}
	if no := dossier.Removable(onFile); len(no) > 0 {
		return &fault{status: http.StatusConflict, code: string(no[0].Code), reasons: a.recordReasons(no)}
	}
	return nil
}

// shownAgain is a record that was written, as its reader may see it.
func (a *API) shownAgain(ctx context.Context, k *recordKind, id deal.AccountID, d deal.Document) (*documentOutput, error) {
	look, err := a.look(ctx, k, id, "")
	if err != nil {
		return nil, err
	}
	return a.documentOutput(ctx, k, d, look)
}

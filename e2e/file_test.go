//go:build e2e

package e2e_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
)

// recordOnFile is one record of what the field knows.
type recordOnFile struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Content data   `json:"content"`
}

func pathOf(t *testing.T, k dossier.Kind) string {
	t.Helper()
	info, ok := dossier.KindOf(k)
	require.True(t, ok, k)
	return "/" + info.Path
}

// newest is the record of a kind that was put on file last.
func (d desk) newest(t *testing.T, k dossier.Kind) recordOnFile {
	t.Helper()
	var one recordOnFile
	if info, _ := dossier.KindOf(k); info.Single {
		d.get(t, d.path(pathOf(t, k))).ok(t, &one)
		return one
	}
	list := all[recordOnFile](t, d.person, d.path(pathOf(t, k)), nil)
	if len(list) > 0 {
		one = list[len(list)-1]
	}
	return one
}

// put puts a record on file, over the only one of its kind, and answers its ID.
func (d desk) put(t *testing.T, r dossier.Record) string {
	t.Helper()
	var filed recordOnFile
	path := d.path(pathOf(t, r.Kind()))
	info, _ := dossier.KindOf(r.Kind())
	switch document, is := r.(dossier.Document); {
	case is:
		d.attach(t, document, playbooktest.SignedFile()).ok(t, &filed)
		require.Equal(t, document.SHA256, filed.Content["sha256"])
	case info.Single:
		d.send(t, http.MethodPut, path, playbooktest.Body(r), ifMatch(d.newest(t, r.Kind()).Version)).ok(t, &filed)
	default:
		d.post(t, path, playbooktest.Body(r)).ok(t, &filed)
	}
	require.NotEmpty(t, filed.ID)
	return filed.ID
}

// attach uploads a file.
func (d desk) attach(t *testing.T, what dossier.Document, content []byte) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("purpose", string(what.Purpose)))
	require.NoError(t, form.WriteField("step", string(what.Step)))
	part, err := form.CreateFormFile("file", what.Name)
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	return d.post(t, d.path("/documents"), body.Bytes(), header("Content-Type", form.FormDataContentType()))
}

// edit changes the record of a kind that was put on file last.
func (d desk) edit(t *testing.T, k dossier.Kind, change func(content data)) {
	t.Helper()
	r := d.newest(t, k)
	require.NotEmpty(t, r.ID, "no %s is on file", k)
	change(r.Content)
	path := d.path(pathOf(t, k))
	if info, _ := dossier.KindOf(k); !info.Single {
		path += "/" + r.ID
	}
	d.send(t, http.MethodPut, path, r.Content, ifMatch(r.Version)).ok(t, nil)
}

// files puts everything on file that the gate of a step asks for.
func (d desk) files(t *testing.T, step deal.Step, o playbooktest.Options) {
	t.Helper()
	playbooktest.Records(d.read(t).Playbook.Name, step, o, func(r dossier.Record) string { return d.put(t, r) })
}

// subjects are the kinds of record that approvals of playbook express decide about; the others decide about a form.
var subjects = map[deal.ApprovalKind]dossier.Kind{
	deal.Filing: dossier.FilingKind, deal.Proposal: dossier.ProposalKind, deal.Contract: dossier.AgreementKind,
	deal.VetoLift: dossier.VetoKind, deal.GradeOverride: dossier.ValueScoreKind, deal.CreditChange: dossier.CreditKind,
}

// subject is what a request of a kind is about, as it stands: in playbook quick always the step's form.
func (d desk) subject(t *testing.T, kind deal.ApprovalKind, step deal.Step) data {
	t.Helper()
	about, ok := subjects[kind]
	if !ok || d.read(t).Playbook.Name != playbooktest.Express {
		return data{"type": deal.FormSubject, "id": step, "version": d.form(t, step).Version}
	}
	return subjectOf(about, d.newest(t, about))
}

func subjectOf(k dossier.Kind, r recordOnFile) data {
	return data{"type": deal.RecordSubject, "id": string(k) + "/" + r.ID, "version": r.Version}
}

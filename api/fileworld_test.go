package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// uploads are the bytes behind the API, in memory.
type uploads struct {
	kept  map[string][]byte // by hash
	lose  int               // so many times what was kept is gone before it is described
	cut   int64             // bytes after which reading fails; 0: never
	times int               // how often bytes were brought
}

func (w *world) KeepFile(_ context.Context, sum string, size int64, content io.ReaderAt) error {
	raw, err := io.ReadAll(io.NewSectionReader(content, 0, size))
	if err = errors.Join(err, w.failing); err != nil {
		return err
	}
	if actual := sha256.Sum256(raw); hex.EncodeToString(actual[:]) != sum || int64(len(raw)) != size {
		return deal.ErrPermanent
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.uploads.times++; w.uploads.kept == nil {
		w.uploads.kept = map[string][]byte{}
	}
	if w.uploads.lose > 0 {
		w.uploads.lose--
		return nil
	}
	w.uploads.kept[sum] = raw
	return nil
}

// described is the hash of the bytes behind a document, if it is about bytes.
func described(d deal.Document) (string, bool) {
	record, err := dossier.Load(dossier.Kind(d.Kind), d.Body)
	about, ok := record.(dossier.Document)
	return about.SHA256, err == nil && ok
}

func (w *world) OpenFile(ctx context.Context, v view.Viewer, id deal.AccountID, document string) (deal.Document, io.ReadSeekCloser, error) {
	d, err := w.Document(ctx, v, id, string(dossier.DocumentKind), document)
	if err != nil {
		return d, nil, err
	}
	sum, _ := described(d)
	raw, ok := w.uploads.kept[sum]
	if !ok {
		return d, nil, deal.ErrNotFound
	}
	return d, &opened{Reader: bytes.NewReader(raw), ctx: ctx, left: w.uploads.cut}, nil
}

// opened is a file that lives as long as its context, and may break in the middle.
type opened struct {
	*bytes.Reader

	ctx  context.Context //nolint:containedctx // like the real one
	left int64
}

var errTorn = errors.New("connection torn")

func (o *opened) Read(p []byte) (int, error) {
	if err := o.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := o.Reader.Read(p)
	if o.left > 0 {
		if o.left -= int64(n); o.left <= 0 {
			return 0, errTorn
		}
	}
	return n, err
}

// WriteTo hides the one of the reader inside: all bytes pass through Read.
func (o *opened) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, struct{ io.Reader }{o}) }

func (*opened) Close() error { return nil }

// form is a multipart body: fields, and the part that is the file.
type form struct {
	fields [][2]string
	name   string
	kind   string // declared; empty for none
	file   string
	last   bool // the file comes before the fields
}

func (f form) encode(r *rig) ([]byte, header) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file := func() {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + f.name + `"`}}
		if f.kind != "" {
			h.Set("Content-Type", f.kind)
		}
		part, err := w.CreatePart(h)
		require.NoError(r.t, err)
		_, err = part.Write([]byte(f.file))
		require.NoError(r.t, err)
	}
	if f.last {
		file()
	}
	for _, field := range f.fields {
		require.NoError(r.t, w.WriteField(field[0], field[1]))
	}
	if !f.last {
		file()
	}
	require.NoError(r.t, w.Close())
	return b.Bytes(), header{"Content-Type", w.FormDataContentType()}
}

const somePDF = "%PDF-1.7\n1 0 obj\nendobj\n"

func (r *rig) upload(who deal.PersonID, f form, headers ...header) answer {
	r.t.Helper()
	body, kind := f.encode(r)
	return r.do(who, "POST", at(mine, "/documents"), body, append([]header{kind}, headers...)...)
}

// file puts a record on file the way its kind wants it: documents come with their bytes.
func (r *rig) file(path, body string, headers ...header) answer {
	r.t.Helper()
	if strings.HasSuffix(path, "/documents") {
		return r.upload(rep1, form{name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", "other"}}}, headers...)
	}
	return r.do(rep1, "POST", at(mine, path), body, headers...)
}

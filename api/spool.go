package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"closedloop/api/catalogue"
)

// spooled is an upload on its way: in a temporary file, never in memory.
type spooled struct {
	file     *os.File
	size     int64
	sum      string // SHA-256
	declared string // media type of the part
	name     string
	purpose  string
	step     string
}

// Room in an upload beside the file: the other parts, their headers and boundaries.
const (
	besideFile = 64 << 10
	maxField   = 4 << 10
)

// spool reads the upload of a request. Whatever goes wrong, nothing stays behind.
func (c *call) spool(limit int64) (*spooled, error) {
	kind, params, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, no(http.StatusUnsupportedMediaType, catalogue.UploadRequired)
	}
	if c.request.ContentLength > limit+besideFile {
		return nil, fileTooLarge(limit)
	}
	deadline := time.Now().Add(uploadTime)
	_ = c.connection.SetReadDeadline(deadline) // of the real connection; a recorder in a test has none
	_ = c.connection.SetWriteDeadline(deadline.Add(time.Minute))
	defer func() { _ = c.connection.SetReadDeadline(time.Time{}) }()
	file, err := os.CreateTemp("", "closedloop-upload-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file for an upload: %w", err)
	}
	s := &spooled{file: file}
	if err := s.read(multipart.NewReader(io.LimitReader(c.request.Body, limit+besideFile+1), params["boundary"]), limit); err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

func fileTooLarge(limit int64) *fault {
	f := no(http.StatusRequestEntityTooLarge, catalogue.FileTooLarge)
	f.reasons = []reason{{code: catalogue.FileTooLarge, pointer: "/file", args: []string{megabytes(limit)}}}
	return f
}

// megabytes writes a size in MiB, with a fraction where it needs one.
func megabytes(n int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", float64(n)/(1<<20)), "0"), ".")
}

// discard removes the temporary file.
func (s *spooled) discard() {
	_ = s.file.Close() // it was read to its end, or is not wanted
	_ = os.Remove(s.file.Name())
}

// read takes the parts as they come.
func (s *spooled) read(parts *multipart.Reader, limit int64) error {
	var renamed string
	fields := map[string]*string{"purpose": &s.purpose, "step": &s.step, "name": &renamed}
	seen := map[string]bool{}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return broken(err)
		}
		name := part.FormName()
		into, known := fields[name]
		switch {
		case !known && name != "file":
			return wrong(catalogue.UnknownFormPart, "/"+escapePointer(strings.ToValidUTF8(name, "�")))
		case seen[name]:
			return wrong("several_values", "/"+name)
		case name == "file":
			err = s.take(part, limit)
		default:
			*into, err = field(part, name)
		}
		if seen[name] = true; err != nil {
			return broken(err)
		}
	}
	if !seen["file"] {
		return wrong(catalogue.FileMissing, "/file")
	}
	if renamed = plainFileName(renamed); renamed != "" {
		s.name = renamed
	}
	s.purpose, s.step = strings.TrimSpace(s.purpose), strings.TrimSpace(s.step)
	return nil
}

// take copies the file through its hash, a little at a time.
func (s *spooled) take(part *multipart.Part, limit int64) error {
	s.name, s.declared = plainFileName(part.FileName()), part.Header.Get("Content-Type")
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(s.file, hash), io.LimitReader(part, limit+1))
	if size > limit {
		return fileTooLarge(limit)
	}
	if err != nil {
		return err
	}
	s.size, s.sum = size, hex.EncodeToString(hash.Sum(nil))
	return nil
}

func field(part *multipart.Part, name string) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(part, maxField+1))
	switch {
	case err != nil:
		return "", err
	case len(raw) > maxField:
		return "", wrong("too_long", "/"+name, itoa(maxField))
	case !utf8.Valid(raw) || !isText(string(raw)):
		return "", wrong(catalogue.BadText, "/"+name)
	}
	return string(raw), nil
}

// broken says what an upload that cannot be read means: our own refusals as they are, a slow body or a malformed one.
func broken(err error) error {
	var ours *fault
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &timeout) && timeout.Timeout():
		return no(http.StatusRequestTimeout, catalogue.BodyTimeout)
	}
	f := wrong("bad_upload", "/file")
	f.cause = err
	return f
}

// wholeReader remembers why a file could not be read to its end.
type wholeReader struct {
	io.ReadSeeker
	err error
}

func (w *wholeReader) Read(p []byte) (int, error) {
	n, err := w.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

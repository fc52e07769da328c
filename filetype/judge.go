package filetype

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Code says why a file is refused; there is a sentence for it in both languages in the API's catalogue.
type Code string

// Why files are refused.
const (
	Empty        Code = "file_empty"         // no bytes
	NotAllowed   Code = "file_type_refused"  // none of the types that are let in
	Executable   Code = "file_executable"    // a program or a script
	Markup       Code = "file_markup"        // HTML, SVG or other XML, which a browser might run
	Macros       Code = "file_macros"        // an Office document with macros or controls
	OldOffice    Code = "file_old_office"    // a binary Office document, or one with a password
	Damaged      Code = "file_damaged"       // it begins like one type and does not go on like it
	Contradicted Code = "file_type_differs"  // its name or declared type says something else
	Unreadable   Code = "file_text_encoding" // neither UTF-8, UTF-16 nor GB 18030
)

// Codes are all of them.
func Codes() []Code {
	return []Code{Empty, NotAllowed, Executable, Markup, Macros, OldOffice, Damaged, Contradicted, Unreadable}
}

// Refused is the error about a file that is not let in.
type Refused struct {
	Code Code
	Args []string // for the sentence: what it was called and what it is
}

func (r *Refused) Error() string {
	return strings.Join(append([]string{string(r.Code)}, r.Args...), " ")
}

func refuse(code Code, args ...string) error { return &Refused{code, args} }

// Media types that are let in.
const (
	PDF   = "application/pdf"
	PNG   = "image/png"
	JPEG  = "image/jpeg"
	WebP  = "image/webp"
	Text  = "text/plain"
	CSV   = "text/csv"
	Word  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	Slide = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
)

// Extensions are those of names that a file of a type may have, the usual one first.
func Extensions(media string) []string {
	switch media {
	case PDF:
		return []string{"pdf"}
	case PNG:
		return []string{"png"}
	case JPEG:
		return []string{"jpg", "jpeg", "jpe", "jfif"}
	case WebP:
		return []string{"webp"}
	case Text:
		return []string{"txt", "text", "log", "md"}
	case CSV:
		return []string{"csv"}
	case Word:
		return []string{"docx"}
	case Excel:
		return []string{"xlsx"}
	case Slide:
		return []string{"pptx"}
	}
	return nil
}

// Allowed are the types that are let in.
func Allowed() []string { return []string{PDF, PNG, JPEG, WebP, Text, CSV, Word, Excel, Slide} }

// declarations are other ways in which programs declare a type.
func declarations(media string) []string {
	switch media {
	case JPEG:
		return []string{JPEG, "image/jpg", "image/pjpeg"}
	case PNG:
		return []string{PNG, "image/x-png"}
	case PDF:
		return []string{PDF, "application/x-pdf"}
	case CSV:
		return []string{CSV, Text, "application/csv", "application/vnd.ms-excel"} // the last one by browsers on a machine with Excel
	case Text:
		return []string{Text, "text/markdown", "text/x-log"}
	case Word, Excel, Slide:
		return []string{media, "application/zip", "application/x-zip-compressed"}
	}
	return []string{media}
}

// undeclared are types that say nothing.
func undeclared(declared string) bool {
	return declared == "" || declared == "application/octet-stream" || declared == "binary/octet-stream"
}

// sniffed is how much of a file tells its type.
const sniffed = 512

// Judge says what a file of size bytes is, or why it is refused (*[Refused]); other errors are those of reading. Name and
// declared media type may be empty.
func Judge(name, declared string, content io.ReaderAt, size int64) (string, error) {
	if size == 0 {
		return "", refuse(Empty)
	}
	head := make([]byte, min(size, sniffed))
	if _, err := content.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the beginning of a file: %w", err)
	}
	extension := extensionOf(name)
	if parsed, _, err := mime.ParseMediaType(declared); err == nil {
		declared = parsed
	}
	media, err := judgeBytes(head, extension, declared, content, size)
	if err != nil {
		return "", err
	}
	if extension != "" && !slices.Contains(Extensions(media), extension) {
		return "", refuse(Contradicted, "."+extension, media)
	}
	if !undeclared(declared) && !slices.Contains(declarations(media), strings.ToLower(declared)) {
		return "", refuse(Contradicted, declared, media)
	}
	return media, nil
}

// extensionOf is what a system goes by when somebody opens a file, in small letters.
func extensionOf(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(strings.TrimRight(name, ". ")), "."))
}

// Fits tells whether a file of a type may have a name: one without an ending, or with one of that type. Of types that are
// not let in nothing is known.
func Fits(name, media string) bool {
	extension, known := extensionOf(name), Extensions(media)
	return extension == "" || known == nil || slices.Contains(known, extension)
}

// judgeBytes goes by the bytes. Only between kinds of text, which look alike, name and declaration decide.
func judgeBytes(head []byte, extension, declared string, content io.ReaderAt, size int64) (string, error) {
	for _, signature := range executables() {
		if bytes.HasPrefix(head, []byte(signature)) {
			return "", refuse(Executable)
		}
	}
	detected, _, err := mime.ParseMediaType(http.DetectContentType(head))
	if err != nil {
		return "", fmt.Errorf("detect type: %w", err)
	}
	switch detected {
	case PDF, PNG, JPEG, WebP:
		return detected, nil
	case "application/zip":
		return judgeArchive(content, size)
	case "text/html", "text/xml":
		return "", refuse(Markup)
	case "text/plain", "application/octet-stream": // GB 18030 may look like the latter
	default:
		return "", refuse(NotAllowed, detected)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return "", refuse(OldOffice)
	case bytes.HasPrefix(head, []byte("{\\rtf")):
		return "", refuse(NotAllowed, "application/rtf")
	case detected == "application/octet-stream" && bytes.IndexByte(head, 0) >= 0:
		return "", refuse(NotAllowed, detected)
	}
	if err := judgeText(content, size); err != nil {
		return "", err
	}
	if extension == "csv" || extension == "" && strings.EqualFold(declared, CSV) {
		return CSV, nil
	}
	return Text, nil
}

// executables are how programs of all systems begin, and scripts that name who runs them.
func executables() []string {
	return []string{
		"MZ", "\x7fELF", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe", "\x00asm",
		"dex\n", "#!", "L\x00\x00\x00\x01\x14\x02\x00", // the last one is a shortcut of Windows
	}
}

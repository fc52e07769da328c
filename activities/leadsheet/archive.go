package leadsheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// archive is the zip file inside a workbook, checked before anything in it is unpacked.
type archive struct {
	parts  map[string]*zip.File // by name in lower case: the parts of a workbook are named without regard to case
	limits Limits
}

// openArchive checks the directory: number and declared sizes of the entries, what must not be in a lead sheet, and
// anything by which two readers could see two different workbooks.
func openArchive(file []byte, limits Limits) (*archive, error) {
	// Counted in the raw bytes first, because the directory of a small file can hold 200,000 entries, and reading it
	// costs memory for each.
	if entries := bytes.Count(file, []byte("PK\x01\x02")); entries > limits.Parts {
		return nil, refuse(ZipBomb, fmt.Sprintf("%d > %d parts", entries, limits.Parts), nil)
	}
	reader, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, refuse(Malformed, "zip", err)
	}
	a := &archive{parts: make(map[string]*zip.File, len(reader.File)), limits: limits}
	var declared uint64
	for _, part := range reader.File {
		if strings.HasSuffix(part.Name, "/") {
			continue
		}
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(part.Name, `\`, "/"), "/"))
		if err := a.checkPart(name, part); err != nil {
			return nil, err
		}
		if declared += part.UncompressedSize64; declared > uint64(limits.UnzippedBytes) {
			return nil, refuse(TooLarge, megabytes(limits.UnzippedBytes), nil)
		}
		a.parts[name] = part
	}
	return a, nil
}

// checkPart judges one entry of the directory by its name and what it declares about itself.
func (a *archive) checkPart(name string, part *zip.File) error {
	const encryptedFlag = 0x1
	_, twice := a.parts[name]
	switch {
	case part.Flags&encryptedFlag != 0:
		return refuse(Encrypted, "", nil)
	case twice:
		return refuse(Malformed, "zip: "+quote(name), nil)
	case isMacro(name):
		return refuse(Macro, "", nil)
	case isExternal(name):
		return refuse(ExternalLink, "", nil)
	case exceedsRatio(part.UncompressedSize64, part.CompressedSize64, a.limits):
		return refuse(ZipBomb, quote(name)+": > "+strconv.FormatInt(a.limits.Ratio, 10)+":1", nil)
	case part.UncompressedSize64 > uint64(a.limits.PartBytes):
		return refuse(TooLarge, megabytes(a.limits.PartBytes), nil)
	}
	return nil
}

// isMacro recognises code in a workbook: Visual Basic, macro sheets of Excel 4, controls.
func isMacro(name string) bool {
	return path.Base(name) == "vbaproject.bin" || strings.Contains(name, "/macrosheets/") || strings.Contains(name, "/activex/")
}

// isExternal recognises what makes a workbook fetch something from elsewhere. Plain hyperlinks are not among it.
func isExternal(name string) bool {
	return strings.Contains(name, "/externallinks/") || strings.Contains(name, "/querytables/") || path.Base(name) == "connections.xml"
}

func exceedsRatio(unpacked, packed uint64, limits Limits) bool {
	return unpacked > ratioGrace && unpacked/uint64(limits.Ratio) > packed
}

// open unpacks one part as a stream. archive/zip ends it with an error where the real size exceeds the declared one, so
// that the limits checked on the directory hold for the bytes really read.
func (a *archive) open(name string) (io.ReadCloser, error) {
	part, found := a.parts[strings.ToLower(name)]
	if !found {
		return nil, refuse(Malformed, quote(name), nil)
	}
	content, err := part.Open()
	if err != nil {
		return nil, refuse(Malformed, quote(name), err)
	}
	return content, nil
}

// tokenReader hands bytes to the XML decoder one by one and refuses a tag or text of more than [tokenBytes], which the
// decoder would collect in memory.
type tokenReader struct {
	buffered *bufio.Reader
	left     int
}

func (t *tokenReader) ReadByte() (byte, error) {
	if t.left--; t.left < 0 {
		return 0, refuse(ZipBomb, "XML", nil)
	}
	return t.buffered.ReadByte()
}

func (t *tokenReader) Read([]byte) (int, error) {
	return 0, refuse(Malformed, "XML", nil) // never asked: the decoder prefers ReadByte
}

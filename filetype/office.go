package filetype

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits on what is looked at in an Office document.
const (
	maxEntries  = 20_000
	maxContents = 1 << 20 // bytes of its list of contents, unpacked
	contents    = "[content_types].xml"
)

// judgeArchive tells Office documents from other archives by their list of contents.
func judgeArchive(content io.ReaderAt, size int64) (string, error) {
	entries, err := countEntries(content, size)
	if err != nil {
		return "", err
	}
	if entries > maxEntries {
		return "", refuse(NotAllowed, "application/zip")
	}
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return "", refuse(Damaged)
	}
	var list *zip.File
	for _, f := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if runs(name) {
			return "", refuse(Macros)
		}
		if name == contents {
			if list != nil { // two lists: programs would disagree about which one counts
				return "", refuse(Damaged)
			}
			list = f
		}
	}
	if list == nil {
		return "", refuse(NotAllowed, "application/zip")
	}
	return judgeContents(list)
}

// countEntries counts in the raw bytes, since what the archive says of itself need not be true: an upload has room for half
// a million entries, and to read its directory costs memory for each.
func countEntries(content io.ReaderAt, size int64) (int, error) {
	const entry = "PK\x01\x02"
	piece := make([]byte, 64<<10)
	n := 0
	for at, kept := int64(0), 0; at < size; {
		got, err := content.ReadAt(piece[kept:min(int64(len(piece)), int64(kept)+size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) || got == 0 {
			return 0, fmt.Errorf("read an archive: %w", err)
		}
		at += int64(got)
		seen := piece[:kept+got]
		n += bytes.Count(seen, []byte(entry))
		kept = copy(piece, seen[max(0, len(seen)-len(entry)+1):]) // an entry may begin here and go on in the next piece
	}
	return n, nil
}

// runs tells whether a part of a document, by its name, holds something that runs.
func runs(name string) bool {
	for _, part := range []string{"vbaproject", "vbadata", "/macrosheets/", "/dialogsheets/", "/activex/", "/ctrlprops/"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return strings.HasSuffix(name, ".exe") || strings.HasSuffix(name, ".dll") || strings.HasSuffix(name, ".js")
}

// mainParts are the main parts of documents without macros.
func mainParts() map[string]string {
	const office = "application/vnd.openxmlformats-officedocument."
	return map[string]string{
		office + "wordprocessingml.document.main+xml":   Word,
		office + "spreadsheetml.sheet.main+xml":         Excel,
		office + "presentationml.presentation.main+xml": Slide,
		office + "presentationml.slideshow.main+xml":    Slide,
	}
}

// judgeContents reads the list of contents of an Office document.
func judgeContents(list *zip.File) (string, error) {
	file, err := list.Open()
	if err != nil {
		return "", refuse(Damaged)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxContents+1))
	if err != nil || len(raw) > maxContents {
		return "", refuse(Damaged)
	}
	found := ""
	for in := xml.NewDecoder(bytes.NewReader(raw)); ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", refuse(Damaged)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range element.Attr {
			value := strings.ToLower(a.Value)
			switch a.Name.Local {
			case "PartName":
				if runs(value) {
					return "", refuse(Macros)
				}
			case "ContentType":
				if strings.Contains(value, "macro") || strings.Contains(value, "vba") || strings.Contains(value, "activex") {
					return "", refuse(Macros)
				}
				if media := mainParts()[value]; media != "" {
					if found != "" && found != media {
						return "", refuse(Damaged)
					}
					found = media
				}
			}
		}
	}
	if found == "" {
		return "", refuse(NotAllowed, "application/zip")
	}
	return found, nil
}

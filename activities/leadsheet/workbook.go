package leadsheet

import (
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// workbook is what has to be known of an .xlsx before its first sheet can be read.
type workbook struct {
	archive *archive
	targets map[string]relation // by relation ID
	sheets  []worksheet         // the visible ones, in their order
	epoch   time.Time           // of date serials
}

// worksheet is one sheet of a workbook.
type worksheet struct{ name, part string }

// isTrail tells whether a sheet holds follow-ups, by its name.
func (w worksheet) isTrail() bool {
	return slices.Contains([]string{
		"跟进记录", "跟进历史", "历史跟进", "拜访记录", "走访记录", "沟通记录", "历史记录", "followups", "followuphistory", "history",
	}, plainHeader(w.name))
}

// relation points from one part of a workbook to another.
type relation struct {
	kind   string // the last word of the type's URI, such as worksheet
	target string // name of the part
}

// check refuses code and what fetches something from elsewhere, whatever its part is called. Plain hyperlinks lead away as
// well, but only who clicks on them.
func (r relation) check(mode string) error {
	switch r.kind {
	case "vbaProject", "xlMacrosheet", "xlIntlMacrosheet", "control", "activeXControlBinary", "ctrlProp":
		return refuse(Macro, "", nil)
	case "externalLink", "externalLinkPath", "connections", "queryTable":
		return refuse(ExternalLink, "", nil)
	case "hyperlink":
		return nil
	}
	if strings.EqualFold(mode, "External") {
		return refuse(ExternalLink, "", nil)
	}
	return nil
}

// checkTypes refuses a workbook that says of itself, or of one of its parts, that it holds code. What it says of endings
// alone counts for nothing: programs declare there what they might write.
func (a *archive) checkTypes() error {
	const types = "[content_types].xml"
	if _, found := a.parts[types]; !found {
		return nil
	}
	part, err := a.openXML(types)
	if err != nil {
		return err
	}
	defer part.close()
	for {
		token, err := part.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		element, ok := token.(xml.StartElement)
		if !ok || element.Name.Local != "Override" { // a default for .bin says nothing while there is none
			continue
		}
		kind := strings.ToLower(attribute(element, "ContentType"))
		if strings.Contains(kind, "macroenabled") || strings.Contains(kind, "vbaproject") || strings.Contains(kind, "intlmacrosheet") {
			return refuse(Macro, "", nil)
		}
	}
}

// checkSheet refuses what a worksheet points to, as [relation.check] does.
func (a *archive) checkSheet(part string) error {
	folder, name := path.Split(part)
	rels := folder + "_rels/" + name + ".rels"
	if _, found := a.parts[strings.ToLower(rels)]; !found {
		return nil
	}
	_, err := a.relations(folder, rels)
	return err
}

// openWorkbook finds the sheets of an .xlsx that count and the texts that their cells share.
func openWorkbook(file []byte, limits Limits) (opened, error) {
	a, err := openArchive(file, limits)
	if err != nil {
		return opened{}, err
	}
	main, err := a.mainPart()
	if err != nil {
		return opened{}, err
	}
	book := workbook{archive: a, epoch: epoch1900()}
	folder, name := path.Split(main)
	if book.targets, err = a.relations(folder, folder+"_rels/"+name+".rels"); err != nil {
		return opened{}, err
	}
	if err := book.read(main); err != nil {
		return opened{}, err
	}
	if len(book.sheets) == 0 {
		return opened{}, refuse(Malformed, quote(main), nil)
	}
	if err := a.checkTypes(); err != nil {
		return opened{}, err
	}
	for _, sheet := range book.sheets {
		if err := a.checkSheet(sheet.part); err != nil {
			return opened{}, err
		}
	}
	shared, err := book.sharedTexts()
	if err != nil {
		return opened{}, err
	}
	rows := func(sheet worksheet) (source, error) {
		part, err := a.openXML(sheet.part)
		if err != nil {
			return nil, err
		}
		return &sheetSource{part: part, shared: shared, columns: limits.Columns}, nil
	}
	leads, trail := book.pick()
	out := opened{epoch: book.epoch}
	if trail != nil {
		out.trailName = trail.name
		out.trail = func() (source, error) { return rows(*trail) }
	}
	out.main, err = rows(leads)
	return out, err
}

// pick answers the sheet with the leads, the first that is not called like one of follow-ups, and the one with follow-ups
// if there is any.
func (b *workbook) pick() (leads worksheet, trail *worksheet) {
	first := max(0, slices.IndexFunc(b.sheets, func(w worksheet) bool { return !w.isTrail() }))
	for i, w := range b.sheets {
		if i != first && w.isTrail() && trail == nil {
			trail = &w
		}
	}
	return b.sheets[first], trail
}

// mainPart is the workbook part. An archive without one is something else: a Word document, a program, an .ods.
func (a *archive) mainPart() (string, error) {
	if _, found := a.parts["_rels/.rels"]; !found {
		return "", refuse(NotASheet, "", nil)
	}
	root, err := a.relations("", "_rels/.rels")
	if err != nil {
		return "", err
	}
	for _, to := range root {
		if to.kind == "officeDocument" && strings.HasSuffix(strings.ToLower(to.target), ".xml") &&
			strings.HasPrefix(strings.ToLower(to.target), "xl/") {
			return to.target, nil
		}
	}
	return "", refuse(NotASheet, "", nil)
}

// relations reads what a part points to. Targets are relative to the part's folder.
func (a *archive) relations(folder, name string) (map[string]relation, error) {
	part, err := a.openXML(name)
	if err != nil {
		return nil, err
	}
	defer part.close()
	targets := map[string]relation{}
	for {
		token, err := part.next()
		if errors.Is(err, io.EOF) {
			return targets, nil
		}
		if err != nil {
			return nil, err
		}
		element, ok := token.(xml.StartElement)
		if !ok || element.Name.Local != "Relationship" {
			continue
		}
		to := relation{kind: path.Base(attribute(element, "Type")), target: attribute(element, "Target")}
		if err := to.check(attribute(element, "TargetMode")); err != nil {
			return nil, err
		}
		if rooted, absolute := strings.CutPrefix(to.target, "/"); absolute {
			to.target = rooted
		} else {
			to.target = path.Join(folder, to.target)
		}
		targets[attribute(element, "Id")] = to
	}
}

// read finds the visible sheets and the epoch of dates.
func (b *workbook) read(main string) error {
	part, err := b.archive.openXML(main)
	if err != nil {
		return err
	}
	defer part.close()
	for {
		token, err := part.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch element.Name.Local {
		case "workbookPr":
			if on := attribute(element, "date1904"); on == "1" || on == "true" {
				b.epoch = epoch1904()
			}
		case "sheet":
			to := b.targets[attribute(element, "id")]
			state := attribute(element, "state")
			if to.kind == "worksheet" && state != "hidden" && state != "veryHidden" {
				b.sheets = append(b.sheets, worksheet{name: attribute(element, "name"), part: to.target})
			}
		}
	}
}

// textTable holds the texts that cells refer to by number, in one piece of memory: a workbook can have hundreds of
// thousands of short ones.
type textTable struct {
	all  string
	ends []int // ends[i] is where text i ends and text i+1 begins
}

// at is the text of a number.
func (t textTable) at(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.all[start:t.ends[i]], true
}

// sharedTexts reads the table of texts. A workbook may have none.
func (b *workbook) sharedTexts() (textTable, error) {
	for _, to := range b.targets {
		if to.kind == "sharedStrings" {
			return b.archive.texts(to.target)
		}
	}
	return textTable{}, nil
}

func (a *archive) texts(name string) (textTable, error) {
	part, err := a.openXML(name)
	if err != nil {
		return textTable{}, err
	}
	defer part.close()
	var all strings.Builder
	var ends []int
	for {
		token, err := part.next()
		if errors.Is(err, io.EOF) {
			return textTable{all: all.String(), ends: ends}, nil
		}
		if err != nil {
			return textTable{}, err
		}
		if element, ok := token.(xml.StartElement); !ok || element.Name.Local != "si" {
			continue
		}
		text, err := part.richText()
		if err != nil {
			return textTable{}, err
		}
		all.WriteString(unescape(text))
		if ends = append(ends, all.Len()); len(ends) > sharedTexts || all.Len() > sharedBytes {
			return textTable{}, refuse(ZipBomb, quote(name), nil)
		}
	}
}

package leadsheet

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// xmlPart walks one XML part of a workbook, token by token, with bounded memory. Elements are told by their local name:
// the parts it reads use one vocabulary each, in two namespaces (transitional and strict).
type xmlPart struct {
	name    string
	tokens  *tokenReader
	decoder *xml.Decoder
	depth   int
	closer  io.Closer
}

func (a *archive) openXML(name string) (*xmlPart, error) {
	content, err := a.open(name)
	if err != nil {
		return nil, err
	}
	tokens := &tokenReader{buffered: bufio.NewReaderSize(content, 32<<10)}
	return &xmlPart{name: name, tokens: tokens, decoder: xml.NewDecoder(tokens), closer: content}, nil
}

// next is the next token; io.EOF after the last one of a complete document. Every other error is an *Error. The bytes of
// a text are valid until the call after.
func (p *xmlPart) next() (xml.Token, error) {
	p.tokens.left = tokenBytes
	token, err := p.decoder.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if refused, ok := errors.AsType[*Error](err); ok {
		return nil, refused
	}
	if err != nil {
		return nil, p.broken(err)
	}
	switch token.(type) {
	case xml.StartElement:
		if p.depth++; p.depth > xmlDepth {
			return nil, p.broken(nil)
		}
	case xml.EndElement:
		p.depth--
	case xml.Directive: // a document type, which no workbook has
		return nil, p.broken(nil)
	}
	return token, nil
}

// text collects the text of the element just begun, up to its end.
func (p *xmlPart) text() (string, error) { return p.collect(func([]string) bool { return true }) }

// richText collects the text of a string item just begun: its <t> elements, in runs or not, without the phonetic reading
// (<rPh>) that East Asian editions keep beside the text.
func (p *xmlPart) richText() (string, error) {
	return p.collect(func(within []string) bool {
		n := len(within)
		return n > 0 && within[n-1] == "t" && !slices.Contains(within, "rPh")
	})
}

// collect gathers the text of the element just begun where wanted says so of the elements within it.
func (p *xmlPart) collect(wanted func(within []string) bool) (string, error) {
	var b strings.Builder
	var within []string
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			return "", p.broken(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			within = append(within, t.Name.Local)
		case xml.EndElement:
			if len(within) == 0 {
				return b.String(), nil
			}
			within = within[:len(within)-1]
		case xml.CharData:
			if wanted(within) {
				b.Write(t)
			}
		}
		if b.Len() > tokenBytes {
			return "", refuse(ZipBomb, quote(p.name), nil)
		}
	}
}

// close ends the reading; the part was read, so that closing it loses nothing.
func (p *xmlPart) close() { _ = p.closer.Close() }

func (p *xmlPart) broken(err error) error { return refuse(Malformed, quote(p.name), err) }

// attribute is the value of an attribute by its local name, empty when absent.
func attribute(element xml.StartElement, name string) string {
	for _, attr := range element.Attr {
		if attr.Name.Local == name {
			return attr.Value
		}
	}
	return ""
}

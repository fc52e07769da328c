package filetype

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Byte order marks.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// judgeText reads a file as text: in UTF-8, UTF-16 with its mark, or GB 18030, without characters that no text has, and
// not beginning like a page or a drawing.
func judgeText(content io.ReaderAt, size int64) error {
	in := bufio.NewReaderSize(io.NewSectionReader(content, 0, size), 32<<10)
	mark, err := in.Peek(int(min(size, 3)))
	if err != nil {
		return fmt.Errorf("read text: %w", err)
	}
	switch {
	case bytes.HasPrefix(mark, []byte(markUTF8)):
		_, err = in.Discard(3)
		return errors.Join(err, judgeRunes(utf8Runes(in)))
	case bytes.HasPrefix(mark, []byte(markUTF16LE)), bytes.HasPrefix(mark, []byte(markUTF16BE)):
		_, err = in.Discard(2)
		return errors.Join(err, judgeRunes(utf16Runes(in, mark[0] == 0xfe)))
	}
	err = judgeRunes(utf8Runes(in))
	var refused *Refused
	if !errors.As(err, &refused) || refused.Code != Unreadable {
		return err
	}
	in.Reset(io.NewSectionReader(content, 0, size))
	return judgeRunes(gb18030Runes(in))
}

// errEncoding is what the readers of runes say about bytes that are none.
var errEncoding = errors.New("not in this encoding")

// judgeRunes looks at a text rune by rune.
func judgeRunes(next func() (rune, error)) error {
	var opening []rune // the first that are no blanks
	for {
		r, err := next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errEncoding):
			return refuse(Unreadable)
		case err != nil:
			return fmt.Errorf("read text: %w", err)
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != 0x1b || r == 0x7f:
			return refuse(NotAllowed, "application/octet-stream")
		}
		if len(opening) == 0 && (r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == 0xfeff) {
			continue
		}
		if len(opening) < 2 {
			if opening = append(opening, r); len(opening) == 2 {
				switch {
				case opening[0] == '#' && opening[1] == '!':
					return refuse(Executable)
				case opening[0] == '<' && (opening[1] == '!' || opening[1] == '?' || opening[1] == '/' || isLetter(opening[1])):
					return refuse(Markup)
				}
			}
		}
	}
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func utf8Runes(in *bufio.Reader) func() (rune, error) {
	return func() (rune, error) {
		r, size, err := in.ReadRune()
		if err == nil && r == utf8.RuneError && size == 1 {
			err = errEncoding
		}
		return r, err
	}
}

func utf16Runes(in *bufio.Reader, big bool) func() (rune, error) {
	unit := func() (rune, error) {
		var pair [2]byte
		switch _, err := io.ReadFull(in, pair[:]); {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return 0, errEncoding
		case err != nil:
			return 0, err
		}
		if big {
			return rune(pair[0])<<8 | rune(pair[1]), nil
		}
		return rune(pair[1])<<8 | rune(pair[0]), nil
	}
	return func() (rune, error) {
		r, err := unit()
		if err != nil || !utf16.IsSurrogate(r) {
			return r, err
		}
		low, err := unit()
		if r = utf16.DecodeRune(r, low); err != nil || r == utf8.RuneError {
			return 0, errEncoding
		}
		return r, nil
	}
}

// gb18030Runes checks the form of GB 18030 (which covers GBK and GB 2312) without its tables: single bytes are ASCII,
// everything else some character, for which any will do here.
func gb18030Runes(in *bufio.Reader) func() (rune, error) {
	const someCharacter = '中'
	next := func() byte {
		b, err := in.ReadByte()
		if err != nil {
			return 0 // no second, third or fourth byte
		}
		return b
	}
	digit := func(b byte) bool { return '0' <= b && b <= '9' }
	leads := func(b byte) bool { return 0x81 <= b && b <= 0xfe }
	return func() (rune, error) {
		first, err := in.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case first < utf8.RuneSelf:
			return rune(first), nil
		case !leads(first):
			return 0, errEncoding
		}
		second := next()
		switch {
		case 0x40 <= second && second <= 0xfe && second != 0x7f:
			return someCharacter, nil
		case digit(second) && leads(next()) && digit(next()):
			return someCharacter, nil
		}
		return 0, errEncoding
	}
}

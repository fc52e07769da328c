package crowd

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"closedloop/deal"
)

// piece is a stretch of text of a life: something that stays, or something that every account has its own of.
type piece struct {
	fixed string
	sort  byte // 0 for fixed
	value string
	seq   int64 // of a notice, with its place
	nth   int
}

// Sorts of pieces.
const (
	idPiece      = 'i' // a UUID of whatever was born in the account, or the account itself
	noticePiece  = 'd' // ID of a notice, which deal derives again from account and sequence number when a log is folded
	personPiece  = 'p'
	teamPiece    = 't'
	datePiece    = 'y'
	keyPiece     = 'k' // of a command
	headPiece    = 'h' // hash of the last event
	numberPiece  = 'n'
	placePiece   = 'l' // territory
	contactPiece = 'c' // name of a contact
	mobilePiece  = 'm'
)

// pattern is a walked life, taken apart.
type pattern struct {
	account deal.AccountID
	last    time.Time // instant of its last event
	year    int       // in which it was opened
	events  []patternEvent
	tables  []table
	rows    [][][][]piece // by table, row and column
	weight  int
	ended   bool // closed or resting: it may lie years back
}

type patternEvent struct {
	deal.Event

	content []piece
	actor   []piece
	key     []piece
}

// variable finds everything that may differ from account to account.
var variable = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|\b[A-Z2-7]{40}\b|\b20[0-9]{2}-[0-9]{2}-[0-9]{2}|KA-[0-9]{4}-[0-9]+|` +
	patternPlace + `|` + strings.Join(patternContacts, "|") + `|` + patternMobiles + `[0-9]`)

// parts takes texts of one life apart.
type parts struct {
	life    *pattern
	head    string
	number  string
	persons map[string]bool // of the team that walked
	staff   map[string]bool // the same people for every account
	team    string
	notices map[string]piece
}

func (p *parts) split(text string) []piece {
	var out []piece
	from := 0
	fixed := func(s string) {
		if s == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].sort == 0 {
			out[n-1].fixed += s
			return
		}
		out = append(out, piece{fixed: s})
	}
	for _, at := range variable.FindAllStringIndex(text, -1) {
		fixed(text[from:at[0]])
		found := text[at[0]:at[1]]
		if one, ok := p.of(found); ok {
			out = append(out, one)
		} else {
			fixed(found)
		}
		from = at[1]
	}
	fixed(text[from:])
	return out
}

// of says what a found text is; false for something that stays as it is.
func (p *parts) of(found string) (piece, bool) {
	one := piece{value: found}
	switch {
	case len(found) == 64:
		one.sort = headPiece
		return one, found == p.head
	case found == p.number:
		one.sort = numberPiece
	case found == patternPlace:
		one.sort = placePiece
	case strings.HasPrefix(found, "KA-"):
		return one, false
	case strings.HasPrefix(found, "联系"):
		one.sort = contactPiece
	case strings.HasPrefix(found, patternMobiles):
		one.sort = mobilePiece
	case len(found) == 40:
		one.sort = keyPiece
	case len(found) == len(time.DateOnly):
		one.sort = datePiece
	case found == p.team:
		one.sort = teamPiece
	case p.persons[found]:
		one.sort = personPiece
	case p.staff[found]:
		return one, false
	default:
		if notice, ok := p.notices[found]; ok {
			return notice, true
		}
		one.sort = idPiece
	}
	return one, true
}

// noticeID is how deal makes the ID of a notice.
func noticeID(account deal.AccountID, seq int64, n int) string {
	h := sha256.Sum256([]byte(string(account) + "/" + strconv.FormatInt(seq, 10) + "/notice/" + strconv.Itoa(n)))
	return uuidOf([16]byte(h[:16]))
}

// takeApart makes a pattern of a walked life.
func takeApart(account deal.AccountID, log []deal.Event, all []table, rows [][][]string, p *people) (*pattern, error) {
	last := log[len(log)-1]
	life := &pattern{account: account, last: last.At, year: log[0].At.Year(), tables: all}
	s := &parts{life: life, head: last.Hash, team: string(p.pattern.id), persons: map[string]bool{}, staff: map[string]bool{}, notices: map[string]piece{}}
	for _, who := range slices.Concat(p.ops, p.finance, p.auditors) {
		s.staff[string(who)] = true
	}
	for _, who := range append(append([]deal.PersonID{p.pattern.manager, p.pattern.director}, p.pattern.reps...), p.pattern.collectors...) {
		s.persons[string(who)] = true
	}
	if opened, ok := log[0].Body.(deal.Opened); ok {
		s.number = opened.Number
	}
	for _, e := range log {
		for n := range e.Notices {
			id := noticeID(account, e.Seq, n)
			s.notices[id] = piece{sort: noticePiece, value: id, seq: e.Seq, nth: n}
		}
	}
	for _, e := range log {
		content, err := e.Content()
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", e.Seq, err)
		}
		life.events = append(life.events, patternEvent{e, s.split(string(content)), s.split(string(e.Actor)), s.split(e.Key)})
	}
	for _, table := range rows {
		var lines [][][]piece
		for _, row := range table {
			var columns [][]piece
			for _, column := range row {
				columns = append(columns, s.split(column))
			}
			lines = append(lines, columns)
		}
		life.rows = append(life.rows, lines)
	}
	return life, nil
}

// copyText escapes a text for COPY.
var copyText = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// copiedText takes such escapes away.
var copiedText = strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")

// write puts the account's own values in.
func (a *one) write(out *bytes.Buffer, pieces []piece) {
	for _, p := range pieces {
		if p.sort == 0 {
			out.WriteString(p.fixed)
			continue
		}
		out.WriteString(a.own(p))
	}
}

func (a *one) own(p piece) string {
	switch p.sort {
	case noticePiece:
		return a.once(p.value, func() string { return noticeID(a.id, p.seq, p.nth) })
	case personPiece:
		return string(a.person(p.value))
	case teamPiece:
		return string(a.team.id)
	case placePiece:
		return a.place
	case numberPiece:
		return a.number
	case headPiece:
		return a.head
	case datePiece:
		return a.once(p.value, func() string { return a.date(p.value) })
	case contactPiece:
		return a.once(p.value, func() string { return personName(a.random) })
	case mobilePiece:
		return a.once(p.value, func() string { return mobile(a.random) })
	case keyPiece:
		return a.once(p.value, func() string {
			sum := sha256.Sum256([]byte(string(a.id) + p.value))
			return base32.StdEncoding.EncodeToString(sum[:])[:40]
		})
	}
	if p.value == string(a.life.account) {
		return string(a.id)
	}
	return a.once(p.value, func() string {
		sum := sha256.Sum256([]byte(string(a.id) + p.value))
		return uuidOf([16]byte(sum[:16]))
	})
}

// once makes a value the first time and gives the same one for the rest of the account.
func (a *one) once(name string, make func() string) string {
	if v, ok := a.values[name]; ok {
		return v
	}
	v := make()
	a.values[name] = v
	return v
}

// date moves a day by the account's whole weeks; what is no day stays.
func (a *one) date(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.AddDate(0, 0, 7*a.weeks).Format(time.DateOnly)
}

// chain writes the account's log: every event is decoded, numbered, hashed and linked as deal does it.
func (a *one) chain(out *bytes.Buffer) error {
	head := ""
	var content, word bytes.Buffer
	text := func(pieces []piece) string {
		word.Reset()
		a.write(&word, pieces)
		return word.String()
	}
	for _, p := range a.life.events {
		content.Reset()
		a.write(&content, p.content)
		e := deal.Event{
			Account: a.id, Seq: p.Seq, Cycle: p.Cycle, Step: p.Step, Kind: p.Kind, Version: p.Version, Actor: deal.PersonID(text(p.actor)),
			Key: text(p.key), At: p.At.AddDate(0, 0, 7*a.weeks), Prev: head,
		}
		if err := e.SetContent(content.Bytes()); err != nil {
			return fmt.Errorf("account %s: %w", a.id, err)
		}
		hash, err := e.Digest()
		if err != nil {
			return fmt.Errorf("account %s: %w", a.id, err)
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Account, e.Seq, e.Cycle, e.Step, e.Kind, e.Version,
			copyText.Replace(content.String()), e.Actor, e.Key, e.At.Format(time.RFC3339Nano), head, hash)
		head = hash
	}
	a.head = head
	return nil
}

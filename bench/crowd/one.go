package crowd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/naming"
)

// one is one account in the making: a life with everything that is its own.
type one struct {
	life    *pattern
	id      deal.AccountID
	number  string
	team    team
	rep     deal.PersonID
	collect deal.PersonID
	pattern team
	place   string
	weeks   int // by which the life is moved
	company company
	head    string
	random  *rand.Rand
	values  map[string]string
}

// newAccount draws the account with a number.
func (h *House) newAccount(n int) *one {
	random := rand.New(rand.NewPCG(h.size.Seed, uint64(n)+1)) //nolint:gosec // a house is made up, and the same every time
	a := &one{
		life: h.draw(random), id: deal.AccountID(made("account", fmt.Sprint(h.size.Seed), fmt.Sprint(n))), pattern: h.people.pattern,
		team: h.people.teams[skewed(random, len(h.people.teams))], random: random, values: map[string]string{},
	}
	a.rep = a.team.reps[skewed(random, len(a.team.reps))]
	a.collect = a.team.collectors[skewed(random, len(a.team.collectors))]
	a.place = a.team.places[skewed(random, len(a.team.places))]
	a.company = customer(random)
	oldest := 13 // weeks since anything happened
	if a.life.ended {
		oldest = 150
	}
	a.weeks = int(Now.Sub(a.life.last).Hours()/24/7) - skewed(random, oldest)
	if a.life.last.AddDate(0, 0, 7*a.weeks).After(Now) {
		a.weeks--
	}
	opened := a.life.events[0].At.AddDate(0, 0, 7*a.weeks)
	a.number = fmt.Sprintf("KA-%d-%06d", opened.Year(), 100_000+n)
	return a
}

// draw picks a life by weight.
func (h *House) draw(random *rand.Rand) *pattern {
	at := random.IntN(h.weight)
	for _, life := range h.patterns {
		if at -= life.weight; at < 0 {
			return life
		}
	}
	return h.patterns[0]
}

// person is who stands in this account where somebody stands in the life.
func (a *one) person(id string) deal.PersonID {
	switch id {
	case string(a.pattern.manager):
		return a.team.manager
	case string(a.pattern.director):
		return a.team.director
	case string(a.pattern.collectors[0]):
		return a.collect
	}
	return a.rep
}

// write puts all rows of the account into the outputs: the log first, then by table.
func (a *one) writeAll(log *bytes.Buffer, outs []bytes.Buffer) error {
	if err := a.chain(log); err != nil {
		return err
	}
	for i, t := range a.life.tables {
		own := a.profile(t)
		for _, row := range a.life.rows[i] {
			if at := t.place("unread"); at >= 0 {
				own[at] = a.unread(row[t.place("recipient_id")])
			}
			for _, sorted := range []string{"seen_by", "waiting"} {
				if at := t.place(sorted); at >= 0 {
					own[at] = a.inOrder(row[at])
				}
			}
			if at := t.place("wake_at"); at >= 0 && t.name == "accounts" {
				wake, err := a.wake(row[t.place("state")])
				if err != nil {
					return err
				}
				own[at] = wake
			}
			for c, column := range row {
				if c > 0 {
					outs[i].WriteByte('\t')
				}
				if value, ok := own[c]; ok {
					outs[i].WriteString(value)
					continue
				}
				a.write(&outs[i], column)
			}
			outs[i].WriteByte('\n')
		}
	}
	return nil
}

// wake is when the account wakes, which follows from its state and its ID.
func (a *one) wake(column []piece) (string, error) {
	var text bytes.Buffer
	a.write(&text, column)
	var state deal.State
	if err := json.Unmarshal([]byte(copiedText.Replace(text.String())), &state); err != nil {
		return "", fmt.Errorf("account %s: read state: %w", a.id, err)
	}
	at := state.WakeAt()
	if at.IsZero() {
		return `\N`, nil
	}
	return at.Format(time.RFC3339Nano), nil
}

// inOrder is an array of IDs, which stand in another order once they are others.
func (a *one) inOrder(column []piece) string {
	var text bytes.Buffer
	a.write(&text, column)
	ids := strings.Split(strings.Trim(text.String(), "{}"), ",")
	slices.Sort(ids)
	return "{" + strings.Join(ids, ",") + "}"
}

// unread is whether a line of the inbox is still to be read: one in ten, and none of one recipient in eight.
func (a *one) unread(recipient []piece) string {
	var who bytes.Buffer
	a.write(&who, recipient)
	if a.random.IntN(10) > 0 || who.Len() > 0 && who.Bytes()[0]%8 == 0 {
		return "f"
	}
	return "t"
}

// profile are the columns of the profile that are not the life's, with what the store works out for finding.
func (a *one) profile(t table) map[int]string {
	own := map[int]string{}
	if t.name != "account_profile" {
		return own
	}
	c := a.company
	code := `\N`
	if c.code != "" {
		code = c.code
	}
	for column, value := range map[string]string{
		"name": copyText.Replace(c.name), "credit_code": code, "aliases": array(c.aliases), "premises": c.premises, "address": c.address,
		"industry": c.industry, "monthly_inbound": fmt.Sprint(c.inbound), "monthly_outbound": fmt.Sprint(c.outbound),
		"name_key": copyText.Replace(naming.Key(c.name)), "search_text": copyText.Replace(naming.SearchText(c.name, append([]string{a.number, c.code}, c.aliases...)...)),
		"upsert_keys": array([]string{naming.UpsertKey(c.name, c.code, a.place), naming.UpsertKey(c.name, "", a.place)}),
	} {
		if at := t.place(column); at >= 0 {
			own[at] = value
		}
	}
	return own
}

// array writes texts as Postgres does.
func array(texts []string) string {
	quoted := make([]string, 0, len(texts))
	for _, text := range texts {
		if text != "" {
			quoted = append(quoted, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)+`"`)
		}
	}
	return copyText.Replace("{" + strings.Join(quoted, ",") + "}")
}

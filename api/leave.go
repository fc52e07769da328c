package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

type leaveBody struct {
	ID        string      `json:"id"`
	Person    *personBody `json:"person,omitempty"`
	FirstDay  string      `json:"first_day" format:"date"`
	LastDay   string      `json:"last_day" format:"date" doc:"included; when the leave was ended early, the last day that was taken"`
	Kind      leaveKind   `json:"kind"`
	Deputy    *personBody `json:"deputy,omitempty" doc:"stands in from 00:00 of the first day to the end of the last one"`
	Note      string      `json:"note" doc:"empty for deputies and for who sees everything: it is the person's, the line's above and the administrators'"`
	CreatedBy *personBody `json:"created_by,omitempty"`
	CreatedAt time.Time   `json:"created_at"`
	EndedAt   *time.Time  `json:"ended_at" doc:"when it was ended early"`
}

type leavesInput struct {
	Paging
	Person string `query:"person" maxLength:"64" doc:"ID of a person, or me; absent: everybody whose leave you may see"`
	From   string `query:"from" format:"date" doc:"leave that touches this day or a later one"`
	To     string `query:"to" format:"date" doc:"leave that touches this day or an earlier one"`
}

type leaveInput struct {
	Body struct {
		Person   string    `json:"person,omitempty" maxLength:"64" doc:"ID; default: you. For others only by the line above them or an administrator"`
		FirstDay string    `json:"first_day" format:"date"`
		LastDay  string    `json:"last_day" format:"date" doc:"included"`
		Kind     leaveKind `json:"kind"`
		Deputy   string    `json:"deputy,omitempty" maxLength:"64" doc:"ID of who stands in meanwhile"`
		Note     string    `json:"note,omitempty" maxLength:"1000"`
	}
}

type LeavePath struct {
	ID string `path:"id" maxLength:"64" doc:"UUID of the leave"`
}

// pastLeave is how far back the line above may note a leave: a month's quota is settled with the month.
const pastLeave = 31

func (a *API) leaveRoutes() {
	register(a, op(http.MethodGet, "/leave", "list-leave", "work", "Who is away when"), a.leaves)
	add := op(http.MethodPost, "/leave", "take-leave", "work", "Note that somebody is away")
	add.Description = "Days of leave owe no leads and break no streak. With a deputy, a delegation runs for exactly that time: tasks and " +
		"requests go to the deputy and come back at the end. Days that are over already are noted by the line above or an administrator only."
	add.DefaultStatus = http.StatusCreated
	register(a, add, a.takeLeave)
	end := op(http.MethodDelete, "/leave/{id}", "end-leave", "work", "Be back early, or call a leave off")
	end.Description = "From today on; a leave that has not begun vanishes. Its delegation ends at once."
	register(a, end, a.endLeave)
}

// leaves lists those that the caller may see: own ones, those of the people below, and those in which one stands in;
// sales_ops, auditors and administrators see all.
func (a *API) leaves(ctx context.Context, in *leavesInput) (*reply[list[leaveBody]], error) {
	me := who(ctx)
	f := view.LeaveFilter{From: in.From, To: in.To}
	if err := a.dayParams(in.From, in.To); err != nil {
		return nil, err
	}
	if person := personParam(ctx, in.Person); person != "" {
		f.People = []deal.PersonID{person}
	}
	found, err := a.People.Leaves(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list leave: %w", err)
	}
	var seen []view.Leave
	for _, l := range found {
		if a.seesAbsence(me, l.Person, l.Deputy) {
			seen = append(seen, l)
		}
	}
	page, next, err := pageOf(seen, in.Paging, func(l view.Leave) string { return l.ID })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(l view.Leave) leaveBody {
		body := leaveOf(me.org, l)
		if !a.readsNote(me, l) {
			body.Note = ""
		}
		return body
	}), next), nil
}

// seesAbsence tells whether the caller may hear of somebody's absence, in which another one stands in.
func (a *API) seesAbsence(me *actor, person, deputy deal.PersonID) bool {
	id := me.person.ID
	return me.viewer.All || me.person.Role == deal.Admin || person == id || deputy == id || above(me.org, id, person)
}

// readsNote tells whether the caller may read what was noted about a leave, such as an illness: the person, who noted it, and
// those who may note leave for the person. A deputy and those who see everything learn that somebody is away.
func (a *API) readsNote(me *actor, l view.Leave) bool {
	id := me.person.ID
	return l.Person == id || l.CreatedBy == id || me.person.Role == deal.Admin || above(me.org, id, l.Person)
}

func leaveOf(org deal.Org, l view.Leave) leaveBody {
	return leaveBody{
		ID: l.ID, Person: personIn(org, l.Person), FirstDay: l.First, LastDay: l.Last, Kind: leaveKind(l.Kind), Deputy: personIn(org, l.Deputy),
		Note: l.Note, CreatedBy: personIn(org, l.CreatedBy), CreatedAt: l.CreatedAt.UTC(), EndedAt: instant(l.EndedAt),
	}
}

func (a *API) takeLeave(ctx context.Context, in *leaveInput) (*created[leaveBody], error) {
	return once(ctx, a, func() (*created[leaveBody], error) {
		org, err := a.People.Org(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the organisation: %w", err)
		}
		c := callOf(ctx)
		me := c.actor.person
		l := view.Leave{
			Leave: deal.Leave{
				ID: derivedID("leave", a.Installation, string(me.ID), c.key), Person: deal.PersonID(in.Body.Person), First: in.Body.FirstDay,
				Last: in.Body.LastDay, Deputy: deal.PersonID(in.Body.Deputy),
			},
			Kind: deal.LeaveKind(in.Body.Kind), Note: in.Body.Note, CreatedBy: me.ID, CreatedAt: a.Now(),
		}
		if l.Person == "" {
			l.Person = me.ID
		}
		if err := a.judgeLeave(me, org, &l); err != nil {
			return nil, err
		}
		stand, err := a.standIn(org, l)
		if err != nil {
			return nil, err
		}
		fits, why := a.fitting(stand, "/deputy")
		err = a.People.AddLeave(ctx, l, stand, fits)
		if overlap := (*view.OverlapError)(nil); errors.As(err, &overlap) {
			f := no(http.StatusConflict, catalogue.LeaveOverlaps, overlap.Leave.First, overlap.Leave.Last)
			f.reasons = []reason{{code: catalogue.LeaveOverlaps, pointer: "/first_day", args: []string{overlap.Leave.First, overlap.Leave.Last}}}
			return nil, f
		}
		if err != nil {
			return nil, why(fmt.Errorf("add leave: %w", err))
		}
		a.forgetPeople()
		return &created[leaveBody]{Status: http.StatusCreated, Location: base + "/leave?person=" + string(l.Person), Body: leaveOf(org, l)}, nil
	})
}

// judgeLeave refuses what makes no sense, and works out the instants of the rest.
func (a *API) judgeLeave(me deal.Person, org deal.Org, l *view.Leave) error {
	person, known := org.Person(l.Person)
	own := l.Person == me.ID
	if known && !own && me.Role != deal.Admin && !above(org, me.ID, l.Person) {
		return no(http.StatusForbidden, string(deal.CodeNotYourRole))
	}
	first, firstErr := time.ParseInLocation(time.DateOnly, l.First, a.Zone)
	last, lastErr := time.ParseInLocation(time.DateOnly, l.Last, a.Zone)
	var bad []reason
	add := func(is bool, code, pointer string, args ...string) {
		if is {
			bad = append(bad, reason{code: code, pointer: pointer, args: args})
		}
	}
	add(!known || !person.Active, string(deal.CodeUnknownPerson), "/person")
	add(firstErr != nil, string(deal.CodeInvalidValue), "/first_day")
	add(lastErr != nil, string(deal.CodeInvalidValue), "/last_day")
	if firstErr == nil && lastErr == nil {
		earliest := a.today()
		if !own || me.Role == deal.Admin {
			earliest = earliest.AddDate(0, 0, -pastLeave)
		}
		add(l.First < earliest.Format(time.DateOnly), catalogue.LeaveInPast, "/first_day", earliest.Format(time.DateOnly))
		add(l.Last < l.First, catalogue.LeaveBackwards, "/last_day")
		add(last.Sub(a.Now()) > horizon, catalogue.DateTooFar, "/last_day")
	}
	if len(bad) > 0 {
		return invalid(bad)
	}
	l.Since, l.Until = first.UTC(), last.AddDate(0, 0, 1).UTC() // AddDate counts civil days, whatever the zone does to their length
	return nil
}

// standIn is the delegation of a leave; nil without a deputy, and for days that are over already.
func (a *API) standIn(org deal.Org, l view.Leave) (*deal.Delegation, error) {
	if l.Deputy == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	d := deal.Delegation{ID: derivedID("leave-delegation", l.ID), From: l.Person, To: l.Deputy, Since: l.Since, Until: l.Until}
	if now := a.Now(); d.Since.Before(now) {
		d.Since = now
	}
	if !d.Since.Before(d.Until) {
		return nil, nil //nolint:nilnil // nobody stands in for the past
	}
	return &d, a.fits(org, d, "/deputy")
}

func (a *API) endLeave(ctx context.Context, in *LeavePath) (*struct{}, error) {
	l, err := a.People.Leave(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read leave: %w", err)
	}
	me := who(ctx)
	if !a.seesAbsence(me, l.Person, l.Deputy) {
		return nil, fmt.Errorf("end leave: %w", deal.ErrNotFound)
	}
	if l.Person != me.person.ID && me.person.Role != deal.Admin && !above(me.org, me.person.ID, l.Person) {
		return nil, no(http.StatusForbidden, string(deal.CodeNotYourRole))
	}
	if err := a.People.EndLeave(ctx, l.ID, me.person.ID, a.Now(), a.today().Format(time.DateOnly)); err != nil {
		return nil, fmt.Errorf("end leave: %w", err)
	}
	a.forgetPeople()
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}

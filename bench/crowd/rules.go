package crowd

import (
	"fmt"
	"time"

	"closedloop/calendar"
	"closedloop/playbook"
)

// Rules are the calendar and the playbooks that the product ships.
type Rules struct {
	Days  *calendar.Calendar
	Zone  *time.Location // of the office
	Books playbook.Shelf
}

// Shipped reads them; new accounts go by the playbook of that name.
func Shipped(name string) (r Rules, err error) {
	if r.Days, err = calendar.Load(nil); err != nil {
		return r, fmt.Errorf("load calendar: %w", err)
	}
	if r.Zone, err = time.LoadLocation(r.Days.Office().Zone()); err != nil {
		return r, fmt.Errorf("load time zone: %w", err)
	}
	library, err := playbook.Load(playbook.Options{Zone: r.Zone})
	if err != nil {
		return r, fmt.Errorf("load playbooks: %w", err)
	}
	if r.Books, err = playbook.NewShelf(library, name); err != nil {
		return r, fmt.Errorf("find the default playbook: %w", err)
	}
	return r, nil
}

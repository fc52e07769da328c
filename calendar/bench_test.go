package calendar_test

import (
	"testing"
	"time"

	"closedloop/calendar"
)

func BenchmarkAdd(b *testing.B) {
	for name, c := range map[string]*calendar.Calendar{"shanghai": calendar.Default(), "new york": newCalendar(b, newYork)} {
		from := time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)
		for _, span := range []struct {
			name string
			days int
		}{{"1 day", 1}, {"6 months", 125}, {"10 years", 2500}} {
			b.Run(name+"/"+span.name, func(b *testing.B) {
				d := time.Duration(span.days) * c.Day()
				for b.Loop() {
					c.Add(from, d)
				}
			})
		}
	}
}

func BenchmarkBetween(b *testing.B) {
	c := calendar.Default()
	from := time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 6, 0)
	for b.Loop() {
		c.Between(from, to)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := calendar.Load(nil); err != nil {
			b.Fatal(err)
		}
	}
}

package activities

import "closedloop/workflows/contract"

// Names of the jobs about monthly reviews.
const (
	MonthlyReview   = "monthly-review"
	ReviewReminders = "review-reminders"
)

// Jobs open the reviews of a month and remind of those that are open. The engine looks every morning: on which day of the month
// the first working day falls is for the calendar to say, and what is not due yet is left alone.
func (r *Reviews) Jobs() []Job {
	zone := r.zone.String()
	return []Job{
		{
			Name: MonthlyReview, Schedule: contract.Schedule{Job: MonthlyReview, Zone: zone, Hour: 9, Minute: 5}, Periods: Months{Zone: r.zone},
			DueAt: r.ReviewsDueAt, Run: r.OpenMonth,
		},
		{
			Name: ReviewReminders, Schedule: contract.Schedule{Job: ReviewReminders, Zone: zone, Hour: 9, Minute: 10}, Periods: Days{Zone: r.zone},
			DueAt: opensOn(r.calendars), Run: r.Remind,
		},
	}
}

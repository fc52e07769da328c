package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/api/catalogue"
	"closedloop/calendar"
)

func TestReason_knowsEveryFaultOfACalendar(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	for _, code := range calendar.FaultCodes() {
		entry, known := say.Reason(string(code))
		require.True(t, known, code)
		require.NotEmpty(t, entry.Text.ZH, code)
		require.NotEmpty(t, entry.Hint.EN, code)
	}
}

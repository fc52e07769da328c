package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const traces = `File: closedloop
Type: cpu
Duration: 10s, Total samples = 100ms
-----------+-------------------------------------------------------
      20ms   runtime.mallocgc
             encoding/json.Marshal
             closedloop/store.accountRow
             closedloop/activities.(*Ledger).Perform
             go.temporal.io/sdk/internal.executeFunction
-----------+-------------------------------------------------------
      50ms   syscall.Syscall
             github.com/jackc/pgx/v5.(*Conn).Exec
             go.temporal.io/server/common/persistence/sql.(*SqlStore).txExecute
             go.temporal.io/server/service/history.(*Handler).RespondWorkflowTaskCompleted
             google.golang.org/grpc.(*Server).handleStream
-----------+-------------------------------------------------------
      20ms   runtime.gcDrain
             runtime.systemstack
             runtime.gcBgMarkWorker
-----------+-------------------------------------------------------
      10ms   runtime.findRunnable
             runtime.mcall
`

func TestShares_belongToTheInnermostPackageThatIsNoLibrary(t *testing.T) {
	t.Parallel()
	require.Equal(t, []share{
		{"engine: its database", 50}, {"garbage collector", 20}, {"our database", 20}, {"scheduler", 10}, {jsonShare, 20},
	}, sharesOf(traces))
}

func TestShares_ofAnEmptyProfileAreNone(t *testing.T) {
	t.Parallel()
	require.Empty(t, sharesOf("File: closedloop\n"))
}

//go:build e2e

package imports_test

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/store"
	"closedloop/workflows/contract"
)

// The test binary is also the process that imports, when it is told which import of which database.
var (
	database = flag.String("import-database", "", "take an import in and end: the database")
	importID = flag.String("import-id", "", "and its ID")
	importer = flag.String("import-actor", "", "and who sent it")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *database == "" {
		os.Exit(m.Run())
	}
	if err := takeIn(context.Background(), os.Stdout); err != nil {
		slog.Error("import", "error", err)
		os.Exit(1)
	}
}

// opener judges open commands at once, where the product sends them through the account's workflow.
type opener struct{ ledger *activities.Ledger }

func (o opener) Open(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	cmd.At = time.Now().UTC()
	return o.ledger.Perform(ctx, cmd)
}

// takeIn does what the import's workflow does, and says before how much memory the process has.
func takeIn(ctx context.Context, out io.Writer) error {
	s, err := store.Open(ctx, *database, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	imports, err := importsOf(ctx, s)
	if err != nil {
		return err
	}
	base, err := memory("VmRSS")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "base %d\n", base); err != nil {
		return err
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(10 * time.Minute)
	env.RegisterActivity(imports)
	in := contract.ImportInput{ID: *importID, Actor: deal.PersonID(*importer)}
	answer, err := env.ExecuteActivity(imports.ReadSheet, in)
	if err != nil {
		return err
	}
	var progress contract.ImportProgress
	if err := answer.Get(&progress); err != nil {
		return err
	}
	for progress.Handled < progress.Rows {
		answer, err := env.ExecuteActivity(imports.ImportRows, activities.ImportBatch{Import: in, Done: progress.Handled})
		if err != nil {
			return err
		}
		var result activities.ImportResult
		if err := answer.Get(&result); err != nil {
			return err
		}
		progress.Handled += result.Handled
	}
	if _, err := env.ExecuteActivity(imports.FinishImport, in); err != nil {
		return err
	}
	peak, err := memory("VmHWM")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "peak %d\n", peak)
	return err
}

// importsOf is the import with the shipped playbook and calendar.
func importsOf(ctx context.Context, s *store.Store) (*activities.Imports, error) {
	office, err := calendar.Load(nil)
	if err != nil {
		return nil, err
	}
	library, err := playbook.Load(playbook.Options{Zone: time.UTC})
	if err != nil {
		return nil, err
	}
	books, err := playbook.NewShelf(library, "express")
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	ledger, err := activities.NewLedger(s, books, activities.FixedCalendar{Calendar: office}, log)
	if err != nil {
		return nil, err
	}
	installation, err := s.Installation(ctx)
	if err != nil {
		return nil, err
	}
	sign := func(text string) string {
		mac := hmac.New(sha256.New, installation.Secret)
		mac.Write([]byte(text))
		return hex.EncodeToString(mac.Sum(nil))
	}
	return activities.NewImports(s, opener{ledger}, installation.ID, sign, time.UTC, log)
}

// memory is a line of this process's status, in KiB: VmRSS is now, VmHWM the most there ever was.
func memory(line string) (int, error) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if text, found := strings.CutPrefix(lines.Text(), line+":"); found {
			return strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")))
		}
	}
	return 0, fmt.Errorf("the status of this process has no %s", line)
}

package contract

import (
	"fmt"
	"strings"

	"closedloop/deal"
)

// Workflow types, task queues, the signal and the query. Registered names; never change one.
const (
	AccountLoop = "AccountLoop"
	Import      = "Import"
	Sweep       = "Sweep"
	Relay       = "Relay"

	AccountsQueue = "accounts"
	ImportsQueue  = "imports"
	SweepsQueue   = "sweeps"
	NotifyQueue   = "notify"

	Nudged   = "nudged"   // signal: somebody thinks the account overslept
	Woken    = "woken"    // signal: a channel has something to send
	Position = "position" // query: the account's place in the ring
	Progress = "progress" // query: how far an import is
)

// RollingOver is the type of the error with which a validator refuses a command while the run is about to continue as
// new. The typed client repeats the command inside the caller's deadline.
const RollingOver = "rolling_over"

const accountPrefix = "account/"

// AccountWorkflowID is the workflow ID of an account: nothing but its UUID is in it.
func AccountWorkflowID(id deal.AccountID) string { return accountPrefix + string(id) }

// ParseAccountWorkflowID finds the account of a workflow ID.
func ParseAccountWorkflowID(id string) (deal.AccountID, error) {
	account, ok := strings.CutPrefix(id, accountPrefix)
	if !ok || account == "" {
		return "", fmt.Errorf("%q is no account workflow", id)
	}
	return deal.AccountID(account), nil
}

// ImportWorkflowID is the workflow ID of one lead sheet.
func ImportWorkflowID(id string) string { return "import/" + id }

// RelayWorkflowID is the workflow ID of a channel's relay.
func RelayWorkflowID(channel string) string { return "relay/" + channel }

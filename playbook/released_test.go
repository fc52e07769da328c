package playbook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"closedloop/deal"
	"closedloop/playbook"

	"github.com/stretchr/testify/require"
)

// released are the playbooks that were shipped, by their text: installations have them stored. A next release goes in here
// beside them.
var released = map[deal.BookRef]string{
	{Name: "express", Version: 2}:      "cff34cf1a0cf747337a5c45a93f42871b87ba90dee337d4bd4446f333aff6c26",
	{Name: "group-buying", Version: 2}: "ebc812b6fc94f8b0a7db36a4c3ac37bd2206a4335fba933e9833e60b5a909b7b",
	{Name: "industrial", Version: 2}:   "6ce9faef57613770ef6e5dcaa374160c77bdbb78997545b2ea854463883d0b17",
	{Name: "project", Version: 2}:      "4400de276aa018f714a803dfe71c6d9d809a493de7a76240ff628d45fa479c43",
	{Name: "quick", Version: 1}:        "fbcc81d11facf4d56f35f8fcd80c993309e8219eb2670b34e4b8b1e35191b0f9",
}

// A house refuses to start on a playbook that has changed under its version, so no release may ship one.
func TestShipped_noPlaybookChangedUnderAVersionThatWasReleased(t *testing.T) {
	t.Parallel()
	library, err := playbook.Load(playbook.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, library.Sources())
	for _, s := range library.Sources() {
		sum := sha256.Sum256(s.Text)
		if was, known := released[s.Ref]; known {
			require.Equal(t, was, hex.EncodeToString(sum[:]), "%s has changed since it was shipped as version %d: raise the version", s.Ref.Name, s.Ref.Version)
		}
	}
}

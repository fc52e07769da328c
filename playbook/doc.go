// Package playbook fills the ten-step ring for a trade.
//
// A playbook is one YAML file (docs/playbooks.md describes it): for every step its labels and guidance, a form, the
// conditions of its gate, deadlines with their ladders and the roads back; besides, the approval chains and the cadence
// of follow-ups. [Load] reads the shipped ones in books/ and those of an administrator's directory, checks everything
// that can be checked before an account depends on it, and refuses a broken file with every fault, its line and the
// reason. A [Library] holds what was loaded. Older versions join it from where they were stored ([Library.AddStored]),
// because an account keeps the version with which its cycle began; new ones may be installed while the program runs
// ([Library.Install]), and [Library.Preview] says what a move of a running account would change.
//
// What the rules of package deal need of a playbook is data ([Playbook.Book]). What needs evaluation stays here:
//
//   - Forms are JSON Schema, in a dialect small enough that the page can show every field (form.go). A draft is checked
//     as far as it is filled in ([Playbook.CheckForm]); the gate asks for the rest.
//   - Conditions are CEL, compiled once. They see the form, the records and the approvals as typed objects (types.go),
//     so a misspelt field is a fault of the file and not of the account. What is missing reads as empty, as in protocol
//     buffers: "", 0, false, no rows; has() tells the difference. So no condition fails for want of data.
//   - [Playbook.Gate] answers with everything that is still missing, never only the first thing.
//
// Nothing here asks for the time or reads a database; CEL never runs in workflow code, because a new version of it could
// judge differently in a replay.
package playbook

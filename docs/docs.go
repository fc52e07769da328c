// Package docs holds the guides, and hands out the one of them that programs read: the schema of the playbook format, by
// which editors complete and check a file while it is written.
package docs

import _ "embed"

// PlaybookSchema is the JSON Schema of the playbook format.
//
//go:embed playbook.schema.json
var PlaybookSchema []byte

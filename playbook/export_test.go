package playbook

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Published is docs/playbook.schema.json, by which editors complete playbooks.
type Published struct{ doc map[string]any }

// ReadPublished reads the schema.
func ReadPublished(t *testing.T) Published {
	t.Helper()
	text, err := os.ReadFile("../docs/playbook.schema.json")
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(text, &doc))
	return Published{doc}
}

// Compile compiles the schema, or one of its definitions.
func (p Published) Compile(t *testing.T, definition string) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(p.doc)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.UseLoader(noReferences{})
	require.NoError(t, c.AddResource("playbook.schema.json", doc))
	at := "playbook.schema.json"
	if definition != "" {
		at += "#/definitions/" + definition
	}
	compiled, err := c.Compile(at)
	require.NoError(t, err)
	return compiled
}

// Decoded is YAML as an editor hands it to a schema.
func Decoded(source []byte) (any, error) {
	var content any
	if err := yaml.Unmarshal(source, &content); err != nil {
		return nil, err
	}
	text, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

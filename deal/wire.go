package deal

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// wireCommand is how a command travels to the workflow and into the activity.
type wireCommand struct {
	Account     AccountID       `json:"account"`
	Key         string          `json:"key,omitempty"`
	Fingerprint string          `json:"fingerprint,omitempty"`
	Actor       PersonID        `json:"actor,omitempty"`
	At          time.Time       `json:"at,omitzero"`
	Name        CommandName     `json:"name"`
	Body        json.RawMessage `json:"body,omitempty"`
}

// MarshalJSON writes the command with its body beside its name.
func (c Command) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(c.Body)
	if err != nil {
		return nil, fmt.Errorf("encode body of %s: %w", c.Name, err)
	}
	return json.Marshal(wireCommand{c.Account, c.Key, c.Fingerprint, c.Actor, c.At, c.Name, body})
}

// UnmarshalJSON reads a command; the name decides the type of the body.
func (c *Command) UnmarshalJSON(data []byte) error {
	var w wireCommand
	if err := json.Unmarshal(data, &w); err != nil {
		return fmt.Errorf("decode command: %w", err)
	}
	target := newBody(w.Name)
	if target == nil {
		return fmt.Errorf("decode command: unknown name %q", w.Name)
	}
	if err := json.Unmarshal(w.Body, target); err != nil {
		return fmt.Errorf("decode body of %s: %w", w.Name, err)
	}
	body, ok := reflect.ValueOf(target).Elem().Interface().(Body)
	if !ok {
		return fmt.Errorf("decode command: %q has no body type", w.Name)
	}
	*c = Command{w.Account, w.Key, w.Fingerprint, w.Actor, w.At, w.Name, body}
	return nil
}

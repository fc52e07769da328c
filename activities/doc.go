// Package activities is what workflows may do to the world: perform a command, take in a lead sheet. One activity is one
// business effect in one transaction. Ports are small interfaces beside their user, spoken in deal types.
package activities

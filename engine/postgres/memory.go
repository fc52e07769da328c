package postgres

import (
	"fmt"
	"os"
	"strings"
)

// Bounds of the server's own cache, in MiB. The default of PostgreSQL, 128 MiB, is less than what lists of a large
// installation go through again and again: 100,000 accounts take some 400 (docs/performance-lists.md). Only what is
// used is taken from the machine.
const (
	leastBuffers = 128
	mostBuffers  = 1024
)

// sharedBuffers is a quarter of the machine's memory within those bounds, as PostgreSQL's documentation advises.
func sharedBuffers(memoryMiB int) string {
	return fmt.Sprintf("%dMB", min(max(memoryMiB/4, leastBuffers), mostBuffers))
}

// memory is how much the machine has, in MiB; zero where it does not say so in Linux' way.
func memory() int {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	return memoryIn(string(text))
}

// memoryIn reads the total from the text of /proc/meminfo.
func memoryIn(meminfo string) int {
	for line := range strings.Lines(meminfo) {
		var kib int
		if _, err := fmt.Sscanf(line, "MemTotal: %d kB", &kib); err == nil {
			return kib >> 10
		}
	}
	return 0
}

package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSharedBuffers_areAQuarterOfTheMemoryWithinBounds(t *testing.T) {
	t.Parallel()
	for memory, want := range map[int]string{0: "128MB", 400: "128MB", 2048: "512MB", 4096: "1024MB", 1 << 20: "1024MB"} {
		require.Equal(t, want, sharedBuffers(memory))
	}
}

func TestMemory_isReadFromWhatLinuxSays(t *testing.T) {
	t.Parallel()
	require.Equal(t, 24021, memoryIn("MemFree: 17 kB\nMemTotal:       24597632 kB\n"))
	require.Zero(t, memoryIn("nothing of the kind"))
}

package filetype_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/filetype"
)

// crowded is an archive that is nothing but a directory of n entries without content.
func crowded(n int) []byte {
	var out bytes.Buffer
	out.WriteString("PK\x03\x04") // how an archive begins
	begin := out.Len()
	header := make([]byte, 47)
	copy(header, "PK\x01\x02")
	header[28] = 1 // length of the name
	header[46] = 'a'
	for range n {
		out.Write(header)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], uint16(n))  //nolint:gosec // as the format has it, modulo 65,536
	binary.LittleEndian.PutUint16(end[10:], uint16(n)) //nolint:gosec // see above
	binary.LittleEndian.PutUint32(end[12:], uint32(out.Len()-begin))
	binary.LittleEndian.PutUint32(end[16:], uint32(begin)) //nolint:gosec // 4
	out.Write(end)
	return out.Bytes()
}

// A directory of half a million entries fits into an upload, and would take several times its size in memory. It runs alone,
// since memory is counted for the whole process.
func TestJudge_refusesAnArchiveOfEndlessEntriesBeforeItIsRead(t *testing.T) {
	file := crowded(400_000)
	require.Less(t, len(file), 20<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := filetype.Judge("a.docx", "", bytes.NewReader(file), int64(len(file)))
	runtime.ReadMemStats(&after)
	var refused *filetype.Refused
	require.ErrorAs(t, err, &refused)
	require.Equal(t, filetype.NotAllowed, refused.Code)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "bytes")

	_, err = filetype.Judge("a.docx", "", bytes.NewReader(crowded(3)), int64(len(crowded(3))))
	require.ErrorAs(t, err, &refused)
	require.Equal(t, []string{"application/zip"}, refused.Args, "few are read, and there is no document in them")
}

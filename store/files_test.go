package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

// bytesOf makes content that differs in every piece, and its hash.
func bytesOf(seed string, size int) (content []byte, sum string) {
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%s %d\n", seed, i)
	}
	content = b.Bytes()[:size]
	hash := sha256.Sum256(content)
	return content, hex.EncodeToString(hash[:])
}

// describing is the document about a file.
func describing(id, sum string, size int) deal.Document {
	body, err := dossier.Encode(dossier.Document{
		Name: "协议.pdf", MediaType: "application/pdf", Size: int64(size), SHA256: sum, Purpose: dossier.AgreementDocument,
	})
	if err != nil {
		panic(err) // a constant
	}
	return deal.Document{Kind: string(dossier.DocumentKind), ID: id, Body: json.RawMessage(body)}
}

func (w *world) keep(content []byte, sum string) {
	w.t.Helper()
	require.NoError(w.t, w.KeepFile(w.t.Context(), sum, int64(len(content)), bytes.NewReader(content)))
}

// places tries something with each place where bytes may lie.
func places(t *testing.T, try func(*testing.T, *world, string)) {
	t.Helper()
	for _, place := range []string{"postgres", "directory"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			w, dir := newWorld(t), ""
			if place == "directory" {
				dir = filepath.Join(t.TempDir(), "files")
				w.Store = open(t, w.url, store.Options{FilesDir: dir})
			}
			try(t, w, dir)
		})
	}
}

// lying are the contents in a directory of files, and whatever else is there.
func lying(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	}))
	return names
}

func TestFiles_comeBackAsTheyWereFromAnyPlaceInThem(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, w *world, _ string) {
		t.Helper()
		id := w.lead("rep1", customer("晨风集团"))
		for _, size := range []int{1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 700_001} {
			content, sum := bytesOf("a file", size)
			w.keep(content, sum)
			w.keep(content, sum) // twice is once
			_, err := w.AddDocument(t.Context(), w.as("rep1"), id, describing(sum, sum, size), true)
			require.NoError(t, err)
			d, file, err := w.OpenFile(t.Context(), w.as("manager1"), id, sum)
			require.NoError(t, err)
			require.Equal(t, sum, d.ID)
			if len(content) > 1 { // the reader of the standard library's own rules, seeks included
				require.NoError(t, iotest.TestReader(struct{ io.ReadSeeker }{file}, content), size)
			}
			_, err = file.Seek(0, io.SeekStart)
			require.NoError(t, err)
			got, err := io.ReadAll(file)
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, got), size)
			_, err = file.Seek(-1, io.SeekStart)
			require.Error(t, err)
			require.NoError(t, file.Close())
		}
	})
}

func TestFiles_areOnlyForThoseWhoSeeTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, other := w.lead("rep1", customer("晨风集团")), w.lead("rep1", customer("别的客户"))
	content, sum := bytesOf("signed", 100)
	w.keep(content, sum)
	_, err := w.AddDocument(t.Context(), w.as("rep1"), id, describing("d1", sum, 100), true)
	require.NoError(t, err)
	for login, account := range map[string]deal.AccountID{"rep3": id, "manager2": id, "rep1": other} {
		_, _, err := w.OpenFile(t.Context(), w.as(login), account, "d1")
		require.ErrorIs(t, err, deal.ErrNotFound, login)
	}
}

func TestFiles_aDocumentNeedsItsBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	_, sum := bytesOf("never sent", 100)
	_, err := w.AddDocument(t.Context(), w.as("rep1"), id, describing("d1", sum, 100), true)
	require.ErrorIs(t, err, view.ErrNoFile)
	_, err = w.Document(t.Context(), w.as("rep1"), id, "document", "d1")
	require.ErrorIs(t, err, deal.ErrNotFound, "nothing was written")
}

func TestFiles_thatHashToSomethingElseAreRefused(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, w *world, dir string) {
		t.Helper()
		content, _ := bytesOf("one", 300_000)
		_, sum := bytesOf("another", 300_000)
		require.ErrorIs(t, w.KeepFile(t.Context(), sum, 300_000, bytes.NewReader(content)), deal.ErrPermanent)
		_, sum = bytesOf("one", 300_000)
		require.ErrorIs(t, w.KeepFile(t.Context(), sum, 299_999, bytes.NewReader(content)), deal.ErrPermanent)
		require.Zero(t, w.count("files"))
		require.Zero(t, w.count("file_chunks"))
		if dir != "" {
			require.Empty(t, lying(t, dir))
			require.Error(t, w.KeepFile(t.Context(), "../../etc/passwd", 1, strings.NewReader("x")))
			require.Empty(t, lying(t, dir))
		}
	})
}

func TestFiles_goWithTheLastDocumentThatDescribesThem(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, w *world, dir string) {
		t.Helper()
		ctx, rep := t.Context(), w.as("rep1")
		one, two := w.lead("rep1", customer("晨风集团")), w.lead("rep1", customer("别的客户"))
		content, sum := bytesOf("shared", 300_000)
		w.keep(content, sum)
		first, err := w.AddDocument(ctx, rep, one, describing("d1", sum, len(content)), true)
		require.NoError(t, err)
		second, err := w.AddDocument(ctx, rep, two, describing("d2", sum, len(content)), true)
		require.NoError(t, err)
		require.Equal(t, 1, w.count("files"), "a content is kept once")

		require.NoError(t, w.DeleteDocument(ctx, rep, one, first, nil))
		_, file, err := w.OpenFile(ctx, rep, two, "d2")
		require.NoError(t, err)
		got, err := io.ReadAll(file)
		require.NoError(t, err)
		require.Equal(t, content, got)
		require.NoError(t, file.Close())

		require.NoError(t, w.DeleteDocument(ctx, rep, two, second, nil))
		require.Zero(t, w.count("files"))
		require.Zero(t, w.count("file_chunks"))
		if dir != "" {
			require.Empty(t, lying(t, dir))
		}
	})
}

func TestSweepFiles_takesWhatWasNeverDescribedAndNothingElse(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, w *world, dir string) {
		t.Helper()
		id := w.lead("rep1", customer("晨风集团"))
		described, sum := bytesOf("described", 1000)
		w.keep(described, sum)
		_, err := w.AddDocument(t.Context(), w.as("rep1"), id, describing("d1", sum, 1000), true)
		require.NoError(t, err)
		orphan, orphanSum := bytesOf("request died", 1000)
		w.keep(orphan, orphanSum)

		swept, err := w.SweepFiles(t.Context(), time.Now().Add(-time.Hour))
		require.NoError(t, err)
		require.Zero(t, swept, "it has just come: its document may be on the way")
		require.Equal(t, 2, w.count("files"))

		if dir != "" { // a crash between a file and its row, one in the middle of a file, and something that is not ours
			_, strange := bytesOf("no row", 10)
			require.NoError(t, os.MkdirAll(filepath.Join(dir, strange[:2]), 0o700))
			for _, path := range []string{filepath.Join(strange[:2], strange), "incoming/0a1b2c3d-123", "README"} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte("x"), 0o600))
			}
		}
		swept, err = w.SweepFiles(t.Context(), time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.Positive(t, swept)
		require.Equal(t, 1, w.count("files"))
		if dir != "" {
			require.ElementsMatch(t, []string{sum, "README"}, lying(t, dir))
		}
		_, file, err := w.OpenFile(t.Context(), w.as("rep1"), id, "d1")
		require.NoError(t, err)
		require.NoError(t, file.Close())
	})
}

// Two people file the same content while a third takes his document with it off the file, over and over: whoever was told
// that a document is on file can read its bytes.
func TestFiles_areThereForEveryDocumentWhateverIsDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, w *world, _ string) {
		t.Helper()
		ctx, rep, id := t.Context(), w.as("rep1"), w.lead("rep1", customer("晨风集团"))
		content, sum := bytesOf("the same", 300_000)
		var group sync.WaitGroup
		errs := make([]error, 3)
		for worker := range errs {
			group.Go(func() {
				for round := range 8 {
					d := describing(fmt.Sprintf("d%d-%d", worker, round), sum, len(content))
					err := view.ErrNoFile
					for errors.Is(err, view.ErrNoFile) { // the way of the API
						if err = w.KeepFile(ctx, sum, int64(len(content)), bytes.NewReader(content)); err == nil {
							d, err = w.AddDocument(ctx, rep, id, d, true)
						}
					}
					var file io.ReadSeekCloser
					if err == nil {
						_, file, err = w.OpenFile(ctx, rep, id, d.ID)
					}
					if err == nil {
						var n int64
						n, err = io.Copy(io.Discard, file)
						if err = errors.Join(err, file.Close()); err == nil && n != int64(len(content)) {
							err = fmt.Errorf("%d bytes", n)
						}
					}
					if err == nil {
						err = w.DeleteDocument(ctx, rep, id, d, nil)
					}
					if err != nil {
						errs[worker] = fmt.Errorf("round %d: %w", round, err)
						return
					}
				}
			})
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Zero(t, w.count("files"))
	})
}

func TestRestore_bringsFilesBackFromAnyPlaceToAny(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, w *world, _ string) {
		t.Helper()
		ctx, rep, id := t.Context(), w.as("rep1"), w.lead("rep1", customer("晨风集团"))
		content, sum := bytesOf("to move", 700_001)
		w.keep(content, sum)
		_, err := w.AddDocument(ctx, rep, id, describing("d1", sum, len(content)), true)
		require.NoError(t, err)
		var dump bytes.Buffer
		require.NoError(t, w.Dump(ctx, &dump))
		for _, dir := range []string{"", filepath.Join(t.TempDir(), "elsewhere")} {
			there := open(t, testkit.Database(t), store.Options{FilesDir: dir})
			require.NoError(t, there.Restore(ctx, bytes.NewReader(dump.Bytes()), store.Seals{}))
			_, file, err := there.OpenFile(ctx, rep, id, "d1")
			require.NoError(t, err)
			got, err := io.ReadAll(file)
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, got))
			require.NoError(t, file.Close())
		}
	})
}

func TestDump_wantsTheDirectoryInWhichFilesLie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	beside := open(t, w.url, store.Options{FilesDir: filepath.Join(t.TempDir(), "files")})
	content, sum := bytesOf("elsewhere", 1000)
	require.NoError(t, beside.KeepFile(t.Context(), sum, 1000, bytes.NewReader(content)))
	require.ErrorContains(t, w.Dump(t.Context(), io.Discard), "files.directory")

	// Whoever brings the content again, brings it to a place where it can be read.
	w.keep(content, sum)
	require.NoError(t, w.Dump(t.Context(), io.Discard))
	require.Equal(t, 1, w.count("file_chunks"))
}

// Somebody goes back from a directory to the database: what came before the change is read where it lies.
func TestFiles_ofBothPlacesAreReadAfterTheSettingChanged(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	dir, rep, id := filepath.Join(t.TempDir(), "files"), w.as("rep1"), w.lead("rep1", customer("晨风集团"))
	before, after := open(t, w.url, store.Options{FilesDir: dir}), open(t, w.url, store.Options{FilesDir: dir, FilesInDatabase: true})
	contents := map[string][]byte{}
	for name, s := range map[string]*store.Store{"before": before, "after": after} {
		content, sum := bytesOf(name, 300_000)
		require.NoError(t, s.KeepFile(ctx, sum, int64(len(content)), bytes.NewReader(content)))
		_, err := s.AddDocument(ctx, rep, id, describing(name, sum, len(content)), true)
		require.NoError(t, err)
		contents[name] = content
	}
	require.Len(t, lying(t, dir), 1)
	require.Equal(t, 2, w.count("file_chunks"), "what comes after the change lies in the database")
	var dump bytes.Buffer
	require.NoError(t, after.Dump(ctx, &dump))
	there := open(t, testkit.Database(t), store.Options{FilesDir: filepath.Join(t.TempDir(), "unused"), FilesInDatabase: true})
	require.NoError(t, there.Restore(ctx, &dump, store.Seals{}))
	for _, s := range []*store.Store{before, after, there} {
		for name, content := range contents {
			_, file, err := s.OpenFile(ctx, rep, id, name)
			require.NoError(t, err)
			got, err := io.ReadAll(file)
			require.NoError(t, errors.Join(err, file.Close()))
			require.True(t, bytes.Equal(content, got), name)
		}
	}
	d, err := after.Document(ctx, rep, id, "document", "before")
	require.NoError(t, err)
	require.NoError(t, after.DeleteDocument(ctx, rep, id, d, nil))
	require.Empty(t, lying(t, dir))
}

package leadsheet

// Limits bound what a sheet may cost. The zero value of a field stands for the default. The numbers are those of
// trust-and-speed.md SF1, but for the file (contract.md §4: uploads of 20 MiB) and one part: the worksheet of 20,000 rows
// with 20 columns unpacks to about 30 MB, where a ratio of 10 is usual.
type Limits struct {
	FileBytes     int64 // the file as uploaded: 20 MiB
	UnzippedBytes int64 // all parts of a workbook together: 100 MiB
	PartBytes     int64 // one part of a workbook: 64 MiB
	Parts         int   // entries in a workbook's archive: 1,000
	Ratio         int64 // unpacked to packed size of one part above 100 KiB: 100
	Rows          int   // rows with content below the header: 50,000
	Columns       int   // columns with content: 100
	Problems      int   // problems collected before the sheet as a whole is refused: 20,000
}

// Smaller bounds that nobody needs to change.
const (
	ratioGrace   = 100 << 10 // small parts, such as empty style sheets, compress beyond any ratio
	cellChars    = 4_000     // characters in one cell, the limit of every text (contract.md §4)
	tokenBytes   = 1 << 20   // one XML tag or text; Excel keeps at most 32,767 characters in a cell
	xmlDepth     = 64        // nesting of XML elements; a sheet has about ten
	sharedTexts  = 1_000_000 // distinct texts in a workbook
	sharedBytes  = 32 << 20  // of which they consist: they stay in memory while the sheet is read
	textBytes    = 48 << 20  // in all cells of rows: they stay in memory until the sheet is taken in
	lastSheetRow = 1 << 20   // Excel's last row
	valueChars   = 80        // of a refused value, as quoted in a problem
)

// orDefault fills the fields that are not set.
func (l Limits) orDefault() Limits {
	set(&l.FileBytes, 20<<20)
	set(&l.UnzippedBytes, 100<<20)
	set(&l.PartBytes, 64<<20)
	set(&l.Parts, 1_000)
	set(&l.Ratio, 100)
	set(&l.Rows, 50_000)
	set(&l.Columns, 100)
	set(&l.Problems, 20_000)
	return l
}

func set[N int | int64](field *N, value N) {
	if *field == 0 {
		*field = value
	}
}

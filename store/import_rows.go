package store

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	importRows     = named("ImportRows")
	problemsOfRows = named("ProblemsOfRows")
	importRaw      = named("ImportRaw")
	refusedRows    = named("RefusedRows")
	importLines    = named("ImportLines")
)

// ImportRows is the report of an import by row, of one outcome or of all. What stood in an account that the viewer does not
// see is left out, and so is its name: only that the row met one stays.
func (s *Store) ImportRows(
	ctx context.Context, v view.Viewer, id string, outcome view.ImportOutcome, p view.Page,
) ([]view.ImportRowItem, string, error) {
	const list = "import_rows"
	if _, err := s.ImportStatus(ctx, v, id); err != nil {
		return nil, "", err
	}
	c, err := after(p, list)
	if err != nil {
		return nil, "", fail("list rows of import", err)
	}
	from := 0
	if c != nil {
		if from, err = strconv.Atoi(c.ID); err != nil {
			return nil, "", fail("list rows of import", view.ErrBadCursor)
		}
	}
	rows, err := s.pool.Query(ctx, string(importRows), as(v, pgx.StrictNamedArgs{
		"import": id, "after": from, "outcome": string(outcome), "limit": limit(p) + 1,
	}))
	if err != nil {
		return nil, "", fail("list rows of import", err)
	}
	items, err := pgx.CollectRows(rows, scanImportRow)
	if err != nil {
		return nil, "", fail("list rows of import", err)
	}
	items, next := page(items, p, func(i view.ImportRowItem) cursor { return cursor{List: list, ID: strconv.Itoa(i.Row)} })
	return items, next, s.problemsOf(ctx, id, items)
}

func scanImportRow(row pgx.CollectableRow) (view.ImportRowItem, error) {
	var i view.ImportRowItem
	if err := row.Scan(&i.Row, &i.Outcome, &i.Account, &i.Changes, &i.Number, &i.Name, &i.Hidden); err != nil {
		return i, err
	}
	if i.Hidden {
		i.Account, i.Number, i.Name = "", "", ""
		for at := range i.Changes {
			i.Changes[at].From = ""
		}
	}
	return i, nil
}

// problemsOf adds the reasons against rows of a page.
func (s *Store) problemsOf(ctx context.Context, id string, items []view.ImportRowItem) error {
	at := map[int]int{}
	numbers := []int32{}
	for i, item := range items {
		if item.Outcome == view.RowRefused {
			at[item.Row] = i
			numbers = append(numbers, int32(item.Row)) //nolint:gosec // at most 1,048,576 rows
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	rows, err := s.pool.Query(ctx, string(problemsOfRows), id, numbers)
	if err != nil {
		return fail("list rows of import", err)
	}
	problems, err := pgx.CollectRows(rows, scanImportProblem)
	for _, p := range problems {
		items[at[p.Row]].Problems = append(items[at[p.Row]].Problems, p)
	}
	return fail("list rows of import", err)
}

func scanImportProblem(row pgx.CollectableRow) (p view.ImportProblem, err error) {
	err = row.Scan(&p.Row, &p.Column, &p.Cell, &p.Code, &p.Value, &p.Text.ZH, &p.Text.EN)
	return p, err
}

// ImportErrata is what was not taken of a sheet, as it was written, for whoever may see the import. Thirty days after the
// end only the reasons are left.
func (s *Store) ImportErrata(ctx context.Context, v view.Viewer, id string) (view.ImportErrata, error) {
	i, err := s.Import(ctx, v, id)
	if err != nil {
		return view.ImportErrata{}, err
	}
	e := view.ImportErrata{Filename: i.Filename, Problems: i.Problems}
	batch := &pgx.Batch{}
	batch.Queue(string(importRaw), id).QueryRow(func(row pgx.Row) error {
		var heads rawHeads
		err := row.Scan(&heads)
		e.Header, e.TrailName, e.TrailHeader = heads.Header, heads.TrailName, heads.TrailHeader
		return err
	})
	batch.Queue(string(refusedRows), id).Query(func(rows pgx.Rows) error {
		var line view.SheetLine
		var cells []string
		var trail []view.SheetLine
		_, err := pgx.ForEachRow(rows, []any{&line.Number, &cells, &trail}, func() error {
			line.Cells = cells
			e.Lines, e.Trail = append(e.Lines, line), append(e.Trail, trail...)
			cells, trail = nil, nil
			return nil
		})
		return err
	})
	batch.Queue(string(importLines), id).Query(func(rows pgx.Rows) error {
		lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (line view.SheetLine, err error) {
			return line, row.Scan(&line.Number, &line.Cells)
		})
		e.Trail = append(e.Trail, lines...)
		return err
	})
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return view.ImportErrata{}, fail("read what was refused", err)
	}
	return e, nil
}

var (
	putMapping    = named("PutMapping")
	mappingsOf    = named("Mappings")
	forgetMapping = named("ForgetMapping")
)

// RememberMappings keeps what headers were said to mean; what was said of one before is forgotten.
func (s *Store) RememberMappings(ctx context.Context, said []view.ImportMapping) error {
	if len(said) == 0 {
		return nil
	}
	return s.transact(ctx, "remember mapping", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		for _, m := range said {
			batch.Queue(string(putMapping), string(m.By), m.Key, m.ID, m.Header, m.Field)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

// Mappings are what a person and the organisation said, by header; of one header the organisation's comes first.
func (s *Store) Mappings(ctx context.Context, by deal.PersonID) ([]view.ImportMapping, error) {
	rows, err := s.pool.Query(ctx, string(mappingsOf), string(by))
	if err != nil {
		return nil, fail("list mappings", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m view.ImportMapping, err error) {
		err = row.Scan(&m.ID, &m.Header, &m.Key, &m.Field, &m.By, instant(&m.At))
		return m, err
	})
	return all, fail("list mappings", err)
}

// ForgetMapping takes one back: the person's own, and the organisation's if the person speaks for it.
func (s *Store) ForgetMapping(ctx context.Context, by deal.PersonID, organisation bool, id string) error {
	whose := []string{string(by)}
	if organisation {
		whose = append(whose, "")
	}
	tag, err := s.pool.Exec(ctx, string(forgetMapping), id, whose)
	if err == nil && tag.RowsAffected() == 0 {
		err = deal.ErrNotFound
	}
	return fail("forget mapping", err)
}

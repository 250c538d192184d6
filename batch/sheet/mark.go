package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"github.com/pmrun/pmrun/batch"
)

// markEvery is how many rows lie between two marks.
const markEvery = 10_000

// mark returns the place before the next record, when one is to be kept.
func (c *CSV) mark() (place batch.Mark, ok bool) {
	if c.facts.Encoding != "" || c.guessed || c.facts.Rows == 0 || c.facts.Rows%c.every != 0 {
		return place, false
	}
	return batch.Mark{Offset: c.base + c.records.InputOffset(), After: c.end + c.skipped + c.extra}, true
}

// sumOf is a digest of a row's cells, for telling rows apart.
func sumOf(cells []string) uint64 {
	h := fnv.New64a()
	for _, cell := range cells {
		_, _ = io.WriteString(h, cell)
		_, _ = h.Write([]byte{0xFF}) // in no cell
	}
	return h.Sum64()
}

// ReopenAt is Reopen for a reader that needs no row before the one that is given:
// where the facts have a mark, rows before it may be left out. Its own Facts are not
// those of the whole file. A file that has another row at the mark is an *Error: it is
// not the file that the facts are of.
func ReopenAt(path string, facts batch.Facts, row int64) (Reader, error) {
	whole, err := Reopen(path, facts)
	if err != nil {
		return nil, err
	}
	head, ok := whole.(*CSV)
	mark, has := lastMark(facts.Marks, row)
	if !ok || !has {
		return whole, nil
	}
	if err := head.Close(); err != nil {
		return nil, err
	}
	first, err := head.openAt(mark)
	if err != nil {
		return nil, err
	}
	next, err := first.Next()
	if err := errors.Join(err, first.Close()); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err != nil || next.Num != mark.Row || next.Line != mark.Line || sumOf(next.Cells) != mark.Sum {
		return nil, &Error{File: path, Line: mark.Line, Msg: fmt.Sprintf("row %d does not start here, or is another than before: the file has changed", mark.Row), Mend: "restore it"}
	}
	return head.openAt(mark)
}

// lastMark returns the last mark that is not after a row.
func lastMark(marks []batch.Mark, row int64) (m batch.Mark, ok bool) {
	for i := len(marks) - 1; i >= 0; i-- {
		if marks[i].Row <= row {
			return marks[i], true
		}
	}
	return m, false
}

// openAt returns a reader of the same file that begins at a mark.
func (c *CSV) openAt(m batch.Mark) (*CSV, error) {
	f, err := os.Open(c.file)
	if err != nil {
		return nil, c.readError(err)
	}
	if _, err := f.Seek(m.Offset, io.SeekStart); err != nil {
		_ = f.Close()
		return nil, c.readError(err)
	}
	return c.from(f, f, m), nil
}

// from is openAt for a file that is open, and at the mark's place.
func (c *CSV) from(r io.Reader, closer io.Closer, m batch.Mark) *CSV {
	n := &CSV{
		file: c.file, closer: closer, src: newSource(r, nil, c.limits.FileBytes), limits: c.limits, max: c.max, every: c.every,
		header: c.header, own: c.own, facts: c.facts, skipped: m.After, base: m.Offset,
	}
	n.facts.Rows, n.facts.Marks = m.Row-1, nil
	n.front = newFront(n.src, n.max, chunkSize)
	n.records = newRecords(n.front, n.facts.Delimiter, chunkSize)
	return n
}

// newRecords returns encoding/csv's reader over a front.
func newRecords(f *front, delimiter rune, chunk int) *csv.Reader {
	r := csv.NewReader(bufio.NewReaderSize(f, chunk))
	r.Comma = delimiter
	r.FieldsPerRecord = -1
	return r
}

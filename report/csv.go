package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gocarina/gocsv"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
)

// resultColumns are the columns that every CSV report adds, in their order.
type resultColumns struct {
	Row        int64  `csv:"pmrun_row"`
	Line       int64  `csv:"pmrun_line"`
	Status     string `csv:"pmrun_status"`
	Cause      string `csv:"pmrun_cause"`
	Attempts   int    `csv:"pmrun_attempts"`
	HTTPStatus string `csv:"pmrun_http_status"`
	Code       string `csv:"pmrun_code"`
	Message    string `csv:"pmrun_message"`
	Ref        string `csv:"pmrun_ref"`
	DurationMS string `csv:"pmrun_duration_ms"`
	StartedAt  string `csv:"pmrun_started_at"`
}

// answerColumn holds the server's last answer on one line, secrets masked, as the
// ledger keeps it: of rows that did not succeed, and its first 4 KiB.
const answerColumn = request.ReservedPrefix + "answer"

const timeFormat = "2006-01-02T15:04:05.000Z"

func newResultColumns(r *batch.Record) resultColumns {
	c := resultColumns{
		Row: r.Row, Line: r.Line, Status: r.Status.String(), Cause: Defuse(r.Cause), Attempts: r.Attempts,
		Code: Defuse(r.Code), Message: Defuse(r.Message), Ref: Defuse(r.Ref),
	}
	if r.HTTPStatus > 0 {
		c.HTTPStatus = strconv.Itoa(r.HTTPStatus)
	}
	if !r.StartedAt.IsZero() {
		c.StartedAt = r.StartedAt.UTC().Format(timeFormat)
	}
	if ended(r) {
		c.DurationMS = strconv.FormatInt(r.Duration.Round(time.Millisecond).Milliseconds(), 10)
	}
	return c
}

// ended says whether the row had an attempt of which the end is known: of one
// that was interrupted only the start is.
func ended(r *batch.Record) bool { return !r.StartedAt.IsZero() && r.Duration > 0 }

// Defuse puts a ' before text that came from a server and that a spreadsheet
// would take for a formula: it starts with =, +, -, @, tab or CR.
func Defuse(text string) string {
	if text != "" && strings.IndexByte("=+-@\t\r", text[0]) >= 0 {
		return "'" + text
	}
	return text
}

// SplitFile is the name of the file that lists the rows with a status.
func SplitFile(s batch.Status) string { return s.String() + ".csv" }

// ReportFile lists every row, in the order of the data file.
const ReportFile = "report.csv"

// splitStatuses are those that have a file of their own.
func splitStatuses() []batch.Status {
	return []batch.Status{batch.Succeeded, batch.Failed, batch.Unknown, batch.NotSent, batch.Invalid, batch.Skipped, batch.Pending}
}

// CSV writes report.csv and a file for each status that has rows, in the
// dialect of the data file. The files of an earlier report stay as they are
// until Finish, which replaces all of them.
type CSV struct {
	// Answers adds the server's last answers, as the column pmrun_answer after all
	// other result columns; it is set before Start is handled.
	Answers bool

	dir     string
	open    func(w io.Writer, d batch.Dialect) RecordWriter
	start   *batch.Start
	results []string // names of the result columns
	keep    []int    // columns of the data file that are shown
	all     *csvFile
	split   map[batch.Status]*csvFile
	cells   cellCatcher
}

// RecordWriter writes CSV records. The record belongs to the caller again when
// Write has returned.
type RecordWriter interface {
	Write(record []string) error
	Flush()
	Error() error
}

// csvFile is written beside its place, under the name with tmpSuffix.
type csvFile struct {
	name string
	file *os.File
	w    RecordWriter
	// record is the last one; its room is used again.
	record []string
}

const tmpSuffix = ".tmp"

// NewCSV writes into dir; open makes a writer in the data file's dialect.
func NewCSV(dir string, open func(io.Writer, batch.Dialect) RecordWriter) *CSV {
	return &CSV{dir: dir, open: open, split: make(map[batch.Status]*csvFile)}
}

// Handle takes one event. Its errors are those of the disk.
func (c *CSV) Handle(e batch.Event) error {
	switch {
	case e.Start != nil:
		return c.begin(e.Start)
	case e.Row != nil:
		return c.row(e.Row)
	case e.Finish != nil:
		return c.finish()
	}
	return nil
}

func (c *CSV) begin(start *batch.Start) (err error) {
	c.start = start
	for i, name := range start.Header {
		if !request.Reserved(name) {
			c.keep = append(c.keep, i)
		}
	}
	if err := gocsv.MarshalCSV([]resultColumns{}, &c.cells); err != nil {
		return err
	}
	c.results = slices.Clone(c.cells.last)
	for _, name := range start.Captures {
		c.results = append(c.results, request.ReservedPrefix+name)
	}
	if c.Answers {
		c.results = append(c.results, answerColumn)
	}
	c.all, err = c.create(ReportFile)
	if err != nil {
		return err
	}
	return c.all.write(c.results, c.original(start.Header))
}

// create begins a file; Close or finish ends it.
func (c *CSV) create(name string) (*csvFile, error) {
	f, err := os.OpenFile(filepath.Join(c.dir, name+tmpSuffix), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write the report: %w", err)
	}
	return &csvFile{name: name, file: f, w: c.open(f, c.start.Facts.Dialect)}, nil
}

// write writes a record of several parts.
func (f *csvFile) write(parts ...[]string) error {
	f.record = f.record[:0]
	for _, part := range parts {
		f.record = append(f.record, part...)
	}
	if err := f.w.Write(f.record); err != nil {
		return fmt.Errorf("cannot write the report %s: %w", f.name, err)
	}
	return nil
}

// original returns the cells of the columns that are shown; a short row gets
// empty ones.
func (c *CSV) original(cells []string) []string {
	out := make([]string, len(c.keep))
	for i, column := range c.keep {
		if column < len(cells) {
			out[i] = cells[column]
		}
	}
	return out
}

func (c *CSV) row(r *batch.RowResult) error {
	if err := gocsv.MarshalCSVWithoutHeaders([]resultColumns{newResultColumns(&r.Record)}, &c.cells); err != nil {
		return err
	}
	results := slices.Clone(c.cells.last)
	for _, name := range c.start.Captures {
		results = append(results, Defuse(r.Captures[name]))
	}
	if c.Answers {
		results = append(results, Defuse(oneLine(strings.ToValidUTF8(string(r.Answer), "\ufffd"))))
	}
	original := c.original(r.Cells)
	// Cells beyond the header come last: nothing of the input is lost.
	var surplus []string
	if n := len(c.start.Header); len(r.Cells) > n {
		surplus = r.Cells[n:]
	}
	if err := c.all.write(results, original, surplus); err != nil {
		return err
	}
	if !slices.Contains(splitStatuses(), r.Status) {
		return nil
	}
	file, err := c.splitFile(r.Status)
	if err != nil {
		return err
	}
	return file.write(c.asItWas(r.Cells), results)
}

// asItWas returns the cells of the columns that are shown, a short row short and
// a long one long: loaded again uncorrected, it is refused again. Once the
// missing cell is put in, or the surplus taken out, the result columns stand
// where they belong.
func (c *CSV) asItWas(cells []string) []string {
	var out []string
	for i, cell := range cells {
		if i >= len(c.start.Header) || !request.Reserved(c.start.Header[i]) {
			out = append(out, cell)
		}
	}
	return out
}

// splitFile returns the file for rows with status s, begun with its first row.
func (c *CSV) splitFile(s batch.Status) (*csvFile, error) {
	if file := c.split[s]; file != nil {
		return file, nil
	}
	file, err := c.create(SplitFile(s))
	if err != nil {
		return nil, err
	}
	c.split[s] = file
	return file, file.write(c.original(c.start.Header), c.results)
}

// finish puts the files in place once all of them are complete, and removes
// those of statuses that have no rows any more.
func (c *CSV) finish() error {
	files := c.files()
	for _, f := range files {
		f.w.Flush()
		if err := errors.Join(f.w.Error(), f.file.Close()); err != nil {
			return fmt.Errorf("cannot write the report %s: %w", f.name, err)
		}
	}
	for _, f := range files {
		if err := os.Rename(f.file.Name(), filepath.Join(c.dir, f.name)); err != nil {
			return fmt.Errorf("cannot write the report: %w", err)
		}
	}
	for _, s := range splitStatuses() {
		if c.split[s] != nil {
			continue
		}
		path := filepath.Join(c.dir, SplitFile(s))
		for _, old := range []string{path, path + tmpSuffix} {
			if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("cannot remove an old report: %w", err)
			}
		}
	}
	c.all, c.split = nil, nil
	return nil
}

// files returns those that were begun.
func (c *CSV) files() []*csvFile {
	var files []*csvFile
	if c.all != nil {
		files = append(files, c.all)
	}
	for _, s := range splitStatuses() {
		if f := c.split[s]; f != nil {
			files = append(files, f)
		}
	}
	return files
}

// Close removes what was begun and not finished.
func (c *CSV) Close() error {
	for _, f := range c.files() {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name())
	}
	c.all, c.split = nil, nil
	return nil
}

// cellCatcher takes the cells that gocsv makes of a typed record; the original
// columns are added before they are written.
type cellCatcher struct{ last []string }

func (c *cellCatcher) Write(record []string) error {
	c.last = record
	return nil
}
func (c *cellCatcher) Flush()       {}
func (c *cellCatcher) Error() error { return nil }

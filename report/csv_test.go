package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/sheet"
)

const resultNames = "pmrun_row,pmrun_line,pmrun_status,pmrun_cause,pmrun_attempts,pmrun_http_status,pmrun_code,pmrun_message,pmrun_ref,pmrun_duration_ms,pmrun_started_at"

// compareFiles wants exactly these reports.
func compareFiles(t *testing.T, got, want map[string]string) {
	t.Helper()
	if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
		t.Errorf("files %q, want %q", g, w)
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s:\n%s\nwant\n%s", name, got[name], text)
		}
	}
}

// lines joins lines of a file.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

// TestCSV: every status, all columns, results first in report.csv and last in
// the split files; the CRM's own column status is no result column.
func TestCSV(t *testing.T) {
	r := newRun(t, "id,status\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n7,g\n8,h\n9,i\n",
		batch.Record{Row: 1, Line: 2, Status: batch.Succeeded, Attempts: 2, HTTPStatus: 200, Code: "200", Message: "Ok", Ref: "case-17",
			StartedAt: began, Duration: 1234567 * time.Microsecond, Captures: map[string]string{"zone": "=Z", "at": "noon", "other": "x"}},
		batch.Record{Row: 2, Line: 3, Status: batch.Failed, Cause: batch.CauseField, Attempts: 1, HTTPStatus: 400, Code: "E17", Message: "no such\r\ncontact; \"x\", y",
			StartedAt: began.Add(time.Second), Duration: 400 * time.Microsecond, Rule: "code", Answer: []byte("not shown")},
		attempted(3, batch.Unknown, batch.CauseTimeout, "no answer within 30s"),
		attempted(4, batch.NotSent, batch.CauseNetwork, "connection refused"),
		batch.Record{Row: 5, Line: 6, Status: batch.Invalid, Cause: batch.CauseValue, Message: "status is wrong -> write open"},
		batch.Record{Row: 7, Line: 8, Status: batch.Skipped, Cause: batch.CauseDuplicate, Message: "as row 1"},
		attempted(8, batch.Pending, batch.CauseRateLimited, "HTTP 429"),
		attempted(9, batch.Sending, "", ""))
	r.start.Captures = []string{"zone", "at"}
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	results := []string{
		`1,2,succeeded,,2,200,200,Ok,case-17,1235,2026-03-04T05:06:07.089Z,'=Z,noon`,
		"2,3,failed,field,1,400,E17,\"no such\r\ncontact; \"\"x\"\", y\",,0,2026-03-04T05:06:08.089Z,,",
		`3,4,unknown,timeout,1,,,no answer within 30s,,250,2026-03-04T05:06:10.089Z,,`,
		`4,5,not_sent,network,1,,,connection refused,,250,2026-03-04T05:06:11.089Z,,`,
		`5,6,invalid,value,0,,,status is wrong -> write open,,,,,`,
		`6,7,pending,,0,,,,,,,,`,
		`7,8,skipped,duplicate,0,,,as row 1,,,,,`,
		`8,9,pending,rate_limited,1,,,HTTP 429,,250,2026-03-04T05:06:15.089Z,,`,
		`9,10,sending,,1,,,,,,2026-03-04T05:06:16.089Z,,`,
	}
	names := resultNames + ",pmrun_zone,pmrun_at"
	header := "id,status," + names
	all := names + ",id,status\n"
	for i, result := range results {
		all += fmt.Sprintf("%s,%d,%c\n", result, i+1, 'a'+i)
	}
	compareFiles(t, r.files(t), map[string]string{
		"report.csv":    all,
		"succeeded.csv": lines(header, "1,a,"+results[0]),
		"failed.csv":    lines(header, "2,b,"+results[1]),
		"unknown.csv":   lines(header, "3,c,"+results[2]),
		"not_sent.csv":  lines(header, "4,d,"+results[3]),
		"invalid.csv":   lines(header, "5,e,"+results[4]),
		"skipped.csv":   lines(header, "7,g,"+results[6]),
		"pending.csv":   lines(header, "6,f,"+results[5], "8,h,"+results[7]),
	})
}

// TestCSVInterrupted: of an attempt that a crash cut off only the start is known.
func TestCSVInterrupted(t *testing.T) {
	r := newRun(t, "id\n1\n", attempted(1, batch.Sending, "", ""))
	if n, err := r.ledger.Interrupted(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	compareFiles(t, r.files(t), map[string]string{
		"report.csv":  lines(resultNames+",id", "1,2,unknown,interrupted,1,,,,,,2026-03-04T05:06:08.089Z,1"),
		"unknown.csv": lines("id,"+resultNames, "1,1,2,unknown,interrupted,1,,,,,,2026-03-04T05:06:08.089Z"),
	})
}

func TestResultTimes(t *testing.T) {
	east := time.FixedZone("east", 3*60*60)
	for _, tt := range []struct {
		start    time.Time
		duration time.Duration
		at, ms   string
	}{
		{time.Time{}, 0, "", ""},
		{time.Time{}, time.Second, "", ""},
		{began, 0, "2026-03-04T05:06:07.089Z", ""},
		{began, -time.Second, "2026-03-04T05:06:07.089Z", ""},
		{began, 499 * time.Microsecond, "2026-03-04T05:06:07.089Z", "0"},
		{began, 1500 * time.Microsecond, "2026-03-04T05:06:07.089Z", "2"},
		{began, time.Hour, "2026-03-04T05:06:07.089Z", "3600000"},
		{began.Truncate(time.Second).In(east), time.Millisecond, "2026-03-04T05:06:07.000Z", "1"},
	} {
		c := newResultColumns(&batch.Record{StartedAt: tt.start, Duration: tt.duration})
		if c.StartedAt != tt.at || c.DurationMS != tt.ms {
			t.Errorf("%s, %s: %q, %q, want %q, %q", tt.start, tt.duration, c.StartedAt, c.DurationMS, tt.at, tt.ms)
		}
	}
}

// nasty are cells that spreadsheets hold and programs break.
var nasty = []string{
	"plain", "000123", "6.00E+08", "=1+1", "+57 300", "-5", "@handle", "\ttab", "\rreturn", "two\nlines", "two\r\nlines", `quo"te`, `"`, `""`,
	"a,b;c|d", " spaces ", "", "áñ€😀", "\u00a0", "'=quoted", "\ufeffbom", `\.`, "{{braces}}", "#N/A", "=cmd|' /C calc'!A0",
}

func quoted(cells ...string) string {
	var out []string
	for _, c := range cells {
		out = append(out, `"`+strings.ReplaceAll(c, `"`, `""`)+`"`)
	}
	return strings.Join(out, ";")
}

// TestCSVDialect: the files have the input's delimiter and BOM, and its cells
// byte for byte; columns of an earlier report are left out.
func TestCSVDialect(t *testing.T) {
	const bom = "\ufeff"
	var text strings.Builder
	text.WriteString(bom + "id;pmrun_row;=cell;pmrun_status;pmrunner;\r\n")
	var want [][]string
	for i, cell := range nasty {
		text.WriteString(quoted(fmt.Sprint(i), "99", cell, "succeeded", "x", cell) + "\r\n")
		want = append(want, []string{fmt.Sprint(i), cell, "x", cell})
	}
	r := newRun(t, text.String(), attempted(2, batch.Failed, batch.CauseField, "a;b"))
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	files := r.files(t)
	if want := bom + strings.ReplaceAll(resultNames, ",", ";") + ";id;=cell;pmrunner;\n"; !strings.HasPrefix(files["report.csv"], want) {
		t.Errorf("report.csv begins %q", files["report.csv"][:len(want)])
	}
	if want := bom + lines("id;=cell;pmrunner;;"+strings.ReplaceAll(resultNames, ",", ";"),
		`1;000123;x;000123;2;3;failed;field;1;;;"a;b";;250;2026-03-04T05:06:09.089Z`); files["failed.csv"] != want {
		t.Errorf("failed.csv %q, want %q", files["failed.csv"], want)
	}
	if !strings.Contains(files["report.csv"], ";3;=1+1;x;=1+1\n") {
		t.Error("=1+1 is not as it was")
	}
	results := strings.Count(resultNames, ",") + 1
	for i, row := range readBack(t, filepath.Join(r.dir, ReportFile), ';') {
		if got := row[results:]; !reflect.DeepEqual(got, want[i]) {
			t.Errorf("row %d: %q, want %q", i+1, got, want[i])
		}
	}
	for _, row := range readBack(t, filepath.Join(r.dir, SplitFile(batch.Pending)), ';') {
		var i int
		if _, err := fmt.Sscan(row[0], &i); err != nil || !reflect.DeepEqual(row[:4], want[i]) {
			t.Errorf("row %d: %q, %v", i+1, row[:4], err)
		}
	}
}

// TestCSVEncoding: the files have the input's encoding, byte order mark and sep
// line, and its cells byte for byte; what a server says that the encoding does not
// have is written as "?".
func TestCSVEncoding(t *testing.T) {
	wide := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	for _, tt := range []struct {
		name, text, begin, end string
		enc                    encoding.Encoding
	}{
		{"Windows-1252", "sep=;\r\nid;señor\r\n1;“Peña” €\r\n2;x\r\n", "sep=;\nid;señor;pmrun_row;", "\n1;“Peña” €;1;2;failed;field;1;;;\"está ?; mal\";;250;2026-03-04T05:06:08.089Z\n", charmap.Windows1252},
		{"UTF-16", "\ufeffid\tseñor\r\n1\t“Peña” 😀\r\n2\tx\r\n", "\ufeffid\tseñor\tpmrun_row\t", "\n1\t“Peña” 😀\t1\t2\tfailed\tfield\t1\t\t\testá 😀; mal\t\t250\t2026-03-04T05:06:08.089Z\n", wide},
	} {
		in, err := tt.enc.NewEncoder().String(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		r := newRun(t, in, attempted(1, batch.Failed, batch.CauseField, "está 😀; mal"))
		if _, err := r.replay(t, nil, r.csv()); err != nil {
			t.Fatal(err)
		}
		failed, err := tt.enc.NewDecoder().String(r.files(t)["failed.csv"])
		if err != nil || !strings.HasPrefix(failed, tt.begin) || !strings.HasSuffix(failed, tt.end) {
			t.Errorf("%s: %v, %q\nwant %q ... %q", tt.name, err, failed, tt.begin, tt.end)
		}
	}
}

// TestCSVWide: a file of ten thousand columns has reports like another.
func TestCSVWide(t *testing.T) {
	const columns = 10_000
	line := func(what string, row int) string {
		cells := make([]string, columns)
		for i := range cells {
			cells[i] = fmt.Sprintf("%s%d.%d", what, row, i)
		}
		return strings.Join(cells, ",")
	}
	r := newRun(t, line("c", 0)+",pmrun_row\n"+line("x", 1)+",7\n"+line("x", 2)+",8\n", attempted(2, batch.Failed, batch.CauseField, "no"))
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	files := r.files(t)
	if want := line("c", 0) + "," + resultNames + "\n" + line("x", 2) + ",2,3,failed,field,"; !strings.HasPrefix(files["failed.csv"], want) {
		t.Error("failed.csv is not as it has to be")
	}
	if !strings.HasSuffix(files["report.csv"], ","+line("x", 2)+"\n") {
		t.Error("report.csv is not as it has to be")
	}
}

// readBack reads a report as the next load would.
func readBack(t *testing.T, path string, delimiter rune) [][]string {
	t.Helper()
	src, err := sheet.Open(path, sheet.Options{Delimiter: delimiter})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var rows [][]string
	for {
		row, err := src.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row.Cells)
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no rows", path)
	}
	return rows
}

// TestCSVRagged: in report.csv short rows get empty cells and cells beyond the
// header come last, so that results stay in their columns; in the split files
// rows stay as they were, so that they are refused again until they are mended.
func TestCSVRagged(t *testing.T) {
	r := newRun(t, "a,pmrun_row,b\n1\n1,2\n1,2,3\n1,2,3,=4,5\n",
		batch.Record{Row: 4, Line: 5, Status: batch.Invalid, Cause: batch.CauseFormat, Message: "the row has 5 cells, the header 3"})
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	pending := func(row, line int) string { return fmt.Sprintf("%d,%d,pending,,0,,,,,,", row, line) }
	invalid := `4,5,invalid,format,0,,,"the row has 5 cells, the header 3",,,`
	compareFiles(t, r.files(t), map[string]string{
		"report.csv":  lines(resultNames+",a,b", pending(1, 2)+",1,", pending(2, 3)+",1,", pending(3, 4)+",1,3", invalid+",1,3,=4,5"),
		"pending.csv": lines("a,b,"+resultNames, "1,"+pending(1, 2), "1,"+pending(2, 3), "1,3,"+pending(3, 4)),
		"invalid.csv": lines("a,b,"+resultNames, "1,3,=4,5,"+invalid),
	})
}

// TestCSVAgain: failed.csv goes straight back into a load, and its report has the
// result columns once.
func TestCSVAgain(t *testing.T) {
	first := newRun(t, "id\n1\n2\n", attempted(1, batch.Succeeded, "", ""), attempted(2, batch.Failed, batch.CauseField, "no"))
	if _, err := first.replay(t, nil, first.csv()); err != nil {
		t.Fatal(err)
	}
	again := newRun(t, first.files(t)["failed.csv"], attempted(1, batch.Succeeded, "", ""))
	if _, err := again.replay(t, nil, again.csv()); err != nil {
		t.Fatal(err)
	}
	result := "1,2,succeeded,,1,,,,,250,2026-03-04T05:06:08.089Z"
	compareFiles(t, again.files(t), map[string]string{
		"report.csv":    lines(resultNames+",id", result+",2"),
		"succeeded.csv": lines("id,"+resultNames, "2,"+result),
	})
}

var defuseTable = []struct{ in, want string }{
	{"", ""},
	{"=", "'="},
	{"=1+1", "'=1+1"},
	{"+57 300", "'+57 300"},
	{"-5", "'-5"},
	{"@SUM(A1)", "'@SUM(A1)"},
	{"\tx", "'\tx"},
	{"\rx", "'\rx"},
	{"\r\n=1", "'\r\n=1"},
	{"'=1", "'=1"},
	{"a=1", "a=1"},
	{" =1", " =1"},
	{"\n=1", "\n=1"},
	{"1-1", "1-1"},
	{"ñ=", "ñ="},
	{"\xff=1", "\xff=1"},
	{"{\"a\": 1}", "{\"a\": 1}"},
}

func TestDefuse(t *testing.T) {
	for _, tt := range defuseTable {
		if got := Defuse(tt.in); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestCSVDefused: text from the server is defused wherever it is shown, the same
// text in an original column is not.
func TestCSVDefused(t *testing.T) {
	r := newRun(t, "id\n=1+1\n", batch.Record{Row: 1, Line: 2, Status: batch.Failed, Cause: "=cause", Attempts: 1, HTTPStatus: 400,
		Code: "-17", Message: "@message", Ref: "+ref", StartedAt: began, Duration: time.Second, Captures: map[string]string{"x": "\tx"}})
	r.start.Captures = []string{"x", "missing"}
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	want := "1,2,failed,'=cause,1,400,'-17,'@message,'+ref,1000,2026-03-04T05:06:07.089Z,'\tx,"
	header := resultNames + ",pmrun_x,pmrun_missing"
	compareFiles(t, r.files(t), map[string]string{
		"report.csv": lines(header+",id", want+",=1+1"),
		"failed.csv": lines("id,"+header, "=1+1,"+want),
	})
}

// FuzzResultCells: whatever a server says, no result cell starts like a formula;
// whatever a cell holds, it comes back as it was.
func FuzzResultCells(f *testing.F) {
	for _, tt := range defuseTable {
		f.Add(tt.in, "cell")
	}
	for _, cell := range nasty {
		f.Add(cell, cell)
	}
	f.Add("=\x00", "x\r")
	f.Add("\x00=1", "x")
	f.Fuzz(func(t *testing.T, text, cell string) {
		if strings.ToValidUTF8(cell, "") != cell || strings.ContainsRune(cell, 0) {
			t.Skip("no CSV holds such a cell")
		}
		if cell == "" {
			t.Skip("a blank row is no row")
		}
		dir := t.TempDir()
		c := NewCSV(dir, openSheet)
		start := &batch.Start{Header: []string{"id"}, Captures: []string{"x"}, Facts: batch.Facts{Dialect: batch.Dialect{Delimiter: ','}}}
		row := &batch.RowResult{Cells: []string{cell}, Record: batch.Record{Row: 1, Line: 2, Status: batch.Failed, Cause: text, Attempts: 1,
			HTTPStatus: 400, Code: text, Message: text, Ref: text, StartedAt: began, Duration: time.Second, Captures: map[string]string{"x": text}}}
		for _, e := range []batch.Event{{Start: start}, {Row: row}, {Finish: &batch.Finish{}}} {
			if err := c.Handle(e); err != nil {
				t.Fatal(err)
			}
		}
		const results = 12
		for name, original := range map[string]int{ReportFile: results, SplitFile(batch.Failed): 0} {
			rows := readBack(t, filepath.Join(dir, name), ',')
			if len(rows) != 1 || len(rows[0]) != results+1 || rows[0][original] != cell {
				t.Fatalf("%s: %q", name, rows)
			}
			for i, got := range rows[0] {
				if i != original && got != "" && strings.ContainsRune("=+-@\t\r", rune(got[0])) {
					t.Errorf("%s, cell %d: %q", name, i, got)
				}
			}
		}
	})
}

// TestCSVReplacesOld: a second report replaces the first, and the file of a
// status that has no rows any more goes, also what a killed process left.
func TestCSVReplacesOld(t *testing.T) {
	r := newRun(t, "id\n1\n2\n", attempted(1, batch.Failed, batch.CauseField, "no"), attempted(2, batch.NotSent, batch.CauseNetwork, "no"))
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(r.files(t))); !slices.Equal(got, []string{"failed.csv", "not_sent.csv", "report.csv"}) {
		t.Fatalf("files %q", got)
	}
	for _, name := range []string{"report.csv.tmp", "unknown.csv.tmp", "succeeded.csv.tmp"} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte("cut off, and longer than what comes "+strings.Repeat("x", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.commit(t, attempted(1, batch.Sending, "", ""), attempted(2, batch.Sending, "", ""))
	r.commit(t, attempted(1, batch.Succeeded, "", ""), attempted(2, batch.Succeeded, "", ""))
	if _, err := r.replay(t, nil, r.csv()); err != nil {
		t.Fatal(err)
	}
	one, two := "1,2,succeeded,,1,,,,,250,2026-03-04T05:06:08.089Z", "2,3,succeeded,,1,,,,,250,2026-03-04T05:06:09.089Z"
	compareFiles(t, r.files(t), map[string]string{
		"report.csv":    lines(resultNames+",id", one+",1", two+",2"),
		"succeeded.csv": lines("id,"+resultNames, "1,"+one, "2,"+two),
	})
}

// TestCSVPrivate: only the owner reads the files.
func TestCSVPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are of another kind there")
	}
	r := newRun(t, "id\n1\n", attempted(1, batch.Failed, batch.CauseField, "no"))
	if _, err := r.replay(t, nil, r.csv(), NewJSON(r.dir, "pmrun/test")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"report.csv", "failed.csv", "summary.json"} {
		info, err := os.Stat(filepath.Join(r.dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// badWriter fails at the record with number at, from 1, of each file, or when
// it is flushed.
type badWriter struct {
	RecordWriter
	at, n   int
	flushed error
	err     error
}

func (w *badWriter) Write(record []string) error {
	if w.n++; w.n == w.at {
		return w.err
	}
	return w.RecordWriter.Write(record)
}

func (w *badWriter) Error() error { return w.flushed }

// TestCSVUnfinished: a report that does not come to its end leaves the old one in
// place and nothing beside it, wherever it fails.
func TestCSVUnfinished(t *testing.T) {
	full := errors.New("no space left on device")
	// failing opens writers, of which the one with number nth fails.
	failing := func(nth, at int, flushed error) func(io.Writer, batch.Dialect) RecordWriter {
		opened := 0
		return func(w io.Writer, d batch.Dialect) RecordWriter {
			if opened++; opened != nth {
				return openSheet(w, d)
			}
			return &badWriter{RecordWriter: openSheet(w, d), at: at, flushed: flushed, err: full}
		}
	}
	for _, tt := range []struct {
		name  string
		open  func(io.Writer, batch.Dialect) RecordWriter
		after Handler // comes after the CSV
		want  string
	}{
		{name: "header of report.csv", open: failing(1, 1, nil), want: "cannot write the report report.csv: no space left"},
		{name: "row of report.csv", open: failing(1, 3, nil), want: "cannot write the report report.csv: no space left"},
		{name: "header of a split file", open: failing(2, 1, nil), want: "cannot write the report failed.csv: no space left"},
		{name: "row of a split file", open: failing(2, 2, nil), want: "cannot write the report failed.csv: no space left"},
		{name: "flush of report.csv", open: failing(1, 0, full), want: "cannot write the report report.csv: no space left"},
		{name: "flush of the last file", open: failing(3, 0, full), want: "cannot write the report invalid.csv: no space left"},
		{name: "another report fails before the end", open: openSheet, after: &collector{failAt: 3, err: full}, want: "no space left"},
	} {
		r := newRun(t, "id\n1\n2\n", attempted(1, batch.Failed, batch.CauseField, "no"), batch.Record{Row: 2, Line: 3, Status: batch.Invalid})
		old := map[string]string{"report.csv": "old", "failed.csv": "old", "succeeded.csv": "old"}
		for name, text := range old {
			if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		handlers := []Handler{NewCSV(r.dir, tt.open)}
		if tt.after != nil {
			handlers = append(handlers, tt.after)
		}
		if _, err := r.replay(t, nil, handlers...); !errors.Is(err, full) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if got := r.files(t); !maps.Equal(got, old) {
			t.Errorf("%s: %q", tt.name, slices.Sorted(maps.Keys(got)))
		}
	}
}

// TestCSVUnbalanced: no report is put in place when the balance does not close.
func TestCSVUnbalanced(t *testing.T) {
	r := newRun(t, "id\n1\n", attempted(1, batch.Succeeded, "", ""))
	r.start.Facts.Rows = 2
	var unbalanced *BalanceError
	if _, err := r.replay(t, nil, r.csv(), NewJSON(r.dir, "pmrun/test")); !errors.As(err, &unbalanced) {
		t.Fatal(err)
	}
	if got := r.files(t); len(got) > 0 {
		t.Errorf("files %q", got)
	}
}

func TestCSVNoDirectory(t *testing.T) {
	r := newRun(t, "id\n1\n")
	dir := filepath.Join(r.dir, "gone")
	_, err := r.replay(t, nil, NewCSV(dir, openSheet))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "cannot write the report") || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v", err)
	}
	_, err = r.replay(t, nil, NewJSON(dir, "pmrun/test"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "cannot write the summary") || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v", err)
	}
}

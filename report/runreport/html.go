package runreport

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection/runner"
)

//go:embed page.html
var page string

// htmlReport is one page with everything in it: totals, the executions of items with
// their tests, and request and response of what failed. Executions are written as they
// come into a file of their own: what is kept in memory are the requests of one item.
type htmlReport struct {
	o          Options
	file, rows *exportFile
	template   *template.Template
	tally      tally
	names      []string        // of the collections
	folders    map[string]bool // that are in the page
	// listed and left count executions that are in the page and that are not, by whether
	// they failed.
	listed, left map[bool]int
	// Of the item that runs.
	data   map[string]any
	row    *htmlRow
	main   *runner.Request   // that of the item
	others []*runner.Request // those of its scripts
	more   int               // others that are not kept
}

// Bounds of the page: a browser has to show it.
const (
	mostRows      = 10_000 // executions that failed, and as many others
	mostDetailed  = 1000   // of those that failed, with their requests
	mostExchanges = 4      // requests of an item's scripts
	mostData      = 200    // characters of a cell of iteration data
)

// htmlRow is an execution of an item.
type htmlRow struct {
	Iteration    int
	Folder, Name string
	Result       string // passed, failed, skipped
	Line         string // method, URL, code
	Time         string
	Tests        []htmlTest
	// Of one that failed.
	Data      []string
	Exchanges []htmlExchange
	More      int // exchanges that are not shown
}

type htmlTest struct{ Result, Name, Message string }

// htmlExchange is a request with its response.
type htmlExchange struct {
	Line, Error       string
	Sent, Got         []string // headers
	SentBody, GotBody string
}

func newHTML(o Options) (*htmlReport, error) {
	t, err := template.New("page").Parse(page)
	if err != nil {
		return nil, err
	}
	file, err := o.export("html")
	if err != nil {
		return nil, err
	}
	rows, err := file.part()
	if err != nil {
		file.abort()
		return nil, err
	}
	return &htmlReport{o: o, file: file, rows: rows, template: t, folders: make(map[string]bool), listed: make(map[bool]int), left: make(map[bool]int)}, nil
}

// Handle takes an event.
func (h *htmlReport) Handle(e runner.Event) error {
	f := h.tally.see(e)
	switch {
	case e.Start != nil:
		h.names = append(h.names, h.o.line(e.Start.Collection.Name))
	case e.Iteration != nil:
		h.data = e.Iteration.Data
	case e.Item != nil:
		h.begin(e.Item)
	case h.row == nil:
		return h.rows.err
	case e.Request != nil:
		h.request(e.Request)
	case e.Assertion != nil:
		test := htmlTest{"passed", h.o.line(e.Assertion.Name), ""}
		if e.Assertion.Skipped {
			test.Result = "skipped"
		} else if f != nil {
			test.Result, test.Message = "failed", h.o.body(f.name+": "+f.message)
		}
		h.row.Tests = append(h.row.Tests, test)
	case e.Script != nil && f != nil:
		h.row.Tests = append(h.row.Tests, htmlTest{"failed", f.at, h.o.body(f.name + ": " + f.message)})
	case e.ItemEnd != nil:
		if e.ItemEnd.Skipped && h.row.Result == "passed" {
			h.row.Result = "skipped"
		}
		h.end()
	}
	if f != nil && h.row != nil {
		h.row.Result = "failed"
	}
	return h.rows.err
}

func (h *htmlReport) begin(i *runner.Item) {
	folder := h.o.line(parentPath(i.Item, " / "))
	if len(h.names) > 1 {
		folder = strings.TrimSuffix(h.names[len(h.names)-1]+" / "+folder, " / ")
	}
	h.row = &htmlRow{Iteration: i.Cursor.Iteration + 1, Folder: folder, Name: h.o.line(i.Item.Name), Result: "passed"}
	h.main, h.others, h.more = nil, nil, 0
}

func (h *htmlReport) request(r *runner.Request) {
	switch {
	case !r.Script:
		h.main = r
		h.row.Line = h.lineOf(r)
		if r.Response != nil {
			h.row.Time = duration(r.Response.Time)
		}
	case len(h.others) < mostExchanges:
		h.others = append(h.others, r)
	default:
		h.more++
	}
}

func (h *htmlReport) lineOf(r *runner.Request) string {
	line := h.o.line(r.Method + " " + r.URL)
	if r.Response != nil {
		line += fmt.Sprintf(" %d %s", r.Response.Code, h.o.line(r.Response.Reason))
	}
	return line
}

// end writes a row, with requests and responses where something failed.
func (h *htmlReport) end() {
	row := h.row
	h.row = nil
	failed := row.Result == "failed"
	if h.listed[failed] >= mostRows {
		h.left[failed]++
		return
	}
	h.listed[failed]++
	h.folders[row.Folder] = true
	if failed && h.listed[true] <= mostDetailed {
		row.More = h.more
		if h.main != nil {
			row.Exchanges = append(row.Exchanges, h.exchange(h.main))
		}
		for _, r := range h.others {
			row.Exchanges = append(row.Exchanges, h.exchange(r))
		}
		for _, key := range slices.Sorted(maps.Keys(h.data)) {
			value := []rune(h.o.line(fmt.Sprint(h.data[key])))
			row.Data = append(row.Data, h.o.line(key)+": "+string(value[:min(len(value), mostData)]))
		}
	}
	h.execute(h.rows, "row", row)
}

func (h *htmlReport) exchange(r *runner.Request) htmlExchange {
	x := htmlExchange{Line: h.lineOf(r)}
	if r.Err != nil {
		x.Error = h.o.text(r.Err.Error())
	}
	if r.Response != nil {
		for _, header := range r.Response.Headers {
			x.Got = append(x.Got, h.o.line(header.Key+": "+header.Value))
		}
		x.GotBody = h.o.body(string(r.Response.Body))
	}
	sent := requestOf(r.Sent)
	for _, header := range sent.headers {
		x.Sent = append(x.Sent, h.o.line(header))
	}
	x.SentBody = h.o.body(sent.body)
	return x
}

func (h *htmlReport) execute(w *exportFile, name string, data any) {
	w.fail(h.template.ExecuteTemplate(w, name, data))
}

// htmlTotals are what the page says above its rows and below.
type htmlTotals struct {
	Title, Tool, Started, Duration, Received, Average, Ended string
	Skipped                                                  int
	Counts                                                   []htmlCount
	Folders                                                  []string
	LeftFailed, LeftOthers                                   int
}

type htmlCount struct {
	Name string
	count
}

// Close puts the page together and gives the file its name. There is none of a run that
// did not begin.
func (h *htmlReport) Close() error {
	if h.names == nil {
		h.rows.abort()
		h.file.abort()
		return nil
	}
	if h.row != nil {
		h.end()
	}
	s := &h.tally.stats
	totals := htmlTotals{
		Title: strings.Join(h.names, ", "), Tool: h.o.Tool, Started: h.tally.started.UTC().Format(time.RFC3339), Skipped: h.tally.skipped,
		Duration: duration(h.tally.finished.Sub(h.tally.started)), Received: size(h.tally.bytes), Average: milliseconds(h.tally.response.mean),
		Counts:  []htmlCount{{"iterations", s.Iterations}, {"requests", s.Requests}, {"test-scripts", s.TestScripts}, {"prerequest-scripts", s.PrerequestScripts}, {"assertions", s.Assertions}},
		Folders: slices.Sorted(maps.Keys(h.folders)), LeftFailed: h.left[true], LeftOthers: h.left[false],
	}
	if h.tally.err != nil {
		totals.Ended = h.o.text(h.tally.err.Error())
	}
	h.execute(h.file, "head", totals)
	h.file.insert(h.rows)
	h.execute(h.file, "tail", totals)
	return h.file.commit()
}

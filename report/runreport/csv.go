package runreport

import (
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/report"
)

// csvReport writes a line for each assertion, for each error, and for each request
// without one of them. A text stands on one line.
type csvReport struct {
	o    Options
	file *exportFile
	w    *csv.Writer
	// Of the collection and the item that run.
	collection string
	request    *runner.Request
	any        bool // the item has a line
	begun      bool
}

func newCSV(o Options) (*csvReport, error) {
	file, err := o.export("csv")
	if err != nil {
		return nil, err
	}
	c := &csvReport{o: o, file: file, w: csv.NewWriter(file)}
	return c, c.w.Write([]string{"iteration", "folder", "request", "method", "url", "code", "response_time_ms", "event", "assertion", "result", "message", "collection"})
}

// Handle takes an event.
func (c *csvReport) Handle(e runner.Event) error {
	switch {
	case e.Start != nil:
		c.begun, c.collection = true, e.Start.Collection.Name
	case e.Item != nil:
		c.request, c.any = nil, false
	case e.Request != nil:
		if !e.Request.Script {
			c.request = e.Request
		}
		if e.Request.Err != nil {
			name := "request"
			if e.Request.Script {
				name = "request of a script"
			}
			return c.line(e.Request.Item, e.Request.Cursor, e.Request, "", name, "error", e.Request.Err.Error())
		}
	case e.Script != nil && e.Script.Err != nil:
		return c.line(e.Script.Item, e.Script.Cursor, c.request, e.Script.Event, "script", "error", e.Script.Err.Error())
	case e.Assertion != nil:
		result, message := "passed", ""
		switch {
		case e.Assertion.Skipped:
			result = "skipped"
		case e.Assertion.Err != nil:
			result, message = "failed", e.Assertion.Err.Message
		}
		return c.line(e.Assertion.Item, e.Assertion.Cursor, c.request, e.Assertion.Event, e.Assertion.Name, result, message)
	case e.ItemEnd != nil && e.ItemEnd.Skipped:
		return c.line(e.ItemEnd.Item, e.ItemEnd.Cursor, nil, "", "", "skipped", "")
	case e.ItemEnd != nil && !c.any && c.request != nil:
		return c.line(e.ItemEnd.Item, e.ItemEnd.Cursor, c.request, "", "", "sent", "")
	}
	return c.file.err
}

// line writes what became of an item; r is nil when it was not sent yet.
func (c *csvReport) line(item *collection.Item, cursor runner.Cursor, r *runner.Request, event, name, result, message string) error {
	c.any = true
	record := []string{strconv.Itoa(cursor.Iteration + 1), parentPath(item, "/"), item.Name, "", "", "", "", event, name, result, message, c.collection}
	if r != nil {
		record[3], record[4] = r.Method, r.URL
		if r.Response != nil {
			record[5], record[6] = strconv.Itoa(r.Response.Code), strconv.FormatInt(r.Response.Time.Milliseconds(), 10)
		}
	}
	for i, cell := range record {
		record[i] = report.Defuse(c.o.line(cell))
	}
	if err := c.w.Write(record); err != nil {
		return fmt.Errorf("cannot write the report %s: %w", c.file.path, err)
	}
	return c.file.err
}

// Close gives the file its name. There is none of a run that did not begin.
func (c *csvReport) Close() error {
	if !c.begun {
		c.file.abort()
		return nil
	}
	c.w.Flush()
	return c.file.commit()
}

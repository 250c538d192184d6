package runreport

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// junitReport writes a test suite for each execution of an item, so that no iteration
// hides another, with counts that add up.
type junitReport struct {
	o     Options
	file  *exportFile
	parts *os.File // the suites, before the counts of all are known
	w     *bufio.Writer
	name  string

	suite                          *junitSuite
	tests, failures, errs, skipped int
	time                           time.Duration
	err                            error
}

type junitSuite struct {
	XMLName   xml.Name    `xml:"testsuite"`
	Name      string      `xml:"name,attr"`
	ID        string      `xml:"id,attr,omitempty"`
	Timestamp string      `xml:"timestamp,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Time      string      `xml:"time,attr"`
	Cases     []junitCase `xml:"testcase"`
	elapsed   time.Duration
	class     string
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitFault `xml:"failure"`
	Error   *junitFault `xml:"error"`
	Skipped *struct{}   `xml:"skipped"`
}

type junitFault struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func newJUnit(o Options) (*junitReport, error) {
	file, err := o.export("xml")
	if err != nil {
		return nil, err
	}
	parts, err := os.CreateTemp("", "pmrun-junit-*.xml")
	if err != nil {
		_ = file.Close()
		_ = os.Remove(file.Name())
		return nil, fmt.Errorf("cannot write the report %s: %w", file.path, err)
	}
	return &junitReport{o: o, file: file, parts: parts, w: bufio.NewWriter(parts)}, nil
}

// Handle takes an event.
func (j *junitReport) Handle(e runner.Event) error {
	switch {
	case e.Start != nil && j.name == "":
		j.name = e.Start.Collection.Name
	case e.Item != nil:
		j.begin(e.Item)
	case e.Request != nil:
		j.request(e.Request)
	case e.Script != nil && e.Script.Err != nil:
		j.add(junitCase{Name: e.Script.Event + " script", Error: j.fault(e.Script.Err.Name, e.Script.Err.Message, e.Script.Err.Stack)})
	case e.Assertion != nil:
		c := junitCase{Name: j.text(e.Assertion.Name)}
		switch {
		case e.Assertion.Skipped:
			c.Skipped = &struct{}{}
		case e.Assertion.Err != nil:
			c.Failure = j.fault(e.Assertion.Err.Name, e.Assertion.Err.Message, e.Assertion.Err.Stack)
		}
		j.add(c)
	case e.ItemEnd != nil:
		j.end(e.ItemEnd)
	}
	return j.err
}

func (j *junitReport) begin(i *runner.Item) {
	name := inside(i.Item)
	j.suite = &junitSuite{Name: j.text(name), ID: i.Item.ID, Timestamp: j.o.Now().UTC().Format("2006-01-02T15:04:05"), class: className(i.Item)}
	if i.Cursor.Cycles > 1 {
		j.suite.Name += fmt.Sprintf(" (iteration %d)", i.Cursor.Iteration+1)
	}
}

func (j *junitReport) request(r *runner.Request) {
	if j.suite == nil {
		return
	}
	if r.Response != nil {
		j.suite.elapsed += r.Response.Time
	}
	if r.Err != nil {
		j.add(junitCase{Name: "request", Error: j.fault("RequestError", r.Err.Error(), r.Method+" "+r.URL)})
	}
}

func (j *junitReport) fault(kind, message, text string) *junitFault {
	if text == "" {
		text = message
	}
	return &junitFault{Type: j.text(kind), Message: j.text(message), Text: j.text(text)}
}

func (j *junitReport) add(c junitCase) {
	if j.suite == nil {
		return
	}
	c.Class, c.Time = j.suite.class, "0.000"
	j.suite.Cases = append(j.suite.Cases, c)
	j.suite.Tests++
	switch {
	case c.Failure != nil:
		j.suite.Failures++
	case c.Error != nil:
		j.suite.Errors++
	case c.Skipped != nil:
		j.suite.Skipped++
	}
}

func (j *junitReport) end(i *runner.Item) {
	s := j.suite
	if s == nil {
		return
	}
	if i.Skipped {
		j.add(junitCase{Name: "request", Skipped: &struct{}{}})
	}
	s.Time = seconds(s.elapsed)
	if len(s.Cases) > 0 {
		s.Cases[0].Time = s.Time
	}
	j.tests, j.failures, j.errs, j.skipped, j.time = j.tests+s.Tests, j.failures+s.Failures, j.errs+s.Errors, j.skipped+s.Skipped, j.time+s.elapsed
	text, err := xml.MarshalIndent(s, "  ", "  ")
	if err == nil {
		_, err = j.w.Write(append(text, '\n'))
	}
	if err != nil && j.err == nil {
		j.err = fmt.Errorf("cannot write the report %s: %w", j.file.path, err)
	}
	j.suite = nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// Close puts the suites together and gives the file its name.
func (j *junitReport) Close() error {
	err := j.w.Flush()
	if err == nil {
		_, err = j.parts.Seek(0, 0)
	}
	if err == nil {
		_, err = fmt.Fprintf(j.file, "%s<testsuites name=%s tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%s\">\n",
			xml.Header, attribute(j.text(j.name)), j.tests, j.failures, j.errs, j.skipped, seconds(j.time))
	}
	if err == nil {
		_, err = j.file.ReadFrom(j.parts)
	}
	if err == nil {
		_, err = j.file.WriteString("</testsuites>\n")
	}
	name := j.parts.Name()
	err = errors.Join(err, j.parts.Close(), os.Remove(name))
	return errors.Join(j.err, err, j.file.finish())
}

func attribute(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	_ = xml.EscapeText(&b, []byte(text))
	b.WriteByte('"')
	return b.String()
}

func (j *junitReport) text(text string) string { return clean(j.o.Mask(text)) }

// className is an item's name as JUnit's readers group by it.
func className(item *collection.Item) string {
	words := strings.FieldsFunc(inside(item), func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f)
	})
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

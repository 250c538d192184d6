package runreport

import (
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection/runner"
)

// junitReport writes a test suite for each execution of an item, so that no iteration
// hides another, with counts that add up. An error of a request or of a script is a
// case of its own. The suites go into a file of their own first, because the counts of
// all come before them.
type junitReport struct {
	o          Options
	file       *exportFile
	suites     *exportFile
	names      []string // of the collections
	collection string
	suite      *junitSuite    // nil between items
	data       map[string]any // of the iteration

	tests, failures, errs, skipped int
	elapsed                        time.Duration
	ended                          error // what ended the run
}

type junitSuite struct {
	XMLName    xml.Name        `xml:"testsuite"`
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr,omitempty"`
	ID         string          `xml:"id,attr,omitempty"`
	Timestamp  string          `xml:"timestamp,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	elapsed    time.Duration
	class      string
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
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
	Text    string `xml:",cdata"`
}

func newJUnit(o Options) (*junitReport, error) {
	file, err := o.export("xml")
	if err != nil {
		return nil, err
	}
	suites, err := file.part()
	if err != nil {
		file.abort()
		return nil, err
	}
	return &junitReport{o: o, file: file, suites: suites}, nil
}

// Handle takes an event.
func (j *junitReport) Handle(e runner.Event) error {
	switch {
	case e.Start != nil:
		j.collection = j.o.line(e.Start.Collection.Name)
		j.names = append(j.names, j.collection)
	case e.Iteration != nil:
		j.data = e.Iteration.Data
	case e.Item != nil:
		j.begin(e.Item)
	case e.Finish != nil && e.Finish.Err != nil:
		j.ended = e.Finish.Err
	case j.suite == nil:
	case e.Request != nil:
		j.request(e.Request)
	case e.Script != nil && e.Script.Err != nil:
		j.add(junitCase{Name: e.Script.Event + " script", Error: j.fault(e.Script.Err.Name, e.Script.Err.Message, ownStack(e.Script.Err.Stack))})
	case e.Assertion != nil:
		c := junitCase{Name: j.o.line(e.Assertion.Name)}
		switch {
		case e.Assertion.Skipped:
			c.Skipped = &struct{}{}
		case e.Assertion.Err != nil:
			c.Failure = j.fault(e.Assertion.Err.Name, e.Assertion.Err.Message, ownStack(e.Assertion.Err.Stack))
		}
		j.add(c)
	case e.ItemEnd != nil:
		if e.ItemEnd.Skipped {
			j.add(junitCase{Name: "request", Skipped: &struct{}{}})
		}
		j.end()
	}
	return j.suites.err
}

func (j *junitReport) begin(i *runner.Item) {
	name := j.o.line(inside(i.Item))
	j.suite = &junitSuite{Name: name, Package: j.collection, ID: j.o.line(i.Item.ID), Timestamp: j.timestamp(), class: className(name)}
	if i.Cursor.Cycles > 1 {
		// Readers take cases of one class and name for the same case.
		number := strconv.Itoa(i.Cursor.Iteration + 1)
		j.suite.Name += " (iteration " + number + ")"
		j.suite.class += "Iteration" + number
		j.suite.Properties = []junitProperty{{"iteration", number}}
	}
}

func (j *junitReport) request(r *runner.Request) {
	if r.Response != nil {
		j.suite.elapsed += r.Response.Time
	}
	if r.Err != nil {
		name := "request"
		if r.Script {
			name = "request of a script"
		}
		j.add(junitCase{Name: name, Error: j.fault("RequestError", r.Err.Error(), r.Method+" "+r.URL+"\n"+r.Err.Error())})
	}
}

func (j *junitReport) fault(kind, message, text string) *junitFault {
	if text == "" {
		text = kind + ": " + message
	}
	return &junitFault{Type: j.o.line(kind), Message: j.o.text(message), Text: j.o.text(text)}
}

func (j *junitReport) add(c junitCase) {
	c.Class, c.Time = j.suite.class, seconds(0)
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

// end writes the suite.
func (j *junitReport) end() {
	s := j.suite
	j.suite = nil
	if s.Failures+s.Errors > 0 {
		for _, key := range slices.Sorted(maps.Keys(j.data)) {
			s.Properties = append(s.Properties, junitProperty{"data." + j.o.line(key), j.o.line(fmt.Sprint(j.data[key]))})
		}
	}
	// The sum of all is that of what is written, so that it adds up.
	s.elapsed = s.elapsed.Round(time.Millisecond)
	s.Time = seconds(s.elapsed)
	if len(s.Cases) > 0 {
		s.Cases[0].Time = s.Time // a test has no time of its own
	}
	j.tests, j.failures, j.errs, j.skipped, j.elapsed = j.tests+s.Tests, j.failures+s.Failures, j.errs+s.Errors, j.skipped+s.Skipped, j.elapsed+s.elapsed
	text, err := xml.MarshalIndent(s, "  ", "  ")
	j.suites.fail(err)
	j.suites.print(string(text), "\n")
}

func (j *junitReport) timestamp() string { return j.o.Now().UTC().Format("2006-01-02T15:04:05") }

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// Close puts the suites together and gives the file its name. There is none of a run
// that did not begin.
func (j *junitReport) Close() error {
	if j.names == nil {
		j.suites.abort()
		j.file.abort()
		return nil
	}
	if j.suite != nil {
		j.end()
	}
	if j.ended != nil {
		j.suite = &junitSuite{Name: "the run", Package: j.collection, Timestamp: j.timestamp(), class: "TheRun"}
		j.add(junitCase{Name: "comes to its end", Error: j.fault("Error", j.ended.Error(), "")})
		j.end()
	}
	j.file.print(xml.Header, "<testsuites name=", attribute(strings.Join(j.names, ", ")),
		fmt.Sprintf(" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%s\">\n", j.tests, j.failures, j.errs, j.skipped, seconds(j.elapsed)))
	j.file.insert(j.suites)
	j.file.print("</testsuites>\n")
	return j.file.commit()
}

func attribute(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	b.WriteByte('"')
	return b.String()
}

// className is a name as JUnit's readers group by it: FolderARequest.
func className(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		first, n := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + w[n:]
	}
	return strings.Join(words, "")
}

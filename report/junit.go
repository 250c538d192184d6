package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// JUnitFile is the report for CI systems.
const JUnitFile = "junit.xml"

// JUnit writes junit.xml: a test case for each row that did not succeed, and one
// for all that did. tests counts the rows; failures are failed rows, errors those
// that are unknown, invalid, not sent or still sending, skipped those that were
// skipped or are pending: the rest succeeded. It needs the same memory for any
// number of rows: the cases are written to a file of their own first, because
// their counts come before them.
type JUnit struct {
	*Summary
	dir   string
	cases *file
	enc   *xml.Encoder
}

// NewJUnit writes into dir.
func NewJUnit(dir string) *JUnit { return &JUnit{Summary: NewSummary(), dir: dir} }

const junitCases = JUnitFile + ".cases"

type (
	junitProperties struct {
		XMLName    xml.Name        `xml:"properties"`
		Properties []junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		XMLName   xml.Name    `xml:"testcase"`
		Name      string      `xml:"name,attr"`
		Classname string      `xml:"classname,attr"`
		Time      string      `xml:"time,attr,omitempty"`
		Failure   *junitEnd   `xml:"failure"`
		Error     *junitEnd   `xml:"error"`
		Skipped   *junitEmpty `xml:"skipped"`
	}
	junitEnd struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	junitEmpty struct {
		Message string `xml:"message,attr,omitempty"`
	}
)

// Handle takes one event. Its errors are those of the disk.
func (j *JUnit) Handle(e batch.Event) error {
	if err := j.Summary.Handle(e); err != nil {
		return err
	}
	switch {
	case e.Start != nil:
		var err error
		if j.cases, err = create(j.dir, junitCases); err != nil {
			return err
		}
		j.enc = xml.NewEncoder(j.cases)
		j.enc.Indent("    ", "  ")
	case e.Row != nil && e.Row.Status != batch.Succeeded:
		return j.reportError(j.enc.Encode(j.testCase(&e.Row.Record)))
	case e.Finish != nil:
		return j.write()
	}
	return nil
}

func (j *JUnit) testCase(r *batch.Record) junitCase {
	c := junitCase{Name: fmt.Sprintf("row %d (line %d)", r.Row, r.Line), Classname: j.start.Job + "." + r.Status.String(), Time: seconds(r.Duration)}
	message := oneLine(r.Message)
	if message == "" && r.HTTPStatus > 0 {
		message = fmt.Sprintf("HTTP %d", r.HTTPStatus)
	}
	text := ""
	for _, detail := range []struct{ name, value string }{
		{"status", r.Status.String()}, {"cause", r.Cause}, {"attempts", strconv.Itoa(r.Attempts)},
		{"http status", httpStatus(r)}, {"code", oneLine(r.Code)}, {"what to do", oneLine(j.mend(r))},
	} {
		if detail.value != "" {
			text += detail.name + ": " + detail.value + "\n"
		}
	}
	switch r.Status {
	case batch.Failed:
		c.Failure = &junitEnd{Type: r.Cause, Message: message, Text: text}
	case batch.Skipped, batch.Pending:
		c.Skipped = &junitEmpty{Message: message}
	default:
		c.Error = &junitEnd{Type: r.Cause, Message: message, Text: text}
	}
	return c
}

func httpStatus(r *batch.Record) string {
	if r.HTTPStatus == 0 {
		return ""
	}
	return strconv.Itoa(r.HTTPStatus)
}

// seconds is empty for a row that was not tried.
func seconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 3, 64)
}

// write puts the counts and the cases together.
func (j *JUnit) write() error {
	if n := j.counts.Of(batch.Succeeded); n > 0 {
		if err := j.enc.Encode(junitCase{Name: plural(n, "row") + " that succeeded", Classname: j.start.Job + ".succeeded"}); err != nil {
			return j.reportError(err)
		}
	}
	if err := errors.Join(j.enc.Close(), j.cases.Flush()); err != nil {
		return j.reportError(err)
	}
	out, err := create(j.dir, JUnitFile)
	if err != nil {
		return err
	}
	defer out.abort()
	if err := j.frame(out); err != nil {
		return j.reportError(err)
	}
	return out.commit()
}

// frame writes everything, with the cases where they belong.
func (j *JUnit) frame(out io.Writer) error {
	c := &j.counts
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	failed, skipped := c.Of(batch.Failed), c.Of(batch.Skipped)+c.Of(batch.Pending)
	counts := []string{
		"tests", count(c.Sum()), "failures", count(failed), "errors", count(c.Sum() - c.Of(batch.Succeeded) - failed - skipped), "skipped", count(skipped),
		"time", strconv.FormatFloat(j.span().Seconds(), 'f', 3, 64),
	}
	suites := startTag("testsuites", append([]string{"name", j.start.Job}, counts...)...)
	suite := startTag("testsuite", append([]string{
		"name", j.start.Request, "timestamp", j.start.Started.UTC().Format("2006-01-02T15:04:05"), "hostname", j.start.Host,
	}, counts...)...)
	properties := junitProperties{Properties: []junitProperty{
		{"run_id", j.start.RunID}, {"exit_code", strconv.Itoa(j.finish.ExitCode)}, {"stopped", oneLine(j.finish.Stopped)},
	}}
	for _, s := range batch.Statuses() {
		properties.Properties = append(properties.Properties, junitProperty{s.String(), strconv.FormatInt(c.Of(s), 10)})
	}
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	if err := errors.Join(enc.EncodeToken(suites), enc.EncodeToken(suite)); err != nil {
		return err
	}
	if err := enc.Encode(properties); err != nil { // flushes
		return err
	}
	if err := copyFile(out, j.cases.f.Name()); err != nil {
		return err
	}
	if err := errors.Join(enc.EncodeToken(suite.End()), enc.EncodeToken(suites.End()), enc.Flush()); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// startTag is an element's start, with attributes as name and value in turn.
func startTag(name string, attributes ...string) xml.StartElement {
	tag := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i < len(attributes); i += 2 {
		tag.Attr = append(tag.Attr, xml.Attr{Name: xml.Name{Local: attributes[i]}, Value: attributes[i+1]})
	}
	return tag
}

func copyFile(out io.Writer, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	if _, err = io.WriteString(out, "\n"); err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return err
}

func (j *JUnit) reportError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot write the report %s: %w", JUnitFile, err)
}

// Close removes what was begun and not finished.
func (j *JUnit) Close() error {
	if j.cases != nil {
		j.cases.abort()
		j.cases = nil
	}
	return nil
}

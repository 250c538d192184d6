package report

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/pmrun/pmrun/batch"
)

func (r *run) html(t *testing.T) (text string, doc *html.Node) {
	t.Helper()
	if _, err := r.replay(t, nil, NewHTML(r.dir, "pmrun/test")); err != nil {
		t.Fatal(err)
	}
	text = r.files(t)[HTMLFile]
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return text, doc
}

// elements returns every element with a name.
func elements(doc *html.Node, name string) []*html.Node {
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

// cellsOf returns the texts of a table row.
func cellsOf(tr *html.Node) []string {
	var cells []string
	for n := range tr.ChildNodes() {
		if n.Type == html.ElementNode {
			text := ""
			for d := range n.Descendants() {
				if d.Type == html.TextNode {
					text += d.Data
				}
			}
			cells = append(cells, text)
		}
	}
	return cells
}

func TestHTML(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	r.start.Mends = map[string]string{batch.CauseField: "check the contact"}
	text, doc := r.html(t)
	var rows []string
	for _, tr := range elements(doc, "tr") {
		rows = append(rows, strings.Join(cellsOf(tr), "|"))
	}
	got := strings.Join(rows, "\n")
	for _, want := range []string{
		"failed|field|1|line 3: contact does not exist|check the contact",
		"row|line|status|cause|message|HTTP|code|attempts|id|name",
		"2|3|failed|field|contact does not exist|||1|2|b",
		"5|6|invalid|value|status is wrong -> write open|||0|5|e",
		"6|7|pending|||||0|6|f",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "1|2|succeeded") {
		t.Error("a row that succeeded is listed")
	}
	if strings.Contains(text, "are listed") {
		t.Error("rows are said to be left out")
	}
}

// TestHTMLEscapes: nothing that a server or a file says becomes markup, and the
// page loads nothing.
func TestHTMLEscapes(t *testing.T) {
	evil := `"><script src=//h></script><img src=x onerror=alert(1)>` + "\u202e"
	r := newRun(t, "id\n\"<b>x</b>\"\n", attempted(1, batch.Failed, evil, evil))
	r.start.Header = []string{evil}
	r.start.Job, r.start.Request, r.start.Host, r.start.RunID = evil, evil, evil, evil
	r.start.Mends = map[string]string{evil: evil}
	text, doc := r.html(t)
	if n := len(elements(doc, "script")); n != 1 {
		t.Errorf("%d scripts", n)
	}
	if images, bold := len(elements(doc, "img")), len(elements(doc, "b")); images != 0 || bold != 1 { // a status's count is bold
		t.Errorf("%d images, %d bold texts", images, bold)
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "src" || a.Key == "href" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	if strings.Contains(text, "\u202e") {
		t.Error("text can turn its direction")
	}
}

// TestHTMLBounded: the page is small for any number and size of rows.
func TestHTMLBounded(t *testing.T) {
	const rows = htmlRows + 500
	var data strings.Builder
	records := make([]batch.Record, rows)
	data.WriteString("a,b,c,d,e,f,g,h\n")
	long := strings.Repeat("é", 1000)
	for i := range records {
		fmt.Fprintf(&data, "%[1]s,%[1]s,%[1]s,%[1]s,%[1]s,%[1]s,%[1]s,%[1]s\n", long)
		records[i] = attempted(int64(i+1), batch.Failed, batch.CauseField, long)
		records[i].Code = long
	}
	r := newRun(t, data.String(), records...)
	text, doc := r.html(t)
	if n := len(elements(doc, "tr")); n != htmlRows+1+2 {
		t.Errorf("%d table rows", n)
	}
	if !strings.Contains(text, "The first 1000 are listed; report.csv has 500 more.") {
		t.Error("it does not say how many are left out")
	}
	if most := 3 << 20; len(text) > most {
		t.Errorf("%d bytes", len(text))
	}
}

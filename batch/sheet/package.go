package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// isWorkbook says whether a file is an Excel workbook that can be read.
func isWorkbook(r io.ReaderAt, size int64) bool {
	magic := make([]byte, 4)
	if _, err := r.ReadAt(magic, 0); err != nil || !bytes.HasPrefix(magic, []byte("PK\x03\x04")) {
		return false
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		// Cut off or damaged: its begin tells what it was.
		head := make([]byte, chunkSize)
		n, _ := r.ReadAt(head, 0)
		what, _ := zipped(head[:n])
		return strings.Contains(what, ".xlsx")
	}
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "xl/") && strings.HasSuffix(f.Name, ".bin") && strings.Contains(f.Name, "workbook") {
			return false // .xlsb
		}
	}
	_, err = fs.Stat(z, "[Content_Types].xml")
	_, office := fs.Stat(z, "word")
	_, slides := fs.Stat(z, "ppt")
	return err == nil && office != nil && slides != nil
}

// parts are the files in a workbook, which is a ZIP archive.
type parts struct {
	zip   *zip.Reader
	total int64 // most bytes of a part, unpacked
	token int64 // most bytes of a piece of XML
}

// open opens a part as XML. Its name may begin with a slash, and differ in case.
func (p *parts) open(name string) (*xmlReader, error) {
	name = strings.TrimPrefix(name, "/")
	for _, f := range p.zip.File {
		if !strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name) {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		d := newXMLReader(in, p.total, p.token)
		d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
			enc, err := htmlindex.Get(label)
			if err != nil {
				return nil, err
			}
			return enc.NewDecoder().Reader(r), nil
		}
		return d, nil
	}
	return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

// decode reads a small part whole.
func (p *parts) decode(name string, v any) error {
	small := *p
	small.total, small.token = min(p.total, maxSmallPart), maxSmallPart
	d, err := small.open(name)
	if err != nil {
		return err
	}
	defer d.in.Close()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// maxSmallPart bounds the parts that are read into memory: the lists of sheets and
// of styles.
const maxSmallPart = 64 << 20

// relation is a reference from one part to another.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// relations reads the references of a part; it has none when there is no list.
func (p *parts) relations(name string) []relation {
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	dir, file := path.Split(strings.TrimPrefix(name, "/"))
	if err := p.decode(dir+"_rels/"+file+".rels", &list); err != nil {
		return nil
	}
	for i, r := range list.Relations {
		if !strings.HasPrefix(r.Target, "/") {
			list.Relations[i].Target = path.Join(dir, r.Target)
		}
	}
	return list.Relations
}

// kind is the last word of a relation's type, which the two editions of the format
// have in common.
func (r *relation) kind() string { return path.Base(r.Type) }

// find returns the target of the first relation of a kind, or otherwise.
func find(relations []relation, kind, otherwise string) string {
	for _, r := range relations {
		if r.kind() == kind {
			return r.Target
		}
	}
	return otherwise
}

// tab is a sheet in the list of a workbook.
type tab struct {
	Name   string `xml:"name,attr"`
	State  string `xml:"state,attr"`
	ID     string `xml:"id,attr"`
	part   string
	number int // from 1, as --sheet counts
}

func (t *tab) hidden() bool {
	return strings.EqualFold(t.State, "hidden") || strings.EqualFold(t.State, "veryHidden")
}

// contents is what a workbook says of itself.
type contents struct {
	tabs     []tab // those with cells: no charts
	date1904 bool
	formats  []numFormat // by the style of a cell
	strings  string      // the part with shared strings; empty when there is none
}

// contents reads the lists of a workbook.
func (p *parts) contents() (*contents, error) {
	main := find(p.relations(""), "officeDocument", "xl/workbook.xml")
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Tabs []tab `xml:"sheets>sheet"`
	}
	if err := p.decode(main, &book); err != nil {
		return nil, err
	}
	relations := p.relations(main)
	out := &contents{date1904: truth(book.Properties.Date1904), strings: find(relations, "sharedStrings", "")}
	for i, t := range book.Tabs {
		t.number = i + 1
		for _, r := range relations {
			if r.ID == t.ID && r.kind() == "worksheet" {
				t.part = r.Target
			}
		}
		if t.part != "" {
			out.tabs = append(out.tabs, t)
		}
	}
	styles := find(relations, "styles", "")
	if styles == "" {
		return out, nil
	}
	var err error
	out.formats, err = p.formats(styles)
	return out, err
}

// formats reads which number format each style has.
func (p *parts) formats(name string) ([]numFormat, error) {
	var sheet struct {
		Codes []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Styles []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := p.decode(name, &sheet); err != nil {
		return nil, err
	}
	custom := make(map[int]numFormat)
	for _, c := range sheet.Codes {
		custom[c.ID] = parseFormat(c.Code)
	}
	formats := make([]numFormat, len(sheet.Styles))
	for i, s := range sheet.Styles {
		f, own := custom[s.Format]
		if !own {
			f = builtinFormat(s.Format)
		}
		formats[i] = f
	}
	return formats, nil
}

func truth(value string) bool { return value == "1" || strings.EqualFold(value, "true") }

func attr(el xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// address reads the reference of a cell, such as AB12: its column from 0 and row.
func address(ref string) (column int, row int64, ok bool) {
	i := 0
	for ; i < len(ref) && ref[i]|0x20 >= 'a' && ref[i]|0x20 <= 'z'; i++ {
		if column = column*26 + int(ref[i]|0x20-'a') + 1; column > 1<<20 {
			return 0, 0, false
		}
	}
	row, err := strconv.ParseInt(ref[i:], 10, 64)
	return column - 1, row, i > 0 && err == nil && row > 0
}

// columnName is how a workbook calls the column with index i.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

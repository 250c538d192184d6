package script

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// xmlNode is an element as small.js takes it.
type xmlNode struct {
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes"`
	Children   []*xmlNode        `json:"children"`
	Text       string            `json:"text"`
}

// xml reads a document and gives its root as JSON, null when it has none.
func (s *Sandbox) xml(text string) string {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Entity = xml.HTMLEntity
	var stack []*xmlNode
	var root *xmlNode
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.throw("the text is no XML: %v", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			node := &xmlNode{Name: qualified(t.Name), Attributes: map[string]string{}, Children: []*xmlNode{}}
			for _, a := range t.Attr {
				node.Attributes[qualified(a.Name)] = a.Value
			}
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.Children = append(top.Children, node)
			} else if root == nil {
				root = node
			}
			if stack = append(stack, node); len(stack) > mostDepth {
				s.throw("the XML is nested too deep")
			}
		case xml.EndElement:
			if len(stack) == 0 || stack[len(stack)-1].Name != qualified(t.Name) {
				s.throw("the text is no XML: unexpected close tag %s", qualified(t.Name))
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].Text += string(t)
			} else if strings.TrimSpace(string(t)) != "" {
				s.throw("the text is no XML: text outside of an element")
			}
		}
	}
	if len(stack) > 0 {
		s.throw("the text is no XML: %s is not closed", stack[len(stack)-1].Name)
	}
	out, err := json.Marshal(root)
	if err != nil {
		s.throw("the XML cannot be given back: %v", err)
	}
	return string(out)
}

func qualified(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// csv reads records, or objects with the option columns, and gives them as JSON.
func (s *Sandbox) csv(text, options string) string {
	var o struct {
		Columns          any
		Delimiter        string
		Trim             bool
		SkipEmptyLines   bool `json:"skip_empty_lines"`
		RelaxColumnCount bool `json:"relax_column_count"`
		From             int
	}
	_ = json.Unmarshal([]byte(options), &o)
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF")))
	if o.Delimiter != "" {
		r.Comma = []rune(o.Delimiter)[0]
	}
	r.TrimLeadingSpace = o.Trim
	if o.RelaxColumnCount {
		r.FieldsPerRecord = -1
	}
	records, err := r.ReadAll()
	if err != nil {
		s.throw("the text is no CSV: %v", err)
	}
	if o.Trim {
		for _, record := range records {
			for i := range record {
				record[i] = strings.TrimSpace(record[i])
			}
		}
	}
	if records == nil {
		records = [][]string{}
	}
	var out any = records
	names, given := columnNames(o.Columns)
	if given && names == nil && len(records) > 0 {
		names, records = records[0], records[1:]
	}
	if given {
		rows := []map[string]string{}
		for _, record := range records {
			row := make(map[string]string)
			for i, cell := range record[:min(len(record), len(names))] {
				row[names[i]] = cell
			}
			rows = append(rows, row)
		}
		out = rows
	}
	result, err := json.Marshal(out)
	if err != nil {
		s.throw("the CSV cannot be given back: %v", err)
	}
	return string(result)
}

// columnNames reads the option columns: true takes the first record.
func columnNames(option any) (names []string, given bool) {
	switch v := option.(type) {
	case bool:
		return nil, v
	case []any:
		for _, name := range v {
			text, _ := name.(string)
			names = append(names, text)
		}
		return names, true
	}
	return nil, false
}

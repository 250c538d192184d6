package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// DataError says what is wrong with a file of iteration data.
type DataError struct {
	File string
	Line int // 0 when it is not known
	Msg  string
}

func (e *DataError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	}
	return e.File + ": " + e.Msg
}

// LoadData reads iteration data: a JSON list of objects, or CSV as newman reads it.
// With asText every cell of a CSV is text; without, what looks like a number is one
// when it is not quoted, as in newman. Blank lines are no iteration. The error is a
// *DataError.
func LoadData(path string, asText bool) ([]map[string]any, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the iteration data: %w", err)
	}
	return ParseData(path, content, asText)
}

// ParseData is LoadData for content; file is its name for messages.
func ParseData(file string, content []byte, asText bool) ([]map[string]any, error) {
	text, err := decodeText(content)
	if err != nil {
		return nil, &DataError{File: file, Msg: err.Error()}
	}
	if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 && (trimmed[0] == '[' || trimmed[0] == '{') {
		var value any
		if err := json.Unmarshal(trimmed, &value); err == nil {
			return rowsOf(file, value)
		} else if trimmed[0] == '[' {
			return nil, &DataError{File: file, Msg: "is not valid JSON: " + err.Error()}
		}
	}
	return parseCSV(file, string(text), asText)
}

// rowsOf takes the objects of a JSON list.
func rowsOf(file string, value any) ([]map[string]any, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, &DataError{File: file, Msg: "is JSON, but not a list of objects; put the object in [ ]"}
	}
	rows := make([]map[string]any, 0, len(list))
	for i, element := range list {
		row, ok := element.(map[string]any)
		if !ok {
			return nil, &DataError{File: file, Msg: fmt.Sprintf("element %d of the list is not an object", i+1)}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// decodeText makes a file's text UTF-8: by its byte order mark, else as it is when it
// is valid, else as Windows-1252.
func decodeText(content []byte) ([]byte, error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(content, []byte("\xEF\xBB\xBF")):
		return content[3:], nil
	case bytes.HasPrefix(content, []byte("\xFF\xFE")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case bytes.HasPrefix(content, []byte("\xFE\xFF")):
		from = unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)
	case utf8.Valid(content):
		return content, nil
	default:
		from = charmap.Windows1252
	}
	return from.NewDecoder().Bytes(content)
}

// cell is one cell of a CSV.
type cell struct {
	text   string
	quoted bool
}

// csvReader reads CSV as csv-parse 4 does with newman's options: blanks around a cell
// are dropped, quotes inside an unquoted cell are text, lines end with LF, CRLF or CR.
// No library reads it so, and tells quoted cells from others.
type csvReader struct {
	file string
	rest string
	line int
}

// record returns the next record and its line; nil at the end.
func (r *csvReader) record() (cells []cell, line int, err error) {
	if r.rest == "" {
		return nil, 0, nil
	}
	line = r.line
	for {
		r.rest = strings.TrimLeft(r.rest, " \t")
		c, err := r.cell()
		if err != nil {
			return nil, line, err
		}
		cells = append(cells, c)
		switch {
		case strings.HasPrefix(r.rest, ","):
			r.rest = r.rest[1:]
			continue
		case strings.HasPrefix(r.rest, "\r\n"):
			r.rest = r.rest[2:]
		case r.rest != "":
			r.rest = r.rest[1:]
		}
		r.line++
		return cells, line, nil
	}
}

func (r *csvReader) cell() (cell, error) {
	if !strings.HasPrefix(r.rest, `"`) {
		end := strings.IndexAny(r.rest, ",\r\n")
		if end < 0 {
			end = len(r.rest)
		}
		text := r.rest[:end]
		r.rest = r.rest[end:]
		return cell{text: strings.TrimRight(text, " \t")}, nil
	}
	start := r.line
	var b strings.Builder
	rest := r.rest[1:]
	for {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			return cell{}, &DataError{r.file, start, "a quote is not closed; close it, or double a quote that is part of the text"}
		}
		b.WriteString(rest[:end])
		r.line += lineBreaks(rest[:end])
		rest = rest[end+1:]
		if strings.HasPrefix(rest, `"`) {
			b.WriteByte('"')
			rest = rest[1:]
			continue
		}
		break
	}
	rest = strings.TrimLeft(rest, " \t")
	if rest != "" && !strings.HasPrefix(rest, ",") && rest[0] != '\r' && rest[0] != '\n' {
		return cell{}, &DataError{r.file, r.line, "text follows a closing quote; double a quote that is part of the text"}
	}
	r.rest = rest
	return cell{b.String(), true}, nil
}

func lineBreaks(text string) int {
	return strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

func parseCSV(file, text string, asText bool) ([]map[string]any, error) {
	r := &csvReader{file: file, rest: text, line: 1}
	var header []cell
	var rows []map[string]any
	for {
		cells, _, err := r.record()
		switch {
		case err != nil:
			return nil, err
		case cells == nil:
			return rows, nil
		case len(cells) == 1 && cells[0].text == "" && !cells[0].quoted:
			continue // a blank line
		case header == nil:
			header = cells
			continue
		}
		row := make(map[string]any, len(header))
		for i, c := range cells[:min(len(cells), len(header))] {
			if row[header[i].text] = any(c.text); !asText && !c.quoted {
				row[header[i].text] = cast(c.text)
			}
		}
		rows = append(rows, row)
	}
}

var (
	wholeNumber = regexp.MustCompile(`^[-+]?[1-9]+[0-9]*$`)
	numberStart = regexp.MustCompile(`^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?`)
	number      = regexp.MustCompile(`^([-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?0[xX][0-9a-fA-F]+|[-+]?0[bB][01]+|[-+]?0[oO][0-7]+)$`)
)

// cast is newman's: what JavaScript takes for a number as a whole is the number that
// it begins with, so that 0x1F is 0 and 12345678901234567890 loses digits.
func cast(text string) any {
	if wholeNumber.MatchString(text) {
		n, _ := strconv.ParseFloat(text, 64)
		return n
	}
	if number.MatchString(text) {
		n, err := strconv.ParseFloat(numberStart.FindString(text), 64)
		if err == nil || !math.IsInf(n, 0) {
			return n
		}
	}
	return text
}

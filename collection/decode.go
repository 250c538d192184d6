package collection

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"golang.org/x/text/encoding/unicode"
)

// readFile reads a whole file; noun ("collection", "environment") is what the caller wanted it to be.
func readFile(path, noun string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, &FileError{File: path, Problem: "is a directory, not a file", Hint: "give the path of the " + noun + "'s file"}
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, readError(path, noun, err)
	}
	return data, nil
}

// readError says why the file at path cannot be read.
func readError(path, noun string, err error) error {
	switch {
	case strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://"):
		return &FileError{File: path, Problem: "is a web address, not a file", Hint: "download the " + noun + " first", Err: err}
	case errors.Is(err, fs.ErrNotExist):
		return &FileError{File: path, Problem: "there is no such file", Hint: "check the path of the " + noun, Err: err}
	case errors.Is(err, fs.ErrPermission):
		return &FileError{File: path, Problem: "may not be read (permission denied)", Hint: "check the permissions of the file", Err: err}
	}
	// A PathError repeats the path; its cause says what is wrong.
	cause := err
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		cause = pathErr.Err
	}
	return &FileError{File: path, Problem: fmt.Sprintf("cannot be read: %v", cause), Hint: "check that it is a readable file", Err: err}
}

// document is a JSON file as text: UTF-8, no byte order mark, known to be valid.
type document struct {
	file string
	text string
	root gjson.Result
	made bool // from a file in another format, so that places in text say nothing to a user
}

// converted gives the document that was made of d.
func (d *document) converted(text string) *document {
	return &document{file: d.file, text: text, root: gjson.Parse(text), made: true}
}

// parseDocument decodes and validates data; noun is what the caller wants it to be, for the messages.
func parseDocument(file string, data []byte, noun string) (*document, error) {
	if what := binaryKind(data); what != "" {
		return nil, notA(file, noun, foreign{what: what})
	}
	decoded, err := decodeText(data)
	if err != nil {
		return nil, &FileError{File: file, Problem: err.Error(), Hint: "export it again from Postman", Err: err}
	}
	doc := &document{file: file, text: string(decoded)}
	if strings.TrimSpace(doc.text) == "" {
		return nil, &FileError{File: file, Problem: "is empty", Hint: "export the " + noun + " again from Postman"}
	}
	if is := textKind(doc.text); is.what != "" {
		return nil, notA(file, noun, is)
	}
	if err := doc.validate(decoded, noun); err != nil {
		return nil, err
	}
	doc.root = gjson.Parse(doc.text)
	return doc, nil
}

// decodeText turns a file into UTF-8 text. A byte order mark says what it is; UTF-16 without one is
// recognised by the zero byte of its first character, which UTF-8 JSON cannot have.
func decodeText(data []byte) ([]byte, error) {
	utf16 := func(order unicode.Endianness) ([]byte, error) {
		decoded, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, fmt.Errorf("is not readable as UTF-16: %w", err)
		}
		return decoded, nil
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return data[3:], nil
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), len(data) > 1 && data[0] != 0 && data[1] == 0:
		return utf16(unicode.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xFE\xFF")), len(data) > 1 && data[0] == 0 && data[1] != 0:
		return utf16(unicode.BigEndian)
	}
	return data, nil
}

// validate checks the text with encoding/json, which knows where an error is; gjson reads anything.
// data is d.text as bytes.
func (d *document) validate(data []byte, noun string) error {
	if !utf8.Valid(data) {
		return d.errorAt(invalidUTF8(d.text), "is not UTF-8 text at this place", "save it as UTF-8, or export it again from Postman", nil)
	}
	if json.Valid(data) {
		return nil
	}
	var ignored json.RawMessage
	err := json.Unmarshal(data, &ignored)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return &FileError{File: d.file, Problem: "is not JSON", Hint: "export the " + noun + " again from Postman", Err: err}
	}
	// Offset counts the bytes read, so the byte that did not fit is the one before it.
	offset := max(0, int(syntax.Offset)-1)
	switch {
	case strings.HasPrefix(err.Error(), "unexpected end"):
		return d.errorAt(len(strings.TrimRight(d.text, " \t\r\n")), "the JSON ends in the middle: the file was cut short",
			"export or download the "+noun+" again", err)
	case strings.Contains(err.Error(), "max depth"):
		return d.errorAt(offset, "the JSON is nested too deeply (more than 10000 levels)", "this is not a file that Postman wrote", err)
	}
	return d.errorAt(offset, "is not valid JSON: "+err.Error(), "mend it, or export the "+noun+" again from Postman", err)
}

// invalidUTF8 gives the offset of the first byte that is not UTF-8.
func invalidUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return 0
}

// errorAt makes a FileError with the line and the column of offset.
func (d *document) errorAt(offset int, problem, hint string, cause error) *FileError {
	if d.made {
		return &FileError{File: d.file, Problem: problem, Hint: hint, Err: cause}
	}
	line, column := position(d.text, offset)
	return &FileError{File: d.file, Line: line, Column: column, Problem: problem, Hint: hint, Err: cause}
}

// locate turns a shapeError into a FileError that names the place.
func (d *document) locate(err error, place string) error {
	var shape *shapeError
	if !errors.As(err, &shape) {
		return &FileError{File: d.file, Place: place, Problem: err.Error(), Err: err}
	}
	located := d.errorAt(shape.offset, shape.problem, "correct it there, or export it again from Postman", nil)
	located.Place = place
	return located
}

package sheet

import (
	"bufio"
	"encoding/xml"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// sharedStrings are the texts that cells of a workbook point to by number. Small
// ones stay in memory; from maxInMemory on they go to a temporary file, and memory
// holds eight bytes for each.
type sharedStrings struct {
	ends []int64 // where each text ends; the next begins there
	mem  []byte
	file *os.File      // nil while all is in mem
	out  *bufio.Writer // to file, while texts are added
	buf  []byte        // for reading from file
}

const maxInMemory = 4 << 20

// readSharedStrings reads the part of a workbook that has them.
func readSharedStrings(d *xmlReader) (_ *sharedStrings, err error) {
	s := &sharedStrings{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	for {
		var t xml.Token
		if t, err = d.token(); err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if el, ok := t.(xml.StartElement); ok && el.Name.Local == "si" {
			text, err := d.text("si")
			if err != nil {
				return nil, err
			}
			if err := s.add(text); err != nil {
				return nil, &spillError{err}
			}
		}
	}
	if s.out == nil {
		return s, nil
	}
	if err := s.out.Flush(); err != nil {
		return nil, &spillError{err}
	}
	return s, nil
}

// spillError tells a failure of the temporary file from one of the workbook.
type spillError struct{ err error }

func (e *spillError) Error() string { return e.err.Error() }
func (e *spillError) Unwrap() error { return e.err }

func (s *sharedStrings) add(text string) error {
	end := int64(len(text))
	if n := len(s.ends); n > 0 {
		end += s.ends[n-1]
	}
	s.ends = append(s.ends, end)
	if s.file == nil && end <= maxInMemory {
		s.mem = append(s.mem, text...)
		return nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "pmrun-strings-*")
		if err != nil {
			return err
		}
		_ = os.Remove(f.Name()) // where the system lets an open file go; else close does it
		s.file, s.out = f, bufio.NewWriterSize(f, chunkSize)
		if _, err := s.out.Write(s.mem); err != nil {
			return err
		}
		s.mem = nil
	}
	_, err := s.out.WriteString(text)
	return err
}

// get returns text number i; false when there is none.
func (s *sharedStrings) get(i int) (string, bool, error) {
	if s == nil || i < 0 || i >= len(s.ends) {
		return "", false, nil
	}
	var start int64
	if i > 0 {
		start = s.ends[i-1]
	}
	end := s.ends[i]
	if s.file == nil {
		return string(s.mem[start:end]), true, nil
	}
	s.buf = slices.Grow(s.buf[:0], int(end-start))[:end-start]
	if _, err := s.file.ReadAt(s.buf, start); err != nil {
		return "", false, &spillError{err}
	}
	return string(s.buf), true, nil
}

func (s *sharedStrings) close() {
	if s == nil || s.file == nil {
		return
	}
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
	s.file = nil
}

// xmlReader reads a part of a workbook as a stream. What one token takes, and all
// of it unpacked, is bounded.
type xmlReader struct {
	*xml.Decoder
	in    io.ReadCloser
	left  int64 // bytes that may still be read
	most  int64 // bytes from one token to the next
	burst int64 // what is left of them
}

func newXMLReader(in io.ReadCloser, total, token int64) *xmlReader {
	d := &xmlReader{in: in, left: total, most: token + chunkSize, burst: token + chunkSize}
	d.Decoder = xml.NewDecoder(d)
	d.Strict = true
	return d
}

// Read implements io.Reader for the decoder.
func (d *xmlReader) Read(p []byte) (int, error) {
	n, err := d.in.Read(p)
	d.left -= int64(n)
	d.burst -= int64(n)
	switch {
	case d.left < 0:
		return 0, errTooLarge
	case d.burst < 0:
		return 0, errLongToken
	}
	return n, err
}

// token returns the next token, which is good until the one after it.
func (d *xmlReader) token() (xml.Token, error) {
	d.burst = d.most
	return d.RawToken()
}

// text returns the text of the element that has just begun: of its t elements, but
// not those that say how to pronounce it.
func (d *xmlReader) text(element string) (string, error) {
	var b strings.Builder
	inText, skipped := false, 0
	for {
		t, err := d.token()
		if err != nil {
			return "", unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				inText = true
			case "rPh":
				skipped++
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "rPh":
				skipped--
			case element:
				return unescape(b.String()), nil
			}
		case xml.CharData:
			if inText && skipped == 0 {
				if int64(b.Len()+len(t)) > d.most {
					return "", errLongToken
				}
				b.Write(t)
			}
		}
	}
}

// unexpected turns an end into an early one.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unescape turns what XML cannot hold, written _x000D_, into the character.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var b strings.Builder
	for {
		i := strings.Index(text, "_x")
		if i < 0 || len(text) < i+7 {
			break
		}
		code, err := strconv.ParseUint(text[i+2:i+6], 16, 16)
		if err != nil || text[i+6] != '_' || code >= 0xD800 && code < 0xE000 {
			b.WriteString(text[:i+2])
			text = text[i+2:]
			continue
		}
		b.WriteString(text[:i])
		b.WriteRune(rune(code))
		text = text[i+7:]
	}
	return b.String() + text
}

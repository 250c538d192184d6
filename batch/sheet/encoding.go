package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
)

// Names of encodings that are found without being told.
const (
	encUTF8    = "utf-8"
	encUTF16   = "utf-16" // as a person says it: either order of bytes
	encUTF16LE = "utf-16le"
	encUTF16BE = "utf-16be"
	encWindows = "windows-1252"
)

// lost is what decoders write for bytes that mean nothing, and programs for
// characters that they could not keep.
const lost = "\uFFFD"

// ParseEncoding returns the name by which Dialect calls an encoding; text is a
// name as WHATWG or IANA list it ("latin1", "cp850"). The name of UTF-8 is
// "utf-8" here.
func ParseEncoding(text string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(text))
	switch name {
	case "utf8":
		return encUTF8, nil
	case encUTF8, encUTF16:
		return name, nil
	}
	if enc, err := htmlindex.Get(name); err == nil {
		if canonical, err := htmlindex.Name(enc); err == nil && kept(enc, canonical) {
			return canonical, nil
		}
	} else if enc, err := ianaindex.IANA.Encoding(name); err == nil && enc != nil {
		if canonical, err := ianaindex.IANA.Name(enc); err == nil && kept(enc, canonical) {
			return strings.ToLower(canonical), nil
		}
	}
	return "", &Error{
		File: "--encoding", Msg: fmt.Sprintf("%q is not an encoding that can be read and written", clip(text)),
		Mend: "give one such as utf-8, utf-16, windows-1252, windows-1250, iso-8859-15, cp850, shift_jis, or save the file as UTF-8",
	}
}

// kept says whether text in the encoding can be written back as it was: not where
// what bytes mean depends on those before them.
func kept(enc encoding.Encoding, name string) bool {
	switch strings.ToLower(name) {
	case "replacement", "x-user-defined", "iso-2022-jp", "hz-gb-2312", "utf-7":
		return false
	}
	return enc != encoding.Nop
}

// encodingNamed returns the encoding with a name of Dialect, nil for UTF-8.
func encodingNamed(name string) encoding.Encoding {
	switch name {
	case "", encUTF8:
		return nil
	case encUTF16, encUTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case encUTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	if enc, err := htmlindex.Get(name); err == nil {
		return enc
	}
	if enc, err := ianaindex.IANA.Encoding(name); err == nil {
		return enc
	}
	return nil
}

// marked returns the encoding of which the file has the byte order mark, or "".
func marked(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte(bom)):
		return encUTF8
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return encUTF16LE
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return encUTF16BE
	}
	return ""
}

// utf16ByZeros recognises UTF-16 without a byte order mark by its zero bytes:
// every character of a plain header has one, always on the same side.
func utf16ByZeros(b []byte) string {
	b = b[:len(b)&^1]
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i%2]++
		}
	}
	enough := len(b) / 2 / 4
	switch {
	case len(b) < 4:
	case zeros[0] == 0 && zeros[1] > enough && b[1] == 0:
		return encUTF16LE
	case zeros[1] == 0 && zeros[0] > enough && b[0] == 0:
		return encUTF16BE
	}
	return ""
}

// validUTF8 reads r to its end, or to the first bytes that are not UTF-8.
func validUTF8(r io.Reader) (bool, error) {
	buf := make([]byte, chunkSize)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		b := buf[:kept+n]
		end := len(b)
		if err == nil {
			end -= cutRune(b)
		}
		if !utf8.Valid(b[:end]) {
			return false, nil
		}
		kept = copy(buf, b[end:])
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// cutRune is how many bytes at the end of b begin a UTF-8 sequence that goes on
// after b.
func cutRune(b []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return i
		}
	}
	return 0
}

// decoder turns a file in another encoding into UTF-8, as a stream. In an
// encoding of single bytes markBad stands for each byte that is no character, or
// a control character that no text has; in others bytes that mean nothing become
// U+FFFD.
type decoder struct {
	src io.Reader
	enc encoding.Encoding
	dec *encoding.Decoder
	// bad are the bytes that are no characters; nil when the encoding has more
	// than one byte for some.
	bad *[256]bool
	// check says that the same character may be written in several ways.
	check bool

	raw        []byte
	size       int // raw[:size] waits to be decoded
	out        []byte
	start, end int // out[start:end] can be handed out
	err        error
}

func newDecoder(src io.Reader, enc encoding.Encoding, size int) *decoder {
	d := &decoder{src: src, enc: enc, dec: enc.NewDecoder(), raw: make([]byte, size), out: make([]byte, 4*size)}
	switch enc.(type) {
	case *charmap.Charmap:
		d.bad = badBytes(enc)
	default:
		d.check = enc != encodingNamed(encUTF16LE) && enc != encodingNamed(encUTF16BE)
	}
	return d
}

// badBytes lists the bytes of an encoding that are no characters.
func badBytes(enc encoding.Encoding) *[256]bool {
	var bad [256]bool
	cm := enc.(*charmap.Charmap)
	for i := range bad {
		r := cm.DecodeByte(byte(i))
		bad[i] = r == utf8.RuneError || 0x80 <= r && r < 0xA0
	}
	return &bad
}

// errRewritten says that a file cannot be given back byte for byte.
var errRewritten = errors.New("it has characters in a form that could not be written back byte for byte")

// Read implements io.Reader.
func (d *decoder) Read(p []byte) (int, error) {
	if d.start == d.end {
		if d.err != nil && d.size == 0 {
			return 0, d.err
		}
		d.next() // may decode nothing: the front gives up when that goes on
	}
	n := copy(p, d.out[d.start:d.end])
	d.start += n
	return n, nil
}

// next decodes what the source gives next.
func (d *decoder) next() {
	if d.err == nil && d.size < len(d.raw) {
		var n int
		n, d.err = d.src.Read(d.raw[d.size:])
		d.size += n
	}
	raw := d.raw[:d.size]
	n, m, err := d.dec.Transform(d.out, raw, d.err != nil)
	d.start, d.end = 0, n
	if err != nil && m == 0 && d.err != nil {
		d.size = 0 // what is left cannot be decoded
		return
	}
	switch {
	case d.bad != nil:
		d.mark(raw[:m])
	case d.check && !d.same(raw[:m]):
		d.err, d.size, d.end = errRewritten, 0, 0
		return
	}
	d.size = copy(d.raw, raw[m:])
}

// mark puts markBad for bytes that are no characters.
func (d *decoder) mark(raw []byte) {
	first := -1
	for i, c := range raw {
		if d.bad[c] {
			first = i
			break
		}
	}
	if first < 0 {
		return
	}
	cm := d.enc.(*charmap.Charmap)
	out := d.out[:0]
	for _, c := range raw {
		if d.bad[c] {
			out = append(out, markBad)
		} else {
			out = utf8.AppendRune(out, cm.DecodeByte(c))
		}
	}
	d.end = len(out)
}

// same says whether what was decoded would be written as it was read. Bytes that
// mean nothing are found later, in their cell.
func (d *decoder) same(raw []byte) bool {
	out := d.out[:d.end]
	if bytes.Contains(out, []byte(lost)) {
		return true
	}
	again, err := d.enc.NewEncoder().Bytes(out)
	return err == nil && bytes.Equal(again, raw)
}

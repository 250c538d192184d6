package sheet

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// Bytes that valid UTF-8 never has stand for what encoding/csv would not give
// back as it was. CSV turns them back, or into errors.
const (
	markCR  = 0xFF // a carriage return inside quotes
	markBad = 0xFE // a byte of the file that would look like one of the marks
	markNUL = 0xFD // a NUL
)

// chunkSize is how much of the file the front reads at once, and how much of it
// is looked at before the first record is read.
const chunkSize = 64 << 10

var quote = []byte{'"'}

// front stands before encoding/csv, which takes CRLF for LF inside cells too and
// knows no lone CR. Inside quotes it puts markCR for each CR; outside it puts LF
// for a CR that no LF follows. No byte moves: positions in its output are those
// of the file, less what was skipped at the start.
//
// It knows that it is inside quotes by their parity. In a record that
// encoding/csv accepts the two agree; where they do not, encoding/csv reports a
// quote error before anything after it counts.
type front struct {
	src io.Reader
	max int64 // most bytes of a record

	buf                []byte
	start, ready, size int   // buf[start:ready] can be handed out, buf[ready:size] is raw
	err                error // what ends the raw bytes, from src

	open bool  // inside quotes at ready
	off  int64 // bytes made ready so far
	lf   int64 // line feeds in them
	line int64 // offset where the last line starts; a line feed belongs to the line that it ends
	ends bool  // the last of them is a line feed

	rec   int64 // offset where the last record starts
	recLF int64 // line feeds before it

	marked  bool  // a markCR was put somewhere
	lone    int64 // offset of the first one that no LF follows, or -1
	tainted bool  // not all was UTF-8 without NUL
	lossy   bool  // there was a U+FFFD
	long    bool  // the last record is longer than max: the output ends in it
}

func newFront(src io.Reader, max int64, size int) *front {
	return &front{src: src, max: max, buf: make([]byte, size), lone: -1}
}

// fill reads until the buffer is full or the source ends, so that the chunks of
// a file are the same however the source splits them.
func (f *front) fill() {
	for idle := 0; f.size < len(f.buf) && f.err == nil; {
		n, err := f.src.Read(f.buf[f.size:])
		f.size += n
		f.err = err
		if idle++; n > 0 {
			idle = 0
		} else if idle == 100 && err == nil {
			f.err = io.ErrNoProgress
		}
	}
}

// peek returns the first bytes of the file, and whether more follow.
func (f *front) peek() (sample []byte, more bool) {
	f.fill()
	return f.buf[:f.size], f.err == nil
}

// skip drops the first n of the bytes that peek has shown.
func (f *front) skip(n int) { f.start, f.ready = n, n }

// Read implements io.Reader.
func (f *front) Read(p []byte) (int, error) {
	if f.start == f.ready {
		if f.long {
			return 0, io.EOF
		}
		if f.next(); f.start == f.ready {
			return 0, f.err
		}
	}
	n := copy(p, f.buf[f.start:f.ready])
	f.start += n
	return n, nil
}

// next makes the next chunk ready. It leaves back what can be judged only with
// the bytes after it.
func (f *front) next() {
	f.size = copy(f.buf, f.buf[f.ready:f.size])
	f.fill()
	f.start, f.ready = 0, f.size
	switch {
	case f.err == nil:
		f.ready -= unsure(f.buf[:f.size])
	case f.err == io.EOF && f.size > 0 && f.buf[f.size-1] == ctrlZ:
		f.ready--
		f.size--
	}
	b := f.buf[:f.ready]
	f.guard(b)
	f.rewrite(b)
	f.lines(b)
	if i := lastBreak(b, f.open); i >= 0 {
		f.rec = f.off - int64(len(b)-i)
		f.recLF = f.lf - int64(bytes.Count(b[i:], []byte{'\n'}))
	}
	f.long = f.off-f.rec > f.max
}

// ctrlZ ends a text file for some old programs. It counts only as the last byte.
const ctrlZ = 0x1A

// unsure is how many bytes at the end of b must wait for what follows: a CR (LF?),
// a Ctrl-Z (end of file?) or the begin of a UTF-8 sequence.
func unsure(b []byte) int {
	if n := len(b); n > 0 && (b[n-1] == '\r' || b[n-1] == ctrlZ) {
		return 1
	}
	return cutRune(b)
}

// guard puts marks for NULs, and makes sure that bytes of the file are no marks.
func (f *front) guard(b []byte) {
	f.lossy = f.lossy || bytes.Contains(b, []byte(lost))
	if utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 {
		return
	}
	f.tainted = true
	for i, c := range b {
		switch {
		case c == 0:
			b[i] = markNUL
		case c >= markNUL:
			b[i] = markBad
		}
	}
}

// rewrite does the line ends. A CR at the end of b is one that no LF follows.
func (f *front) rewrite(b []byte) {
	pos := 0
	for {
		i := bytes.IndexByte(b[pos:], '\r')
		if i < 0 {
			break
		}
		i += pos
		f.toggle(b[pos:i])
		switch {
		case f.open:
			f.marked = true
			if f.lone < 0 && (i+1 == len(b) || b[i+1] != '\n') {
				f.lone = f.off + int64(i)
			}
			b[i] = markCR
		case i+1 == len(b) || b[i+1] != '\n':
			b[i] = '\n'
		}
		pos = i + 1
	}
	f.toggle(b[pos:])
}

func (f *front) toggle(b []byte) {
	if bytes.Count(b, quote)%2 == 1 {
		f.open = !f.open
	}
}

// lines counts the lines of b, and the bytes.
func (f *front) lines(b []byte) {
	if len(b) == 0 {
		return
	}
	last := len(b) - 1
	if f.ends {
		f.line = f.off
	}
	if i := bytes.LastIndexByte(b[:last], '\n'); i >= 0 {
		f.line = f.off + int64(i) + 1
	}
	f.ends = b[last] == '\n'
	f.lf += int64(bytes.Count(b, []byte{'\n'}))
	f.off += int64(len(b))
}

// lastBreak is the index after the last line feed of b outside quotes, or -1;
// open says whether b ends inside quotes.
func lastBreak(b []byte, open bool) int {
	for {
		q := bytes.LastIndexByte(b, '"')
		if !open {
			if i := bytes.LastIndexByte(b[q+1:], '\n'); i >= 0 {
				return q + 1 + i + 1
			}
		}
		if q < 0 {
			return -1
		}
		b, open = b[:q], !open
	}
}

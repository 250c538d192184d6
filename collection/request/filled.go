package request

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
)

// Filled is one row's request. Header and URL may be shared between rows: they
// must not be changed. It must not be copied once it is in use.
type Filled struct {
	Method string
	URL    *url.URL
	// Host is the Host header's value when it is not the URL's.
	Host   string
	Header http.Header
	// Body holds the body's bytes but for what comes from files.
	Body []byte
	// Length is the body's length in bytes, files included.
	Length int64
	files  []openFile
	digest *Digest
	// reading counts the readers of Body that are not closed, or not released.
	reading *atomic.Int32
}

// openFile is what comes from a file: its content stands before Body[at:].
type openFile struct {
	at    int
	path  string
	size  int64
	where string
}

// Memory returns a reader of a body that is in memory alone, of a type that
// net/http knows to be so: it then writes the body together with the header
// instead of flushing the header first. Closing it says nothing about who still
// reads: release does, and until it is called, once, Fill leaves Body's bytes alone
// and makes new ones. ok is false when the body has files.
func (f *Filled) Memory() (body io.ReadCloser, release func(), ok bool) {
	if len(f.files) > 0 {
		return nil, nil, false
	}
	reading := f.borrow()
	return io.NopCloser(bytes.NewReader(f.Body)), func() { reading.Add(-1) }, true
}

// borrow counts a reader of Body.
func (f *Filled) borrow() *atomic.Int32 {
	if f.reading == nil {
		f.reading = new(atomic.Int32)
	}
	f.reading.Add(1)
	return f.reading
}

// Reader returns a new reader of the whole body. The caller closes it. As long
// as one is open, Fill leaves Body's bytes alone and makes new ones: a transport
// may still read a body whose answer is there already, and closes it when it is
// done. The error says that a file cannot be read or has changed since Fill.
func (f *Filled) Reader() (io.ReadCloser, error) {
	b := &bodyReader{}
	var parts []io.Reader
	from := 0
	for _, file := range f.files {
		h, size, err := openRegular(file.path)
		if err == nil {
			b.files = append(b.files, h)
			if size != file.size {
				err = errors.New("it has changed in size while it was sent")
			}
		}
		if err != nil {
			_ = b.closeFiles()
			return nil, fmt.Errorf("%s: %w", file.where, fileError(file.path, err))
		}
		parts = append(parts, bytes.NewReader(f.Body[from:file.at]), io.LimitReader(h, file.size))
		from = file.at
	}
	b.Reader = bytes.NewReader(f.Body[from:])
	if len(parts) > 0 {
		b.Reader = io.MultiReader(append(parts, b.Reader)...)
	}
	b.reading = f.borrow()
	return b, nil
}

// bodyReader reads a body. Close may come from another goroutine than Read, and
// no Read touches the body after it.
type bodyReader struct {
	io.Reader
	mu      sync.Mutex
	closed  bool
	files   []*os.File
	reading *atomic.Int32
}

func (b *bodyReader) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.Reader.Read(p)
}

func (b *bodyReader) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	b.reading.Add(-1)
	return b.closeFiles()
}

func (b *bodyReader) closeFiles() error {
	var errs []error
	for _, h := range b.files {
		errs = append(errs, h.Close())
	}
	return errors.Join(errs...)
}

package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// source passes the raw bytes of a file on, and keeps what is to be known about
// them: so the file is read once only.
type source struct {
	r    io.Reader
	tee  io.Writer // may be nil
	hash hash.Hash
	size int64
	max  int64
}

func newSource(r io.Reader, tee io.Writer, max int64) *source {
	return &source{r: r, tee: tee, hash: sha256.New(), max: max}
}

// Read implements io.Reader. Bytes that could not be copied are not passed on.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if n > 0 && s.tee != nil {
		m, werr := s.tee.Write(p[:n])
		if werr == nil && m < n {
			werr = io.ErrShortWrite
		}
		if werr != nil {
			return 0, &copyError{werr}
		}
	}
	if s.size += int64(n); s.size > s.max {
		return 0, errTooLarge
	}
	s.hash.Write(p[:n])
	return n, err
}

// sum is the digest of what was read so far.
func (s *source) sum() string { return hex.EncodeToString(s.hash.Sum(nil)) }

// copyError tells a failure of the copy from one of the file.
type copyError struct{ err error }

func (e *copyError) Error() string { return e.err.Error() }
func (e *copyError) Unwrap() error { return e.err }

// errTooLarge says that a file is larger than its limit.
var errTooLarge = errors.New("file too large")

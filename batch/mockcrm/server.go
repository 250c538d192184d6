// Package mockcrm is a local CRM that behaves like the case API of the real
// one as far as that is documented: inserting, querying and updating cases.
// It keeps everything in memory, checks what the real one is known to check,
// and answers refusals the way the real one does: HTTP 200 with an envelope
// that says no.
//
// Server is an http.Handler. Start puts any handler behind one loopback
// address that speaks plain HTTP, TLS and HTTP/2 and whose certificates verify
// for every host name, so that a client can believe that it talks to the real
// host.
package mockcrm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// Paths of the API, on any host.
const (
	insertPath = "/server/API/v2/cases/insert.php"
	queryPath  = "/server/API/v2/cases/queryCases.php"
	updatePath = "/server/API/v2/cases/update.php"
	customPath = "/server/API/v2/custom/insert.php"
	manyPath   = "/server/API/v2/custom/insertMany.php"
)

// The "error" texts of the three endpoints. The first is the vendor's own.
const (
	insertError = "Case insertion API error"
	queryError  = "Case query API error"
	updateError = "Case update API error"
	customError = "Custom module insertion API error"
)

// maxBody is the largest request body, in bytes. A larger one is answered
// with HTTP 413.
const maxBody = 32 << 20

// Server is the mock CRM. It is safe for concurrent use.
type Server struct {
	opts     Options
	tokens   map[string]bool
	contacts map[string]bool
	users    map[string]bool
	limits   *limits
	cases    *store

	now     func() time.Time // tests replace it
	maxBody int64            // tests lower it
}

// New makes an empty CRM. The error is that of Options.Validate.
func New(o Options) (*Server, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o.Tokens, o.Contacts, o.Users = slices.Clone(o.Tokens), slices.Clone(o.Contacts), slices.Clone(o.Users)
	return &Server{
		opts:     o,
		tokens:   set(o.Tokens),
		contacts: set(o.Contacts),
		users:    set(o.Users),
		limits:   newLimits(o.Rate),
		cases:    newStore(o.Seed, o.FailShare, o.Forget),
		now:      time.Now,
		maxBody:  maxBody,
	}, nil
}

func set(values []string) map[string]bool {
	m := make(map[string]bool, len(values))
	for _, v := range values {
		m[v] = true
	}
	return m
}

// ServeHTTP answers one request. What reaches the API is answered with HTTP
// 200 and a JSON envelope whose "code" says how it went; what does not (429,
// 404, 413) with an HTML page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		s.about(w)
		return
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.maxBody)
	a := s.answer(r)
	// Take the whole body before answering, as the real server does: else a
	// client that is still sending meets a reset instead of the refusal.
	_, _ = io.Copy(io.Discard, r.Body)
	if !wait(r.Context(), s.opts.Latency) {
		// Nobody is left to read it, or the listener is being closed hard.
		a = page(http.StatusInternalServerError)
	}
	a.write(w)
}

// answer decides everything; nothing is stored for a request over the rate.
func (s *Server) answer(r *http.Request) answer {
	if retryAfter, ok := s.limits.allow(r.RemoteAddr, s.now()); !ok {
		a := page(http.StatusTooManyRequests)
		a.retryAfter = retryAfter
		return a
	}
	var (
		call func(*http.Request) ([]map[string]string, string, error)
		name string
	)
	switch r.URL.Path {
	case insertPath:
		call, name = s.insert, insertError
	case queryPath:
		call, name = s.query, queryError
	case updatePath:
		call, name = s.update, updateError
	case customPath:
		call, name = s.customInsert, customError
	case manyPath:
		call, name = s.customInsertMany, customError
	default:
		return page(http.StatusNotFound)
	}
	if r.ContentLength > s.maxBody {
		return page(http.StatusRequestEntityTooLarge)
	}
	data, msg, err := call(r)
	var tooLarge *http.MaxBytesError
	var no *refusal
	switch {
	case err == nil:
		return success(msg, data)
	case errors.As(err, &tooLarge):
		return page(http.StatusRequestEntityTooLarge)
	case errors.As(err, &no):
		return refused(name, no.code, no.msg)
	default:
		return refused(name, codeBad, err.Error())
	}
}

// wait sleeps for d and reports whether the context allowed it.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// about is the page at /, for a person with a browser. It is outside of rate
// and latency, so that it can serve as a probe.
func (s *Server) about(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprintf(w, `This is pmrun's mock CRM, not the real one. What is sent here stays in this
process's memory and is gone when it ends.

POST %s      form-data
POST %s  JSON: operation, field, value
POST %s      form-data with wolkvox-id
POST %s     JSON: module, fields (an object)
POST %s JSON: module, fields (a list of objects)

Cases stored: %d
`, insertPath, queryPath, updatePath, customPath, manyPath, s.Len())
}

// Cases returns a copy of the stored cases in the order of their insertion.
func (s *Server) Cases() []Case { return s.cases.all() }

// Len is the number of stored cases.
func (s *Server) Len() int { return s.cases.len() }

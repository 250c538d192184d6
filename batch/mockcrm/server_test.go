package mockcrm

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestOptionsValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		says []string // empty: valid
	}{
		{"zero", Options{}, nil},
		{"full", Options{Tokens: []string{token}, Operation: "x", Contacts: []string{"a@b.c"}, Users: []string{"u@x"},
			Latency: time.Second, Rate: 0.5, FailShare: 1, Seed: 3, Forget: true}, nil},
		{"several", Options{Latency: -1, Rate: -1, FailShare: 1.1}, []string{"Latency", "Rate", "FailShare"}},
		{"share below 0", Options{FailShare: -0.1}, []string{"FailShare"}},
		{"not numbers", Options{Rate: math.NaN(), FailShare: math.NaN()}, []string{"Rate", "FailShare"}},
		{"rate too small", Options{Rate: 1e-9}, []string{"Rate"}},
		{"rate infinite", Options{Rate: math.Inf(1)}, []string{"Rate"}},
		{"empty entries", Options{Contacts: []string{"a@b.c", ""}, Users: []string{""}}, []string{"Contacts[1]", "Users[0]"}},
		{"impossible token", Options{Tokens: []string{token, "s3cr3t x"}}, []string{"Tokens[1]", "blank"}},
		{"empty token", Options{Tokens: []string{""}}, []string{"Tokens[0]", "empty"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.o.Validate()
			s, newErr := New(tt.o)
			if (err == nil) != (len(tt.says) == 0) || (newErr == nil) != (err == nil) || (s == nil) != (err != nil) {
				t.Fatalf("Validate %v, New %v, want complaints about %v", err, newErr, tt.says)
			}
			for _, w := range tt.says {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%v: no word of %s", err, w)
				}
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error shows a token: %v", err)
			}
		})
	}
}

func TestOptionsAreCopied(t *testing.T) {
	o := Options{Tokens: []string{token}}
	url := serve(t, newServer(t, o))
	o.Tokens[0] = "OTHER"
	mustInsert(t, url, good())
}

func TestNotTheAPI(t *testing.T) {
	s := newServer(t, Options{})
	url := serve(t, s)
	for _, tt := range []struct {
		method, path string
		status       int
		contentType  string
		says         string
	}{
		{"GET", "/", 200, "text/plain", "mock CRM"},
		{"HEAD", "/", 200, "text/plain", ""},
		{"POST", "/", 404, "text/html", "Not Found"},
		{"GET", "/index.php", 404, "text/html", "Not Found"},
		{"POST", "/server/API/v2/cases/insertAttach.php", 404, "text/html", "Not Found"},
		{"POST", "/server/api/v2/cases/insert.php", 404, "text/html", "Not Found"},
		{"POST", "//server/API/v2/cases/insert.php", 404, "text/html", "Not Found"},
		{"POST", "/server/API/v2/cases/insert.php/", 404, "text/html", "Not Found"},
	} {
		r := formRequest(t, url+tt.path, good())
		r.Method = tt.method
		resp, body := send(t, http.DefaultClient, r)
		if resp.StatusCode != tt.status || !strings.HasPrefix(resp.Header.Get("Content-Type"), tt.contentType) || !strings.Contains(body, tt.says) {
			t.Errorf("%s %s: HTTP %d %s %q, want %d %s with %q", tt.method, tt.path, resp.StatusCode, resp.Header.Get("Content-Type"), body, tt.status, tt.contentType, tt.says)
		}
	}
	if s.Len() != 0 {
		t.Errorf("%d cases stored", s.Len())
	}
}

func TestBodyTooLarge(t *testing.T) {
	s := newServer(t, Options{})
	s.maxBody = 4 << 10
	url := serve(t, s)
	large := append(good(), part{"file", strings.Repeat("x", 8<<10), "a.bin"})
	for _, tt := range []struct {
		name    string
		request func() *http.Request
	}{
		{"known length", func() *http.Request { return formRequest(t, url+insertPath, large) }},
		{"attachment, chunked", func() *http.Request { return chunked(formRequest(t, url+insertPath, large)) }},
		{"text, chunked", func() *http.Request {
			return chunked(formRequest(t, url+insertPath, with("description", strings.Repeat("x", 8<<10))))
		}},
		{"after the form, chunked", func() *http.Request {
			r := chunked(formRequest(t, url+insertPath, good()))
			r.Body = io.NopCloser(io.MultiReader(r.Body, strings.NewReader(strings.Repeat("x", 8<<10))))
			return r
		}},
		{"update, chunked", func() *http.Request { return chunked(formRequest(t, url+updatePath, large)) }},
		{"query", func() *http.Request { return queryRequest(t, url, queryBody("status", strings.Repeat("x", 8<<10))) }},
		{"query, chunked", func() *http.Request {
			return chunked(queryRequest(t, url, queryBody("status", strings.Repeat("x", 8<<10))))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := send(t, http.DefaultClient, tt.request())
			if resp.StatusCode != 413 || !strings.Contains(body, "<html>") {
				t.Errorf("HTTP %d %s, want 413 with a page", resp.StatusCode, body)
			}
		})
	}
	if s.Len() != 0 {
		t.Errorf("%d cases stored", s.Len())
	}
	mustInsert(t, url, append(good(), part{"file", strings.Repeat("x", 2<<10), "a.bin"}))
}

func chunked(r *http.Request) *http.Request {
	r.ContentLength = -1
	return r
}

func TestBodyLimitIs32MiB(t *testing.T) {
	s := newServer(t, Options{})
	for _, tt := range []struct {
		length int64
		status int
	}{{32 << 20, 200}, {32<<20 + 1, 413}} {
		r := formRequest(t, insertPath, good())
		r.ContentLength = tt.length
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("a body of %d bytes: HTTP %d, want %d", tt.length, w.Code, tt.status)
		}
	}
}

func TestRefusalReadsTheBody(t *testing.T) {
	// More than the HTTP server takes by itself: without reading it all, the
	// client would meet a reset or lose its connection.
	url := serve(t, newServer(t, Options{Tokens: []string{"OTHER"}}))
	for range 3 {
		if e := call(t, formRequest(t, url+insertPath, append(good(), part{"file", strings.Repeat("x", 4<<20), "a.bin"}))); e.Code != "401" {
			t.Errorf("%+v", e)
		}
	}
}

func TestRate(t *testing.T) {
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		rate  float64
		steps []struct {
			after time.Duration // since the step before
			retry int           // 0: accepted
		}
	}{
		{2, []struct {
			after time.Duration
			retry int
		}{{0, 0}, {0, 0}, {0, 1}, {499 * time.Millisecond, 1}, {time.Millisecond, 0}, {0, 1}, {time.Hour, 0}, {0, 0}, {0, 1}}},
		{0.25, []struct {
			after time.Duration
			retry int
		}{{0, 0}, {0, 4}, {1500 * time.Millisecond, 3}, {2500 * time.Millisecond, 0}, {0, 4}, {4 * time.Second, 0}}},
		{0.1, []struct {
			after time.Duration
			retry int
		}{{0, 0}, {0, 10}, {10 * time.Second, 0}, {9 * time.Second, 1}, {time.Second, 0}}},
	} {
		t.Run(fmt.Sprint(tt.rate), func(t *testing.T) {
			s := newServer(t, Options{Rate: tt.rate})
			s.now = func() time.Time { return clock }
			url := serve(t, s)
			stored := 0
			for i, step := range tt.steps {
				clock = clock.Add(step.after)
				resp, body := send(t, http.DefaultClient, formRequest(t, url+insertPath, good()))
				if step.retry == 0 {
					stored++
					if e := decode(t, resp.StatusCode, resp.Header, body); e.Code != "200" {
						t.Fatalf("step %d: %+v", i, e)
					}
				} else if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != strconv.Itoa(step.retry) {
					t.Fatalf("step %d: HTTP %d, Retry-After %q, want 429, %d", i, resp.StatusCode, resp.Header.Get("Retry-After"), step.retry)
				}
				if s.Len() != stored {
					t.Fatalf("step %d: %d stored, want %d", i, s.Len(), stored)
				}
			}
			if resp, _ := send(t, http.DefaultClient, mustGet(t, url+"/")); resp.StatusCode != 200 {
				t.Errorf("the page at / is under the rate: HTTP %d", resp.StatusCode)
			}
		})
	}
}

func mustGet(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRateIsPerAddress(t *testing.T) {
	l := newLimits(1)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		remote string
		ok     bool
	}{
		{"127.0.0.1:1000", true}, {"127.0.0.1:2000", false}, {"127.0.0.2:1000", true},
		{"[::1]:1000", true}, {"[::1]:1001", false}, {"pipe", true}, {"pipe", false},
	} {
		if _, ok := l.allow(step.remote, now); ok != step.ok {
			t.Errorf("%s: %v, want %v", step.remote, ok, step.ok)
		}
	}
}

func TestRateTableIsBounded(t *testing.T) {
	l := newLimits(1)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	address := func(i int) string { return fmt.Sprintf("10.0.%d.%d:1", i/256, i%256) }
	for i := range maxClients {
		if _, ok := l.allow(address(i), now); !ok {
			t.Fatalf("client %d refused", i)
		}
	}
	// All are busy: the newcomers share one bucket.
	_, first := l.allow(address(maxClients), now)
	_, second := l.allow(address(maxClients+1), now)
	if !first || second || len(l.clients) > maxClients+1 {
		t.Errorf("newcomers %v %v, %d clients", first, second, len(l.clients))
	}
	// Once they are quiet, they make room.
	now = now.Add(time.Minute)
	if _, ok := l.allow(address(maxClients+2), now); !ok || len(l.clients) != 1 {
		t.Errorf("%v, %d clients, want the quiet ones gone", ok, len(l.clients))
	}
}

func TestLatency(t *testing.T) {
	const latency = 3 * time.Second
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Options{Latency: latency, Rate: 1})
		for _, tt := range []struct {
			path   string
			status int
			takes  time.Duration
		}{{insertPath, 200, latency}, {insertPath, 200, latency}, {"/other", 404, latency}} {
			start := time.Now()
			w := httptest.NewRecorder()
			s.ServeHTTP(w, formRequest(t, tt.path, good()))
			if took := time.Since(start); took != tt.takes || w.Code != tt.status {
				t.Errorf("%s: HTTP %d after %v, want %d after %v", tt.path, w.Code, took, tt.status, tt.takes)
			}
		}
		start := time.Now()
		r := formRequest(t, "/", nil)
		r.Method = http.MethodGet
		s.ServeHTTP(httptest.NewRecorder(), r)
		if took := time.Since(start); took != 0 {
			t.Errorf("the page at / took %v", took)
		}
	})
}

func TestLatencyEndsWithTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Options{Latency: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, formRequest(t, insertPath, good()).WithContext(ctx))
		if took := time.Since(start); took != time.Second || w.Code != 500 {
			t.Errorf("HTTP %d after %v, want 500 after 1s", w.Code, took)
		}
		if s.Len() != 1 {
			t.Errorf("%d stored; the client gave up after the work was done", s.Len())
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	s := newServer(t, Options{FailShare: 0.5, Seed: 5})
	url := serve(t, s)
	const workers, each = 8, 40
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		ids = map[string]bool{}
	)
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				e := call(t, formRequest(t, url+insertPath, with("description", fmt.Sprintf("%d", (w*each+i)%10))))
				if e.Code == "200" {
					id := e.Data[0]["wolkvox_id"]
					mu.Lock()
					ids[id] = true
					mu.Unlock()
					call(t, formRequest(t, url+updatePath, []part{{name: "operation", value: "demo"}, {name: "wolkvox-id", value: id}, {name: "status", value: "closed"}}))
				}
				call(t, queryRequest(t, url, queryBody("description", "3")))
				s.Cases()
			}
		})
	}
	wg.Wait()
	want := 0
	for n := range uint64(workers * each) {
		if !fails(5, n+1, 0.5) {
			want++
		}
	}
	if s.Len() != want || len(ids) != want {
		t.Errorf("%d stored, %d ids, want %d", s.Len(), len(ids), want)
	}
	found := 0
	for i := range 10 {
		found += len(call(t, queryRequest(t, url, queryBody("description", strconv.Itoa(i)))).Data)
	}
	if found != want {
		t.Errorf("%d found by description, want %d", found, want)
	}
	for _, c := range s.Cases() {
		if !ids[c.ID] || c.Fields["status"] != "closed" {
			t.Errorf("case %+v", c)
		}
	}
}

// FuzzInsert: whatever comes, the answer is a well-formed envelope (or 413),
// and a case is stored exactly when it says success.
func FuzzInsert(f *testing.F) {
	for _, tt := range insertRefusals {
		ct, body := encode(f, tt.parts)
		r, err := http.NewRequest(http.MethodPost, insertPath, bytes.NewReader(body))
		if err != nil {
			f.Fatal(err)
		}
		r.Header.Set("Content-Type", ct)
		r.Header.Set("Wolkvox-Token", token)
		if tt.alter != nil {
			tt.alter(r)
		}
		if body, err = io.ReadAll(r.Body); err != nil {
			f.Fatal(err)
		}
		f.Add(r.Header.Get("Wolkvox-Token"), r.Header.Get("Content-Type"), body)
	}
	ct, body := encode(f, append(good(), part{name: "form", value: "{}"}, part{"file", "x", "a.txt"}))
	f.Add(token, ct, body)
	f.Fuzz(func(t *testing.T, token, contentType string, body []byte) {
		s := newServer(t, Options{})
		s.maxBody = 1 << 16
		r := httptest.NewRequest(http.MethodPost, insertPath, bytes.NewReader(body))
		r.Header["Wolkvox-Token"] = []string{token}
		r.Header["Content-Type"] = []string{contentType}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code == http.StatusRequestEntityTooLarge {
			if s.Len() != 0 {
				t.Error("stored in spite of 413")
			}
			return
		}
		e := decode(t, w.Code, w.Header(), w.Body.String())
		if (e.Code == "200") != (s.Len() == 1) || (e.Code == "200") != (len(e.Data) == 1) {
			t.Errorf("%+v, %d stored", e, s.Len())
		}
		for _, c := range s.Cases() {
			for _, name := range []string{"operation", "case-type", "responsible", "owner", "contact", "description", "status", "priority"} {
				if c.Fields[name] == "" || !bytes.Contains(body, []byte(c.Fields[name])) {
					t.Errorf("%s is %q, which was not sent", name, c.Fields[name])
				}
			}
		}
	})
}

// FuzzQuery: whatever JSON comes, the answer is a well-formed envelope.
func FuzzQuery(f *testing.F) {
	for _, body := range []string{queryBody("status", "open"), queryBody("idPrefijo", "CAS-000001"), queryBody("idPrefijo", "CAS-99999999999999999999"), "null", "[]", `{"operation":1}`, ""} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newServer(t, Options{})
		s.ServeHTTP(httptest.NewRecorder(), formRequest(t, insertPath, good()))
		r := httptest.NewRequest(http.MethodPost, queryPath, bytes.NewReader(body))
		r.Header.Set("Wolkvox-Token", token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		e := decode(t, w.Code, w.Header(), w.Body.String())
		if e.Code != "200" && len(e.Data) != 0 {
			t.Errorf("%+v", e)
		}
	})
}

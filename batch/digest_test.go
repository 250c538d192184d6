package batch_test

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// digestServer checks digest credentials by RFC 7616, with code of its own.
type digestServer struct {
	t                        *testing.T
	algorithm, qop, password string
	uses                     int  // how often a nonce is good, 0 for any number
	silent                   bool // an old nonce is refused without stale=true
	noExpect                 bool // an Expect header is refused
	onAsked                  func()

	mu       sync.Mutex
	nonces   int
	used     map[string]map[string]bool // nonce -> nc values
	asked    int                        // 401 without credentials
	refused  int                        // 401 for wrong ones
	rows     map[string]int             // rows that were let in
	expected int                        // requests with an Expect header
}

func (s *digestServer) hash(parts ...string) string {
	text := []byte(strings.Join(parts, ":"))
	switch strings.TrimSuffix(s.algorithm, "-sess") {
	case "SHA-256":
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	case "SHA-512-256":
		sum := sha512.Sum512_256(text)
		return hex.EncodeToString(sum[:])
	}
	sum := md5.Sum(text)
	return hex.EncodeToString(sum[:])
}

func (s *digestServer) challenge(w http.ResponseWriter, stale bool) {
	s.nonces++
	text := fmt.Sprintf(`Digest realm="the realm", nonce="n%d", opaque="o"`, s.nonces)
	if s.qop != "" {
		text += fmt.Sprintf(`, qop="%s"`, s.qop)
	}
	if s.algorithm != "" {
		text += ", algorithm=" + s.algorithm
	}
	if stale && !s.silent {
		text += ", stale=true"
	}
	s.used[fmt.Sprintf("n%d", s.nonces)] = make(map[string]bool)
	w.Header().Add("WWW-Authenticate", `Basic realm="other"`)
	w.Header().Add("WWW-Authenticate", text)
	w.WriteHeader(http.StatusUnauthorized)
}

var digestParam = regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^,\s]+))`)

func (s *digestServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Expect") != "" {
		if s.expected++; s.noExpect {
			w.WriteHeader(http.StatusExpectationFailed)
			return
		}
	}
	credentials, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Digest ")
	if !ok {
		if s.asked++; s.onAsked != nil {
			s.onAsked()
		}
		s.challenge(w, false)
		return
	}
	p := make(map[string]string)
	for _, m := range digestParam.FindAllStringSubmatch(credentials, -1) {
		p[m[1]] = m[2] + m[3]
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	a1 := s.hash("ann", "the realm", s.password)
	if strings.HasSuffix(s.algorithm, "-sess") {
		a1 = s.hash(a1, p["nonce"], p["cnonce"])
	}
	a2 := s.hash(r.Method, r.RequestURI)
	if p["qop"] == "auth-int" {
		a2 = s.hash(r.Method, r.RequestURI, s.hash(string(body)))
	}
	want := s.hash(a1, p["nonce"], a2)
	if p["qop"] != "" {
		want = s.hash(a1, p["nonce"], p["nc"], p["cnonce"], p["qop"], a2)
	}
	if p["username"] != "ann" || p["uri"] != r.RequestURI || p["opaque"] != "o" || p["response"] != want || strings.Contains(s.qop, "auth") == (p["qop"] == "") {
		s.refused++
		s.challenge(w, false)
		return
	}
	used, known := s.used[p["nonce"]]
	if !known || s.uses > 0 && len(used) >= s.uses {
		s.challenge(w, true)
		return
	}
	nc := p["nc"]
	if nc == "" {
		nc = strconv.Itoa(len(used))
	}
	if used[nc] {
		s.t.Errorf("nc %s of nonce %s came twice", nc, p["nonce"])
	}
	used[nc] = true
	form, err := url.ParseQuery(string(body))
	if err != nil {
		s.t.Error(err)
	}
	s.rows[form.Get("key")]++
}

// newDigestBench makes an engine over n rows against a server that wants digest
// credentials.
func newDigestBench(t *testing.T, n int64, s *digestServer) *bench {
	t.Helper()
	b := newBench(t, n, nil)
	s.t, s.used, s.rows = t, make(map[string]map[string]bool), make(map[string]int)
	if s.password == "" {
		s.password = "pass word"
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "insert", "request": {"method": "POST", "url": %q,
		"auth": {"type": "digest", "digest": [{"key": "username", "value": "ann"}, {"key": "password", "value": "pass word"}]},
		"body": {"mode": "urlencoded", "urlencoded": [{"key": "key", "value": "{{key}}"}]}}}]}`, server.URL+"/a|b?q=1"))
	if err != nil {
		t.Fatal(err)
	}
	b.Steps[0].Template = request.Compile(c.Items[0], request.Options{Scopes: &vars.Scopes{}, Columns: []string{"key"}, Run: vars.Run{ID: "run"}})
	if len(b.Steps[0].Template.Problems) > 0 {
		t.Fatal(b.Steps[0].Template.Problems)
	}
	b.Stop, b.Retries = batch.DefaultStopRules(), 0
	return b
}

// each checks that every row came to the server exactly once.
func (s *digestServer) each(n int) {
	s.t.Helper()
	for row := 1; row <= n; row++ {
		if got := s.rows[strconv.Itoa(row)]; got != 1 {
			s.t.Errorf("row %d was let in %d times", row, got)
		}
	}
}

func TestDigest(t *testing.T) {
	const n = 60
	for _, s := range []*digestServer{
		{algorithm: "", qop: ""}, {algorithm: "MD5", qop: "auth"}, {algorithm: "MD5-sess", qop: "auth"}, {algorithm: "MD5", qop: "auth-int"},
		{algorithm: "SHA-256", qop: "auth-int, auth"}, {algorithm: "SHA-256-sess", qop: "auth-int"}, {algorithm: "SHA-512-256", qop: "auth"},
		{algorithm: "MD5", qop: "auth", noExpect: true},
	} {
		t.Run(fmt.Sprintf("%s %s %t", s.algorithm, s.qop, s.noExpect), func(t *testing.T) {
			b := newDigestBench(t, n, s)
			records, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := count(records); got[batch.Succeeded] != n {
				t.Fatalf("statuses %v, %q", got, b.stopped)
			}
			s.each(n)
			// One attempt was asked, whatever the concurrency, and no retry was needed.
			if s.asked != 1 || s.refused != 0 {
				t.Errorf("%d attempts without credentials, %d with wrong ones", s.asked, s.refused)
			}
			attempts := 0
			for _, r := range records {
				attempts += r.Attempts
			}
			if want := n + 1 + map[bool]int{true: 1}[s.noExpect]; attempts != want {
				t.Errorf("%d attempts, want %d", attempts, want)
			}
			if s.expected == 0 || s.expected > 2 {
				t.Errorf("%d bodies waited for the server's word", s.expected)
			}
		})
	}
}

// Nonces grow stale while many attempts are on their way.
func TestDigestStale(t *testing.T) {
	const n = 60
	for _, silent := range []bool{false, true} {
		s := &digestServer{algorithm: "SHA-256", qop: "auth", uses: 20, silent: silent}
		b := newDigestBench(t, n, s)
		records, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := count(records); got[batch.Succeeded] != n || s.asked != 1 {
			t.Fatalf("silent is %t: statuses %v, %d asked, %q", silent, got, s.asked, b.stopped)
		}
		s.each(n)
	}
}

// A wrong password is a bad token: the load stops, nothing was applied, and the
// account is not locked by as many attempts as there are connections.
func TestDigestWrongPassword(t *testing.T) {
	s := &digestServer{algorithm: "MD5", qop: "auth", password: "another"}
	b := newDigestBench(t, 100, s)
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := count(records); got[batch.Pending] != len(records) || !strings.Contains(b.stopped, "does not accept the token") {
		t.Errorf("statuses %v, stopped by %q", got, b.stopped)
	}
	if s.refused != 1 || s.asked != 1 {
		t.Errorf("%d attempts with the wrong password, %d without", s.refused, s.asked)
	}
}

// A server whose every nonce is stale is not asked for ever.
func TestDigestNeverEnds(t *testing.T) {
	asked := 0
	b := newDigestBench(t, 1, &digestServer{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Digest realm="r", nonce="%d", stale=true`, asked))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "i", "request": {"method": "POST", "url": %q, "auth": {"type": "digest", "digest": {"username": "a", "password": "b"}}}}]}`, server.URL))
	if err != nil {
		t.Fatal(err)
	}
	b.Steps[0].Template = request.Compile(c.Items[0], request.Options{})
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := records[1]; got.Status != batch.Pending || got.HTTPStatus != http.StatusUnauthorized || asked != 4 {
		t.Errorf("%d attempts, the record is %+v", asked, got)
	}
}

// An unknown row that a person sends again is asked for credentials first, and
// sent all the same.
func TestDigestUnknownAgain(t *testing.T) {
	s := &digestServer{algorithm: "MD5", qop: "auth"}
	b := newDigestBench(t, 1, s)
	was := batch.Record{Row: 1, Line: 2, Status: batch.Unknown, Cause: batch.CauseTimeout, Attempts: 1}
	if err := b.ledger.Commit(t.Context(), []batch.Entry{{Kind: batch.Settle, Record: was}}); err != nil {
		t.Fatal(err)
	}
	b.Recorded = func(int64) bool { return true }
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := records[1]; r.Status != batch.Succeeded || r.Attempts != 3 {
		t.Errorf("the record is %+v", r)
	}
	s.each(1)
}

// A run that ends between the server's question and the row itself leaves the row
// unknown: nobody knows more of it than before, and resume must not send it.
func TestDigestUnknownCut(t *testing.T) {
	s := &digestServer{algorithm: "MD5", qop: "auth"}
	b := newDigestBench(t, 1, s)
	was := batch.Record{Row: 1, Line: 2, Status: batch.Unknown, Cause: batch.CauseTimeout, Message: "too late", Attempts: 1}
	if err := b.ledger.Commit(t.Context(), []batch.Entry{{Kind: batch.Settle, Record: was}}); err != nil {
		t.Fatal(err)
	}
	b.Recorded = func(int64) bool { return true }
	ctx, cancel := context.WithCancel(t.Context())
	s.onAsked = cancel
	records, err := b.run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if r := records[1]; r.Status != batch.Unknown || r.Cause != batch.CauseTimeout || r.Attempts != 2 || !strings.HasSuffix(r.Message, "the earlier attempt: too late") {
		t.Errorf("the record is %+v", r)
	}
	s.each(0)
}

// A look-up answers the server's question too.
func TestDigestLookup(t *testing.T) {
	s := &digestServer{algorithm: "MD5", qop: "auth"}
	b := newDigestBench(t, 1, s)
	f := &batch.Finder{
		Template: b.Steps[0].Template, Sender: b.Sender, Pacer: b.Pacer, Masker: b.Masker, RunID: "run",
		Found: func(a *batch.Answer) ([]string, error) { return []string{strconv.Itoa(a.Status)}, nil },
		Value: func(r batch.Row) string { return r.Cells[0] },
		Cells: func(r batch.Row) []string { return r.Cells },
	}
	for range 2 {
		if ids, err := f.Find(t.Context(), batch.Row{Num: 1, Cells: []string{"1"}}); err != nil || len(ids) != 1 || ids[0] != "200" {
			t.Errorf("got %q, %v", ids, err)
		}
	}
	if s.asked != 1 {
		t.Errorf("the server asked %d times", s.asked)
	}
}

package batch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/pace"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// lookups is a server that finds a record for rows it knows, if it accepts the
// token, a number.
type lookups struct {
	t       *testing.T
	url     string
	accepts func(token string) bool
	knows   func(row string) bool
	asked   atomic.Int64
}

func newLookups(t *testing.T, accepts func(token string) bool) *lookups {
	l := &lookups{t: t, accepts: accepts, knows: func(string) bool { return true }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.asked.Add(1)
		row := r.URL.Query().Get("key")
		switch {
		case !l.accepts(r.Header.Get("Token")):
			w.WriteHeader(http.StatusUnauthorized)
		case l.knows(row):
			fmt.Fprintf(w, `{"ids": ["id-%s"]}`, row)
		default:
			fmt.Fprint(w, `{"ids": []}`)
		}
	}))
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

// finder asks with a token.
func (l *lookups) finder(token int) *batch.Finder {
	l.t.Helper()
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "look", "request": {"method": "GET",
		"url": "%s/look?key={{key}}", "header": [{"key": "Token", "value": "t%d"}]}}]}`, l.url, token))
	if err != nil {
		l.t.Fatal(err)
	}
	template := request.Compile(c.Items[0], request.Options{Scopes: &vars.Scopes{}, Columns: []string{"key"}})
	if len(template.Problems) > 0 {
		l.t.Fatal(template.Problems)
	}
	found, err := contract.NewFound("json.ids")
	if err != nil {
		l.t.Fatal(err)
	}
	return &batch.Finder{
		Template: template, Sender: batch.NewHTTPSender(batch.HTTPOptions{Timeout: 10 * time.Second, Concurrency: 8}),
		Pacer: pace.New(batch.Rate{}, 1), Masker: vars.NewMasker(nil), RunID: "run", Found: found, Judge: contract.ByStatus{},
		Value: func(r batch.Row) string { return r.Cells[0] }, Cells: func(r batch.Row) []string { return r.Cells },
	}
}

// renewed gives a finder a renewal whose tokens count from 1.
func (l *lookups) renewed(f *batch.Finder) *atomic.Int64 {
	var token atomic.Int64
	f.Renewal = &batch.FinderRenewal{Every: time.Millisecond, Fetch: func(context.Context) (*batch.Finder, error) {
		return l.finder(int(token.Add(1))), nil
	}}
	return &token
}

func look(t *testing.T, f *batch.Finder, row int) error {
	t.Helper()
	ids, err := f.Find(t.Context(), batch.Row{Num: int64(row), Cells: []string{fmt.Sprint(row)}})
	if err == nil && (len(ids) != 1 || ids[0] != fmt.Sprintf("id-%d", row)) {
		t.Errorf("row %d: found %q", row, ids)
	}
	return err
}

// Many look-ups that are refused at once get one new token.
func TestLookupRenewal(t *testing.T) {
	l := newLookups(t, func(token string) bool { return token == "t1" })
	f := l.finder(0)
	token := l.renewed(f)
	var g sync.WaitGroup
	for row := range 40 {
		g.Go(func() {
			if err := look(t, f, row); err != nil {
				t.Errorf("row %d: %v", row, err)
			}
		})
	}
	g.Wait()
	if token.Load() != 1 {
		t.Errorf("%d tokens", token.Load())
	}
}

// A token that was accepted and expires is renewed again; one that never was is
// not.
func TestLookupRenewalAgain(t *testing.T) {
	var good atomic.Int64
	l := newLookups(t, func(token string) bool { return token == fmt.Sprintf("t%d", good.Load()) })
	f := l.finder(0)
	token := l.renewed(f)
	for expired := range 3 {
		good.Store(int64(expired))
		if err := look(t, f, 1); err != nil || token.Load() != int64(expired) {
			t.Fatalf("%v, %d tokens, want %d", err, token.Load(), expired)
		}
	}
	good.Store(9)
	for range 3 {
		if err := look(t, f, 1); !errors.Is(err, batch.ErrTokenRefused) || token.Load() != 3 {
			t.Fatalf("%v, %d tokens", err, token.Load())
		}
	}
}

func TestLookupRenewalFails(t *testing.T) {
	l := newLookups(t, func(string) bool { return false })
	f := l.finder(0)
	calls := 0
	f.Renewal = &batch.FinderRenewal{Fetch: func(context.Context) (*batch.Finder, error) {
		calls++
		return nil, errors.New("the vault is closed")
	}}
	for range 2 {
		if err := look(t, f, 1); !errors.Is(err, batch.ErrTokenRefused) || !strings.HasSuffix(err.Error(), "there is no new one: the vault is closed") {
			t.Fatal(err)
		}
	}
	if calls != 1 || l.asked.Load() != 2 {
		t.Errorf("%d calls, %d questions", calls, l.asked.Load())
	}
}

// The look-up before a row is sent is refused: with a new token the row is looked
// up again and goes out, once, as its first attempt.
func TestLookupFirstRenewal(t *testing.T) {
	const n = 60
	l := newLookups(t, func(token string) bool { return token == "t1" })
	l.knows = func(row string) bool { return row == "7" }
	b := newBench(t, n, func(http.ResponseWriter, int64, int) {})
	b.LookupFirst = l.finder(0)
	fetched := 0
	b.Renewal = &batch.Renewal{Every: time.Millisecond, Fetch: func(context.Context) (*batch.Fresh, error) {
		fetched++
		return &batch.Fresh{Templates: []*request.Template{b.Steps[0].Template}, Masker: b.Masker, LookupFirst: l.finder(fetched)}, nil
	}}
	b.Stop = batch.DefaultStopRules()
	records, err := b.run(t.Context())
	if err != nil || b.stopped != "" || fetched != 1 {
		t.Fatalf("%v, %q, %d tokens", err, b.stopped, fetched)
	}
	for row := int64(1); row <= n; row++ {
		want, sent := batch.Succeeded, 1
		if row == 7 {
			want, sent = batch.Skipped, 0
		}
		if r := records[row]; r.Status != want || b.got[row] != sent || r.Attempts != sent {
			t.Errorf("row %d: sent %d times, %+v", row, b.got[row], r)
		}
	}
}

// Without a new token the load stops, and no row is to blame.
func TestLookupFirstRefused(t *testing.T) {
	l := newLookups(t, func(string) bool { return false })
	b := newBench(t, 50, func(http.ResponseWriter, int64, int) {})
	b.LookupFirst = l.finder(0)
	b.Stop = batch.DefaultStopRules()
	records, err := b.run(t.Context())
	if err != nil || !strings.Contains(b.stopped, "does not accept the token") {
		t.Fatalf("%v, %q", err, b.stopped)
	}
	if got := count(records); got[batch.Pending] != len(records) || len(b.got) != 0 {
		t.Errorf("statuses %v, %d rows sent", got, len(b.got))
	}
}

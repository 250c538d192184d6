package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pmrun/pmrun/batch/mockcrm"
)

// lyingCRM is the mock CRM behind a server that does not always pass its
// answers on, and sometimes not even the request.
type lyingCRM struct {
	*httptest.Server
	crm *mockcrm.Server
	// inserts counts requests; lie says, for the nth insert, what happens.
	inserts atomic.Int64
	lie     func(n int64) lie
}

type lie int

const (
	truth       lie = iota
	storeAndCut     // the case is stored, the connection is cut before the answer
	cutOff          // the connection is cut, nothing is stored
)

func newLyingCRM(t *testing.T, lies func(n int64) lie) *lyingCRM {
	t.Helper()
	crm, err := mockcrm.New(mockcrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := &lyingCRM{crm: crm, lie: lies}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := truth
		if strings.HasSuffix(r.URL.Path, "/insert.php") {
			what = l.lie(l.inserts.Add(1))
		}
		switch what {
		case storeAndCut:
			crm.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case cutOff:
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		}
		crm.ServeHTTP(w, r)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *lyingCRM) host() string { return strings.TrimPrefix(l.URL, "http://") }

// TestReconcile is the vendor's symptom the other way round: the case is in the
// CRM and nobody was told.
func TestReconcile(t *testing.T) {
	server := newLyingCRM(t, func(n int64) lie {
		if n%20 == 0 {
			return storeAndCut
		}
		return truth
	})
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 400)
	if code, stdout, stderr := pmrun(t, args...); code != 5 || !strings.Contains(stdout, "unknown   20") {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if n := server.crm.Len(); n != 400 {
		t.Fatalf("%d cases", n)
	}
	code, stdout, stderr := pmrun(t, "reconcile", out, "--rate", "none")
	if code != 0 || !strings.Contains(stderr, "reconciled: 20 found, 0 not there (now pending), 0 still unknown") {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	ids := make(map[string]string)
	for _, c := range server.crm.Cases() {
		ids[c.Fields["description"]] = c.ID
	}
	_, rows := readCSV(t, filepath.Join(out, "report.csv"))
	for _, r := range rows {
		if r["pmrun_status"] != "succeeded" || r["pmrun_ref"] != ids[r["description"]] {
			t.Errorf("%s: %s, ref %s, want %s", r["description"], r["pmrun_status"], r["pmrun_ref"], ids[r["description"]])
		}
	}
	if code, stdout, _ := pmrun(t, "verify", out, "--rate", "none"); code != 0 || !strings.Contains(stdout, "400 of 400 succeeded rows looked up: 400 there, 0 missing") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

// TestReconcileNotThere makes rows pending that the server does not have, and
// resume sends just those.
func TestReconcileNotThere(t *testing.T) {
	server := newLyingCRM(t, func(n int64) lie {
		switch {
		case n <= 100 && n%10 == 0:
			return cutOff
		case n <= 100 && n%10 == 5:
			return storeAndCut
		}
		return truth
	})
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 100)
	code, stdout, stderr := pmrun(t, append(args, "--reconcile", "--settle", "10ms")...)
	if code != 4 || !strings.Contains(stderr, "reconciled: 10 found, 10 not there (now pending), 0 still unknown") {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if code, stdout, stderr := pmrun(t, "resume", out); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	seen := make(map[string]int)
	for _, c := range server.crm.Cases() {
		seen[c.Fields["description"]]++
	}
	if len(seen) != 100 || server.crm.Len() != 100 {
		t.Errorf("%d cases of %d rows", server.crm.Len(), len(seen))
	}
}

// TestReconcileUnclear leaves rows unknown when the server has several records,
// another row's, or does not tell.
func TestReconcileUnclear(t *testing.T) {
	server := newLyingCRM(t, func(n int64) lie {
		if n >= 5 {
			return storeAndCut
		}
		return truth
	})
	dir := t.TempDir()
	collection, environment := crmFiles(t, dir, server.host())
	out := filepath.Join(dir, "out")
	// Rows 5 and 6 are stored twice the same; row 7 only once, as row 1 is.
	data := write(t, dir, "rows.csv", "description\nsame\nb\nc\nd\ntwin\ntwin\n")
	code, stdout, stderr := pmrun(t, "load", collection, "--request", "Insert CRM cases", "-e", environment, "-d", data, "--concurrency", "1", "--rate", "none", "--out", out)
	if code != 5 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if code, _, stderr := pmrun(t, "reconcile", out, "--settle", "1ms"); code != 5 || !strings.Contains(stderr, "2 still unknown") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	_, rows := readCSV(t, filepath.Join(out, "unknown.csv"))
	for _, r := range rows {
		if !strings.Contains(r["pmrun_message"], "2 records match") {
			t.Errorf("message %q", r["pmrun_message"])
		}
	}
	for _, c := range []struct{ args, want string }{
		{"--lookup nonsense", "write it FIELD=NAME"},
		{"--lookup description=nope", "neither a field of the request nor a column"},
		{"--request Nope --match json", "Nope"},
		{"--request Nope", "needs --match"},
	} {
		code, _, stderr := pmrun(t, append([]string{"reconcile", out}, strings.Fields(c.args)...)...)
		if code == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, %s", c.args, code, stderr)
		}
	}
}

// TestVerifyMissing lists rows that were reported as sent and are not there.
func TestVerifyMissing(t *testing.T) {
	dir := t.TempDir()
	var n atomic.Int64
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/queryCases.php") {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), "row 3") {
				_, _ = io.WriteString(w, `{"code":"200","error":"null","msg":"0 records were are found","data":[]}`)
				return
			}
			_, _ = io.WriteString(w, `{"code":"200","error":"null","data":[{"wolkvox_id":"x"}]}`)
			return
		}
		n.Add(1)
		_, _ = io.WriteString(w, accepted)
	}))
	defer crm.Close()
	args, out := loadArgs(t, dir, strings.TrimPrefix(crm.URL, "http://"), 9)
	if code, _, stderr := pmrun(t, args...); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	code, stdout, _ := pmrun(t, "verify", out, "--rate", "none")
	if code != 1 || !strings.Contains(stdout, "row 3 (line 4), reported as x: NOT THERE") || !strings.Contains(stdout, "8 there, 1 missing") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	if code, stdout, _ := pmrun(t, "verify", out, "--rate", "none", "--sample", "4"); !strings.Contains(stdout, "4 of 9 succeeded rows looked up") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	if got := n.Load(); got != 9 {
		t.Errorf("%s inserts", strconv.FormatInt(got, 10))
	}
}

// TestReconcileByRequest looks rows up by a request of the collection, filled
// with the row.
func TestReconcileByRequest(t *testing.T) {
	server := newLyingCRM(t, func(n int64) lie {
		if n%3 == 0 {
			return storeAndCut
		}
		return truth
	})
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 12)
	text, err := os.ReadFile(args[1])
	if err != nil {
		t.Fatal(err)
	}
	query := `, {"name": "Query", "request": {"method": "POST", "header": [{"key": "Wolkvox-Token", "value": "{{wolkvox_token}}"}],
		"url": "http://{{crm_server}}/server/API/v2/cases/queryCases.php",
		"body": {"mode": "raw", "raw": "{\"operation\": \"{{operation}}\", \"field\": \"description\", \"value\": \"{{description}}\"}", "options": {"raw": {"language": "json"}}}}}]}`
	write(t, dir, "crm.json", strings.TrimSuffix(string(text), "]}")+query)
	if code, stdout, stderr := pmrun(t, args...); code != 5 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	code, _, stderr := pmrun(t, "reconcile", out, "--request", "Query", "--match", "map(json.data, #.wolkvox_id)", "--rate", "none")
	if code != 0 || !strings.Contains(stderr, "reconciled: 4 found") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if server.crm.Len() != 12 {
		t.Errorf("%d cases", server.crm.Len())
	}
}

// TestReconcileDoubts leaves rows unknown when an answer is no answer to the
// question, or may be about another row.
func TestReconcileDoubts(t *testing.T) {
	server := newRecorder(t)
	var status, inserts atomic.Int64
	status.Store(http.StatusUnauthorized)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/find"):
			w.WriteHeader(int(status.Load()))
			if status.Load() == http.StatusOK {
				_, _ = io.WriteString(w, `{"data":["the-one"]}`)
				return
			}
			_, _ = io.WriteString(w, `{"data":[]}`)
		case inserts.Add(1) == 1:
			w.WriteHeader(http.StatusCreated) // without an id
		default:
			panic(http.ErrAbortHandler)
		}
	})
	dir := t.TempDir()
	collection := write(t, dir, "c.json", `{"info": {"name": "c"}, "item": [
		{"name": "Insert", "request": {"method": "POST", "url": "http://{{host}}/insert", "body": {"mode": "urlencoded", "urlencoded": [{"key": "name", "value": "{{name}}"}]}}},
		{"name": "Find", "request": {"method": "GET", "url": "http://{{host}}/find?name={{name}}"}}]}`)
	out := filepath.Join(dir, "out")
	code, stdout, stderr := pmrun(t, "load", collection, "--request", "Insert", "--env-var", "host="+server.host(), "-d", write(t, dir, "rows.csv", "name\nsame\nsame\n"), "--concurrency", "1", "--out", out)
	if code != 5 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	for code, want := range map[int]string{
		http.StatusUnauthorized: "HTTP status 401",
		http.StatusOK:           "may be row 1's",
	} {
		status.Store(int64(code))
		exit, _, stderr := pmrun(t, "reconcile", out, "--request", "Find", "--match", "json.data", "--settle", "1ms")
		_, unknown := readCSV(t, filepath.Join(out, "unknown.csv"))
		if exit != 5 || len(unknown) != 1 || !strings.Contains(unknown[0]["pmrun_message"], want) {
			t.Errorf("%d: exit code %d, %v\n%s", code, exit, unknown, stderr)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// begin loads two of ten rows and returns the run directory.
func begin(t *testing.T, server *recorder, more ...string) (dir, out string) {
	t.Helper()
	dir = t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 10)
	if code, stdout, stderr := pmrun(t, append(append(args, "--first", "2"), more...)...); code != 4 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	return dir, out
}

// refuses wants a verb to be refused, with that message, and nothing sent.
func refuses(t *testing.T, server *recorder, want string, args ...string) {
	t.Helper()
	before := len(server.stored())
	code, _, stderr := pmrun(t, args...)
	if code != 2 || !strings.Contains(stderr, want) {
		t.Errorf("%v: exit code %d, %s", args, code, stderr)
	}
	if n := len(server.stored()) - before; n != 0 {
		t.Errorf("%v: %d rows were sent", args, n)
	}
}

// TestResumeElsewhere refuses another host or operation though both are secret,
// and look the same once masked.
func TestResumeElsewhere(t *testing.T) {
	here, there := newRecorder(t), newRecorder(t)
	t.Setenv("PMRUN_VAR_crm_server", here.host())
	t.Setenv("PMRUN_VAR_operation", "first-company")
	_, out := begin(t, here)
	t.Setenv("PMRUN_VAR_crm_server", there.host())
	refuses(t, here, "the host is another", "resume", out)
	t.Setenv("PMRUN_VAR_crm_server", here.host())
	t.Setenv("PMRUN_VAR_operation", "other-company")
	refuses(t, here, "the operation is another", "resume", out)
	refuses(t, here, "the run before went to the real host", "resume", out, "--mock")
	if len(there.stored()) != 0 {
		t.Error("rows went to the other host")
	}
	t.Setenv("PMRUN_VAR_operation", "first-company")
	for _, flag := range []string{"--concurrency=0", "--concurrency=-1", "--burst=0", "--timeout=0s"} {
		refuses(t, here, "it has to be", "resume", out, flag)
	}
	if code, _, stderr := pmrun(t, "resume", out); code != 0 || len(here.stored()) != 10 {
		t.Errorf("exit code %d, %d cases\n%s", code, len(here.stored()), stderr)
	}
}

// TestResumeChangedDirectory refuses a run directory that is not what it was.
func TestResumeChangedDirectory(t *testing.T) {
	server := newRecorder(t)
	_, out := begin(t, server)
	input := filepath.Join(out, batch.InputFile)
	text, err := os.ReadFile(input)
	if err != nil {
		t.Fatal(err)
	}
	for _, changed := range []string{
		strings.Replace(string(text), "row 1\n", "row 0\n", 1), // of the same size
		strings.Replace(string(text), "row 1\n", "row 0\nrow 1\n", 1),
	} {
		write(t, out, batch.InputFile, changed)
		refuses(t, server, "is not what the run began with", "resume", out)
	}
	write(t, out, batch.InputFile, string(text))
	contract := filepath.Join(out, batch.ContractFile)
	if err := os.Rename(contract, contract+".away"); err != nil {
		t.Fatal(err)
	}
	refuses(t, server, "the contract is another", "resume", out)
	if err := os.Rename(contract+".away", contract); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := pmrun(t, "resume", out); code != 0 || len(server.stored()) != 10 {
		t.Errorf("exit code %d, %d cases\n%s", code, len(server.stored()), stderr)
	}
}

// TestResumeSecrets never sends the mask in place of a secret, nor another
// value of a variable than the one that was given.
func TestResumeSecrets(t *testing.T) {
	server := newRecorder(t)
	_, out := begin(t, server, "--env-var", "wolkvox_token=the-token-of-account-B")
	refuses(t, server, "wolkvox_token was given with --env-var", "resume", out)
	if code, _, stderr := pmrun(t, "resume", out, "--env-var", "wolkvox_token=the-token-of-account-B"); code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	// A secret whose value also stands in the body.
	t.Setenv("PMRUN_VAR_default_contact", "x@example.com")
	_, out = begin(t, server)
	refuses(t, server, "the request itself holds a secret", "resume", out)
	for _, c := range server.stored() {
		if strings.Contains(c["contact"], "•") {
			t.Errorf("the mask was sent: %v", c)
		}
	}
}

// TestUnknownStaysUnknown keeps a row unknown when sending it again created
// nothing: the first attempt may have.
func TestUnknownStaysUnknown(t *testing.T) {
	server := newRecorder(t)
	var mode atomic.Int32
	server.answer = func(w http.ResponseWriter, _ *http.Request, _ int) {
		switch mode.Load() {
		case 0:
			panic(http.ErrAbortHandler)
		case 1:
			_, _ = io.WriteString(w, `{"code":"401","error":"token","msg":"bad token"}`)
		case 2:
			_, _ = io.WriteString(w, `{"code":"400","error":"no","msg":"the contact does not exist"}`)
		}
	}
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 3)
	if code, _, stderr := pmrun(t, args...); code != 5 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	retry := []string{"retry", out, "--unknown", "--accept-duplicates", "--retries", "0"}
	for m, name := range []string{"cut", "bad token", "refused"} {
		mode.Store(int32(m))
		pmrun(t, retry...)
		if got := statuses(t, out); got["unknown"] != 3 {
			t.Errorf("%s: statuses %v", name, got)
		}
	}
	server.Close()
	pmrun(t, retry...)
	if got := statuses(t, out); got["unknown"] != 3 {
		t.Errorf("nothing listens: statuses %v", got)
	}
}

// TestRetryInterrupted says that a retry was cut off, and leaves rows as they were.
func TestRetryInterrupted(t *testing.T) {
	server := newRecorder(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var cutting atomic.Bool
	server.answer = func(w http.ResponseWriter, _ *http.Request, _ int) {
		if cutting.Load() {
			cancel()
			_, _ = io.WriteString(w, accepted)
			return
		}
		_, _ = io.WriteString(w, `{"code":"400","error":"no","msg":"the contact does not exist"}`)
	}
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 9)
	if code, _, stderr := pmrun(t, append(args, "--concurrency", "1")...); code != 1 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	cutting.Store(true)
	code, stdout, stderr := pmrunContext(t, ctx, "retry", out, "--failed", "--concurrency", "1")
	if code != 4 || !strings.Contains(stdout, "interrupted") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if got := statuses(t, out); got["failed"]+got["succeeded"] != 9 || got["succeeded"] == 0 || got["failed"] == 0 {
		t.Errorf("statuses %v", got)
	}
}

// TestReportFails never says with its exit code that nothing was sent.
func TestReportFails(t *testing.T) {
	server := newRecorder(t)
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 5)
	blocked := filepath.Join(out, "report.csv")
	server.answer = func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			_ = os.MkdirAll(filepath.Join(blocked, "in the way"), 0o700)
		}
		_, _ = io.WriteString(w, accepted)
	}
	code, _, stderr := pmrun(t, args...)
	if code < 3 || !strings.Contains(stderr, "pmrun report "+out) {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if err := os.RemoveAll(blocked); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := pmrun(t, "report", out); code != 0 || statuses(t, out)["succeeded"] != 5 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// TestSameDirectory lets one of two loads have a directory; the other takes
// nothing of it away.
func TestSameDirectory(t *testing.T) {
	server := newRecorder(t)
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 5)
	server.answer = func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			if code, _, stderr := pmrun(t, args...); code != 2 || !strings.Contains(stderr, "holds a run already") {
				t.Errorf("the second load: exit code %d\n%s", code, stderr)
			}
		}
		_, _ = io.WriteString(w, accepted)
	}
	if code, _, stderr := pmrun(t, args...); code != 0 || statuses(t, out)["succeeded"] != 5 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	// Before the ledger is there, another process has claimed the directory by
	// its first file.
	claimed := filepath.Join(dir, "claimed")
	d, file, undo, err := batch.NewRunDir(claimed, batch.InputFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, _, _, err := batch.NewRunDir(claimed, batch.InputFile); err == nil {
		t.Error("two processes have one directory")
	}
	write(t, claimed, "somebody's.txt", "keep")
	if err := undo(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(d.Path("somebody's.txt")); err != nil {
		t.Errorf("a stranger's file is gone: %v", err)
	}
}

// TestIdempotencyHeader sends each row's own value, the same on every attempt.
func TestIdempotencyHeader(t *testing.T) {
	server := newRecorder(t)
	var mu sync.Mutex
	values := make(map[string][]string) // by description
	server.answer = func(w http.ResponseWriter, r *http.Request, n int) {
		mu.Lock()
		defer mu.Unlock()
		description := server.stored()[n-1]["description"]
		values[description] = append(values[description], r.Header.Get("Idempotency-Key"))
		if len(values[description]) == 1 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, accepted)
	}
	dir := t.TempDir()
	args, _ := loadArgs(t, dir, server.host(), 4)
	if code, _, stderr := pmrun(t, append(args, "--idempotency-header", "Idempotency-Key", "--concurrency", "1")...); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	seen := make(map[string]bool)
	for description, v := range values {
		if len(v) != 2 || v[0] == "" || v[0] != v[1] || seen[v[0]] {
			t.Errorf("%s: %q", description, v)
		}
		seen[v[0]] = true
	}
}

// TestNothingLeaks alternates full and sparse rows: an empty cell is sent empty,
// whatever the row before had.
func TestNothingLeaks(t *testing.T) {
	server := newRecorder(t)
	dir := t.TempDir()
	collection, environment := crmFiles(t, dir, server.host())
	var data strings.Builder
	data.WriteString("description,solution,form\n")
	for i := range 200 {
		if i%2 == 0 {
			fmt.Fprintf(&data, "row %d,solution of %d,\"{\"\"Subject\"\": \"\"%d\"\"}\"\n", i, i, i)
		} else {
			fmt.Fprintf(&data, "row %d,,\n", i)
		}
	}
	code, _, stderr := pmrun(t, "load", collection, "--request", "Insert CRM cases", "-e", environment, "-d", write(t, dir, "rows.csv", data.String()),
		"--rate", "none", "--concurrency", "4", "--out", filepath.Join(dir, "out"))
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	for _, c := range server.stored() {
		var i int
		if _, err := fmt.Sscanf(c["description"], "row %d", &i); err != nil {
			t.Fatal(err)
		}
		solution, form := fmt.Sprintf("solution of %d", i), fmt.Sprintf(`{"Subject": "%d"}`, i)
		if i%2 == 1 {
			solution, form = "", ""
		}
		if c["solution"] != solution || c["form"] != form || len(c) != 10 {
			t.Errorf("row %d: %q", i, c)
		}
	}
}

// TestBalance says loudly that the rows do not add up, with a code of its own.
func TestBalance(t *testing.T) {
	server := newRecorder(t)
	_, out := begin(t, server)
	text, err := os.ReadFile(filepath.Join(out, batch.InputFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{
		"a row more":    string(text) + "row 11\n",
		"rows are gone": "description\nrow 1\n",
	} {
		write(t, out, batch.InputFile, changed)
		if code, _, stderr := pmrun(t, "report", out); code != 70 || !strings.Contains(stderr, "THE BALANCE DOES NOT CLOSE") {
			t.Errorf("%s: exit code %d\n%s", name, code, stderr)
		}
	}
}

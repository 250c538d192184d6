package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

const accepted = `{"code":"200","error":"null","data":[{"wolkvox_id":"x"}]}`

// loadArgs are the arguments of a load of n rows against the server.
func loadArgs(t *testing.T, dir, host string, n int) (args []string, out string) {
	t.Helper()
	collection, environment := crmFiles(t, dir, host)
	var data bytes.Buffer
	data.WriteString("description\n")
	for i := range n {
		fmt.Fprintf(&data, "row %d\n", i+1)
	}
	out = filepath.Join(dir, "out")
	return []string{"load", collection, "--request", "Insert CRM cases", "-e", environment,
		"-d", write(t, dir, "rows.csv", data.String()), "--rate", "none", "--no-progress", "--out", out}, out
}

func statuses(t *testing.T, out string) map[string]int {
	t.Helper()
	_, rows := readCSV(t, filepath.Join(out, "report.csv"))
	counts := make(map[string]int)
	for _, r := range rows {
		counts[r["pmrun_status"]]++
	}
	return counts
}

// timesStored counts how often each description was stored.
func timesStored(r *recorder) map[string]int {
	times := make(map[string]int)
	for _, c := range r.stored() {
		times[c["description"]]++
	}
	return times
}

// TestWrongToken stops a load after a handful of requests, leaves every row
// pending, and goes on once the token is right.
func TestWrongToken(t *testing.T) {
	server := newRecorder(t)
	var right atomic.Bool
	server.answer = func(w http.ResponseWriter, r *http.Request, _ int) {
		if right.Load() {
			_, _ = io.WriteString(w, accepted)
			return
		}
		_, _ = io.WriteString(w, `{"code":"401","error":"unauthorized","msg":"the token is not valid"}`)
	}
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 500)
	code, stdout, stderr := pmrun(t, args...)
	if code != 3 || !strings.Contains(stdout, "does not accept the token") || !strings.Contains(stdout, "put a valid token") {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if n := len(server.stored()); n > 16 {
		t.Errorf("%d requests were made", n)
	}
	if got := statuses(t, out); got["pending"] != 500 {
		t.Errorf("statuses %v", got)
	}
	right.Store(true)
	before := len(server.stored())
	if code, stdout, stderr := pmrun(t, "resume", out); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if n := len(server.stored()) - before; n != 500 || statuses(t, out)["succeeded"] != 500 {
		t.Errorf("%d requests, statuses %v", n, statuses(t, out))
	}
}

// TestResumeFarIn goes on after rows that are not read again, and sends each of the
// rest once.
func TestResumeFarIn(t *testing.T) {
	server := newRecorder(t)
	server.answer = func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = io.WriteString(w, accepted) }
	const n, first = 12_000, 10_500
	args, out := loadArgs(t, t.TempDir(), server.host(), n)
	if code, stdout, stderr := pmrun(t, append(args, "--first", fmt.Sprint(first))...); code != 4 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if code, stdout, stderr := pmrun(t, "resume", out); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	times := timesStored(server)
	for i := range n {
		if row := fmt.Sprintf("row %d", i+1); times[row] != 1 {
			t.Fatalf("%s was sent %d times", row, times[row])
		}
	}
	if got := statuses(t, out); got["succeeded"] != n {
		t.Errorf("statuses %v", got)
	}
}

// TestUnknownIsNotSentAgain leaves unknown rows alone until a person accepts
// duplicates, and then sends those and no others.
func TestUnknownIsNotSentAgain(t *testing.T) {
	server := newRecorder(t)
	var good atomic.Bool
	server.answer = func(w http.ResponseWriter, r *http.Request, n int) {
		if !good.Load() && n%5 == 0 {
			panic(http.ErrAbortHandler) // stored, and no answer
		}
		_, _ = io.WriteString(w, accepted)
	}
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 50)
	if code, stdout, stderr := pmrun(t, append(args, "--first", "40")...); code != 4 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	good.Store(true)
	if code, stdout, stderr := pmrun(t, "resume", out); code != 5 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if got := statuses(t, out); got["unknown"] != 8 || got["succeeded"] != 42 {
		t.Errorf("statuses %v", got)
	}
	for description, n := range timesStored(server) {
		if n != 1 {
			t.Errorf("%q was stored %d times", description, n)
		}
	}
	_, unknown := readCSV(t, filepath.Join(out, "unknown.csv"))
	if code, _, stderr := pmrun(t, "retry", out, "--unknown"); code != 2 || !strings.Contains(stderr, "--accept-duplicates") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if code, stdout, stderr := pmrun(t, "retry", out, "--unknown", "--accept-duplicates"); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	times := timesStored(server)
	for _, row := range unknown {
		if n := times[row["description"]]; n != 2 {
			t.Errorf("%q was stored %d times", row["description"], n)
		}
	}
	if len(server.stored()) != 58 {
		t.Errorf("%d cases", len(server.stored()))
	}
	_, rows := readCSV(t, filepath.Join(out, "report.csv"))
	for _, r := range rows {
		want := "1"
		if slices.ContainsFunc(unknown, func(u map[string]string) bool { return u["description"] == r["description"] }) {
			want = "2"
		}
		if r["pmrun_attempts"] != want {
			t.Errorf("%s: %s attempts, want %s", r["description"], r["pmrun_attempts"], want)
		}
	}
}

// TestRetryFailed sends refused rows again, and nothing else.
func TestRetryFailed(t *testing.T) {
	server := newRecorder(t)
	var good atomic.Bool
	server.answer = func(w http.ResponseWriter, r *http.Request, n int) {
		if !good.Load() && n%3 == 0 {
			_, _ = io.WriteString(w, `{"code":"400","error":"Case insertion API error","msg":"contact does not exist"}`)
			return
		}
		_, _ = io.WriteString(w, accepted)
	}
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 30)
	if code, stdout, _ := pmrun(t, args...); code != 1 || !strings.Contains(stdout, "cause field: 10 rows") {
		t.Fatalf("exit code %d\n%s", code, stdout)
	}
	good.Store(true)
	if code, stdout, stderr := pmrun(t, "retry", out, "--failed"); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if n := len(server.stored()); n != 40 {
		t.Errorf("%d requests, want 30 and the 10 again", n)
	}
	if _, err := os.Stat(filepath.Join(out, "failed.csv")); err == nil {
		t.Error("failed.csv is still there")
	}
}

var crashes = flag.Int("crashes", 40, "how often TestCrash kills the program")

// TestCrash kills the real program at random moments of a load and resumes it,
// until it is done: every row is at the server at most once, and in the report
// exactly once; what was on its way is unknown.
func TestCrash(t *testing.T) {
	kills := *crashes
	if testing.Short() {
		kills = 5
	}
	seed := uint64(20261122)
	rnd := rand.New(rand.NewPCG(seed, 0))
	server := newRecorder(t)
	dir := t.TempDir()
	const rows = 4000
	args, out := loadArgs(t, dir, server.host(), rows)
	args = append(args, "--concurrency", "4")
	killed := 0
	for round := 0; ; round++ {
		if round > 0 {
			args = []string{"resume", out, "--rate", "none", "--concurrency", "4", "--no-progress"}
		}
		// Killed once the server has taken so many more rows.
		target := int64(-1)
		if killed < kills {
			target = int64(len(server.stored()) + 1 + rnd.IntN(2*rows/(kills+1)))
		}
		if !crashOnce(t, server, target, args) {
			break
		}
		killed++
		if _, err := os.Stat(filepath.Join(out, "ledger.db")); err != nil {
			t.Fatal("killed before the run began")
		}
		for description, n := range timesStored(server) {
			if n > 1 {
				t.Fatalf("after crash %d: %s is at the server %d times", killed, description, n)
			}
		}
		// The balance closes after every crash: each row is in the report once.
		if code, _, stderr := pmrun(t, "report", out, "--quiet"); code != 4 && code != 5 {
			t.Fatalf("after crash %d: report ends with %d\n%s", killed, code, stderr)
		}
		if _, report := readCSV(t, filepath.Join(out, "report.csv")); len(report) != rows {
			t.Fatalf("after crash %d: the report has %d rows", killed, len(report))
		}
	}
	if killed < kills*3/4 {
		t.Errorf("only %d crashes", killed)
	}
	times := timesStored(server)
	_, report := readCSV(t, filepath.Join(out, "report.csv"))
	if len(report) != rows {
		t.Fatalf("the report has %d rows, want %d", len(report), rows)
	}
	unknown := 0
	for i, r := range report {
		if r["description"] != fmt.Sprintf("row %d", i+1) {
			t.Fatalf("report line %d is of %q", i+1, r["description"])
		}
		n := times[r["description"]]
		switch r["pmrun_status"] {
		case "succeeded":
			if n != 1 {
				t.Errorf("%s succeeded and is at the server %d times", r["description"], n)
			}
		case "unknown":
			unknown++
			if n > 1 || r["pmrun_cause"] != "interrupted" {
				t.Errorf("%s is unknown, cause %s, and at the server %d times", r["description"], r["pmrun_cause"], n)
			}
		default:
			t.Errorf("%s is %s", r["description"], r["pmrun_status"])
		}
	}
	t.Logf("%d crashes, %d rows unknown", killed, unknown)
	if unknown > killed*8 {
		t.Errorf("%d rows unknown after %d crashes at concurrency 4", unknown, killed)
	}
}

// crashOnce runs the program and kills it once the server has target cases;
// negative lets it end. It reports whether the program was killed.
func crashOnce(t *testing.T, server *recorder, target int64, args []string) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if target >= 0 {
		server.at(int(target), func() { _ = cmd.Process.Kill() })
	}
	var messages strings.Builder
	scanner := bufio.NewScanner(stderr)
	for scanner.Scan() {
		messages.WriteString(scanner.Text() + "\n")
	}
	err = cmd.Wait()
	server.at(0, nil)
	if cmd.ProcessState.ExitCode() == -1 {
		return true
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 5 {
		t.Fatalf("exit code %d: %v\n%s", code, err, messages.String())
	}
	return false
}

// TestTwoProcesses lets only one process work on a run directory.
func TestTwoProcesses(t *testing.T) {
	server := newRecorder(t)
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 50)
	tried := make(chan string, 1)
	server.answer = func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 20 {
			cmd := exec.Command(os.Args[0], "resume", out)
			cmd.Env = append(os.Environ(), asProgram+"=1")
			text, _ := cmd.CombinedOutput()
			tried <- fmt.Sprintf("%d: %s", cmd.ProcessState.ExitCode(), text)
		}
		_, _ = io.WriteString(w, accepted)
	}
	if code, stdout, stderr := pmrun(t, args...); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if got := <-tried; !strings.HasPrefix(got, "2: ") {
		t.Errorf("a second process: %s", got)
	}
	if n := len(server.stored()); n != 50 {
		t.Errorf("%d cases", n)
	}
}

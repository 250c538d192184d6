package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// noes answers every case with a no that quotes the token, the first one after a 429.
func noes(w http.ResponseWriter, r *http.Request, n int) {
	if n == 1 {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	_, _ = io.WriteString(w, "{\"code\":\"400\",\"error\":\"the field \\\"contact\\\" is unknown\",\n\t\"seen\":\""+r.Header.Get("Wolkvox-Token")+"\x7f[31m\"}")
}

// TestShowAttempts: every attempt, the answer and the rule, and no token.
func TestShowAttempts(t *testing.T) {
	server := newRecorder(t)
	server.answer = noes
	args, out := loadArgs(t, t.TempDir(), server.host(), 1)
	if code, stdout, stderr := pmrun(t, args...); code != 1 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	code, text, stderr := pmrun(t, "show", out, "--row", "1")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	for _, want := range []string{
		"row 1 (line 2): failed", "rule     refused: ", "description = row 1", "POST http://" + server.host() + "/server/API/v2/cases/insert.php",
		"operation = acme", "Wolkvox-Token: ••••", "HTTP 429", "rate_limited", "HTTP 200", `"seen":"••••·[31m"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, secretToken) || strings.Contains(text, "\x7f") {
		t.Errorf("it shows the token, or draws:\n%s", text)
	}
	code, text, _ = pmrun(t, "show", out, "--row", "1", "--json")
	var got shown
	if err := json.Unmarshal([]byte(text), &got); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s", code, err, text)
	}
	if len(got.Attempts) != 2 || got.Attempts[0].Number != 1 || got.Attempts[0].HTTPStatus != 429 || got.Attempts[1].HTTPStatus != 200 ||
		got.Attempts[1].DurationMS == nil || got.Status != "failed" || got.Cause != "field" || got.Request == nil || len(got.Notes) > 0 {
		t.Errorf("%+v", got)
	}
	if strings.Contains(text, secretToken) {
		t.Errorf("it shows the token:\n%s", text)
	}
}

// TestShowWithout: without the environment the request has placeholders, with
// another one it says that it is not what was sent.
func TestShowWithout(t *testing.T) {
	server := newRecorder(t)
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 1)
	if code, stdout, stderr := pmrun(t, args...); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if _, text, _ := pmrun(t, "show", out, "--row", "1", "--env-var", "operation=other"); !strings.Contains(text, "operation = other") || !strings.Contains(text, "the operation is another one") {
		t.Errorf("another operation goes unnoticed:\n%s", text)
	}
	if err := os.Remove(filepath.Join(dir, "env.json")); err != nil {
		t.Fatal(err)
	}
	code, text, stderr := pmrun(t, "show", out, "--row", "1")
	if code != 0 || !strings.Contains(text, "env.json is not there any more") || !strings.Contains(text, "operation = {{operation}}") {
		t.Errorf("exit code %d\n%s%s", code, text, stderr)
	}
	if code, _, stderr = pmrun(t, "show", out, "--row", "1", "-e", filepath.Join(dir, "no.json")); code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// TestShowWhileRunning: show reads a run that is going on, and leaves the row that
// is on its way alone.
func TestShowWhileRunning(t *testing.T) {
	server := newRecorder(t)
	args, out := loadArgs(t, t.TempDir(), server.host(), 3)
	during := make(chan string, 1)
	server.answer = func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			_, text, stderr := pmrun(t, "show", out, "--row", "1", "--json")
			during <- text + stderr
		}
		_, _ = io.WriteString(w, accepted)
	}
	if code, stdout, stderr := pmrun(t, append(args, "--concurrency", "1")...); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if text := <-during; !strings.Contains(text, `"status": "sending"`) || !strings.Contains(text, `"duration_ms": null`) {
		t.Errorf("while it was on its way:\n%s", text)
	}
	if got := statuses(t, out); got["succeeded"] != 3 {
		t.Errorf("looking changed the run: %v", got)
	}
}

// TestWithAnswers: the answers are in report.csv and the split files on demand, on
// one line, masked, and no formula.
func TestWithAnswers(t *testing.T) {
	server := newRecorder(t)
	server.answer = func(w http.ResponseWriter, r *http.Request, n int) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "=1+1\r\n"+r.Header.Get("Wolkvox-Token"))
	}
	args, out := loadArgs(t, t.TempDir(), server.host(), 1)
	for _, step := range []struct {
		args []string
		want string
		has  bool
	}{
		{args, "", false},
		{[]string{"report", out, "--with-answers"}, "'=1+1  ••••", true},
		{[]string{"report", out}, "", false},
		{[]string{"retry", out, "--failed", "--no-progress", "--with-answers"}, "'=1+1  ••••", true},
	} {
		if code, stdout, stderr := pmrun(t, step.args...); code != 1 {
			t.Fatalf("%s: exit code %d\n%s%s", step.args[0], code, stdout, stderr)
		}
		for _, name := range []string{"report.csv", "failed.csv"} {
			header, rows := readCSV(t, filepath.Join(out, name))
			got, has := rows[0]["pmrun_answer"]
			if got != step.want || has != step.has {
				t.Errorf("%s, %s: the answer is %q, %v", step.args[0], name, got, has)
			}
			if step.has && name == "failed.csv" && header[len(header)-1] != "pmrun_answer" {
				t.Errorf("the answer is not last: %v", header)
			}
		}
	}
}

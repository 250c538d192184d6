package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the program as a process of its own, with variables of its own.
func program(args []string, environ ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asProgram+"=1"), environ...)
	return cmd
}

// TestSameHostRunning: a second run that begins while a first one sends names it.
// The host is one that only the test's proxy, on this machine, knows.
func TestSameHostRunning(t *testing.T) {
	const rule = "same-host-running"
	server, cache := newRecorder(t), t.TempDir()
	around := []string{"http_proxy=" + server.URL, "HTTP_PROXY=" + server.URL, "no_proxy=", "NO_PROXY=",
		"XDG_CACHE_HOME=" + cache, "LocalAppData=" + cache, "HOME=" + cache}
	first, out := loadArgs(t, t.TempDir(), "crm.invalid", 1)
	second, _ := loadArgs(t, t.TempDir(), "CRM.invalid", 1)
	other, _ := loadArgs(t, t.TempDir(), "other.invalid", 1)
	mock, _ := loadArgs(t, t.TempDir(), "crm.invalid", 1)
	// What each says, once the first one's row has arrived; then the first is answered.
	during := make(map[string]string)
	// The lock is all that orders the test and the server: a program is between.
	server.mu.Lock()
	server.answer = func(w http.ResponseWriter, _ *http.Request, n int) {
		for name, args := range map[string][]string{"second": second, "other": other, "mock": append(mock, "--mock")} {
			if n > 1 {
				break
			}
			text, err := program(args, around...).CombinedOutput()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			server.mu.Lock()
			during[name] = string(text)
			server.mu.Unlock()
		}
		_, _ = io.WriteString(w, accepted)
	}
	server.mu.Unlock()
	text, err := program(first, around...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if strings.Contains(string(text), rule) {
		t.Errorf("the first run has company before it began:\n%s", text)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	if !strings.Contains(during["second"], rule) || !strings.Contains(during["second"], "the run "+out+" sends") {
		t.Errorf("the second run does not name the first:\n%s", during["second"])
	}
	for _, name := range []string{"other", "mock"} {
		if during[name] == "" || strings.Contains(during[name], rule) {
			t.Errorf("%s: the run goes to another host, and names one:\n%s", name, during[name])
		}
	}
	if got := len(server.cases); got != 3 {
		t.Errorf("%d rows arrived", got)
	}
	// All of them have left.
	left, err := filepath.Glob(filepath.Join(cache, "*", "pmrun", "hosts", "*", "*"))
	if more, _ := filepath.Glob(filepath.Join(cache, "pmrun", "hosts", "*", "*")); err != nil || len(left)+len(more) > 0 {
		t.Errorf("left behind: %q %q, %v", left, more, err)
	}
}

// TestClockSkew: a server whose clock is far off is named once, in the summary and
// in summary.json, and no request is made for it.
func TestClockSkew(t *testing.T) {
	for _, c := range []struct {
		name string
		off  time.Duration
		want string
	}{{"right", 0, ""}, {"behind", -2 * time.Hour, "behind this machine's [clock-skew]"}, {"ahead", 48 * time.Hour, "ahead of this machine's [clock-skew]"}} {
		t.Run(c.name, func(t *testing.T) {
			server := newRecorder(t)
			server.answer = func(w http.ResponseWriter, _ *http.Request, _ int) {
				w.Header().Set("Date", time.Now().Add(c.off).UTC().Format(http.TimeFormat))
				_, _ = io.WriteString(w, accepted)
			}
			args, out := loadArgs(t, t.TempDir(), server.host(), 5)
			code, stdout, stderr := pmrun(t, args...)
			if code != 0 || len(server.stored()) != 5 {
				t.Fatalf("exit code %d, %d requests\n%s%s", code, len(server.stored()), stdout, stderr)
			}
			summary, err := os.ReadFile(filepath.Join(out, "summary.json"))
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			if c.want != "" {
				want = 1
			}
			for where, text := range map[string]string{"the summary": stdout, "summary.json": string(summary)} {
				if n := strings.Count(text, "clock-skew"); n != want || !strings.Contains(text, c.want) {
					t.Errorf("%s says it %d times, want %d:\n%s", where, n, want, text)
				}
			}
			// The reports that are written again say it too, also after a reconcile.
			if code, _, stderr := pmrun(t, "reconcile", out); code != 0 {
				t.Errorf("reconcile: exit code %d\n%s", code, stderr)
			}
			if _, stdout, _ = pmrun(t, "report", out); strings.Count(stdout, "clock-skew") != want {
				t.Errorf("report says\n%s", stdout)
			}
		})
	}
}

// TestTooFewConnections: when the connections do not carry the rate, the summary says
// how many it takes.
func TestTooFewConnections(t *testing.T) {
	for _, c := range []struct {
		name        string
		connections string
		want        bool
	}{{"too few", "3", true}, {"enough", "16", false}} {
		t.Run(c.name, func(t *testing.T) {
			server := newRecorder(t)
			server.answer = func(w http.ResponseWriter, r *http.Request, _ int) {
				select {
				case <-time.After(250 * time.Millisecond):
				case <-r.Context().Done():
				}
				_, _ = io.WriteString(w, accepted)
			}
			args, out := loadArgs(t, t.TempDir(), server.host(), 24)
			code, stdout, stderr := pmrun(t, append(args, "--rate", "20/s", "--concurrency", c.connections)...)
			if code != 0 {
				t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
			}
			summary, err := os.ReadFile(filepath.Join(out, "summary.json"))
			if err != nil {
				t.Fatal(err)
			}
			for where, text := range map[string]string{"the summary": stdout, "summary.json": string(summary)} {
				if strings.Contains(text, "rate not reached: needs about ") != c.want {
					t.Errorf("%s:\n%s", where, text)
				}
			}
		})
	}
}

package main

import (
	"os"
	"strings"
	"testing"
)

// TestUndo closes every case that a run created, by its id, and no other.
func TestUndo(t *testing.T) {
	server := newLyingCRM(t, func(n int64) lie {
		if n == 4 {
			return storeAndCut
		}
		return truth
	})
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 20)
	// The same collection with a request that closes a case.
	text, err := os.ReadFile(args[1])
	if err != nil {
		t.Fatal(err)
	}
	closeCase := `, {"name": "Close", "request": {"method": "POST", "header": [{"key": "Wolkvox-Token", "value": "{{wolkvox_token}}"}],
		"url": "http://{{crm_server}}/server/API/v2/cases/update.php",
		"body": {"mode": "formdata", "formdata": [{"key": "operation", "value": "{{operation}}", "type": "text"},
			{"key": "wolkvox-id", "value": "", "type": "text"}, {"key": "status", "value": "closed", "type": "text"}]}}},
		{"name": "Elsewhere", "request": {"method": "DELETE", "url": "http://127.0.0.2:1/{{pmrun_ref}}"}}]}`
	write(t, dir, "crm.json", strings.TrimSuffix(string(text), "]}")+closeCase)
	if code, stdout, stderr := pmrun(t, args...); code != 5 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	closed := func() int {
		n := 0
		for _, c := range server.crm.Cases() {
			if c.Fields["status"] == "closed" {
				n++
			}
		}
		return n
	}
	code, _, stderr := pmrun(t, "undo", out, "--request", "Close")
	if code != 2 || !strings.Contains(stderr, "does not use the record's id") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	undo := []string{"undo", out, "--request", "Close", "--map", "wolkvox-id=pmrun_ref", "--rate", "none"}
	code, stdout, stderr := pmrun(t, undo...)
	if code != 0 || !strings.Contains(stdout, "would be sent for 19 rows; nothing was sent") || strings.Contains(stdout, secretToken) || closed() != 0 {
		t.Fatalf("exit code %d, %d closed\n%s\n%s", code, closed(), stdout, stderr)
	}
	for range 2 { // the second time there is nothing left
		code, stdout, stderr = pmrun(t, append(undo, "--yes")...)
		if code != 0 || !strings.Contains(stdout, "19 of 19 rows undone") || closed() != 19 {
			t.Fatalf("exit code %d, %d closed\n%s\n%s", code, closed(), stdout, stderr)
		}
	}
	// Another request would claim what it has not done; another host is not the run's.
	for want, args := range map[string][]string{
		"begun with another request": {"--request", "Close", "--map", "wolkvox-id=pmrun_ref", "--set", "status=open"},
		"another host":               {"--request", "Elsewhere"},
	} {
		code, _, stderr := pmrun(t, append([]string{"undo", out, "--yes"}, args...)...)
		if code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
	// The run itself says what it said.
	if got := statuses(t, out); got["succeeded"] != 19 || got["unknown"] != 1 {
		t.Errorf("statuses %v", got)
	}
}

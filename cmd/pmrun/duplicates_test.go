package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDuplicates skips rows that were there before: in the file, in an earlier
// run, at the server.
func TestDuplicates(t *testing.T) {
	server := newLyingCRM(t, func(n int64) lie {
		if n == 3 {
			return storeAndCut
		}
		return truth
	})
	dir := t.TempDir()
	collection, environment := crmFiles(t, dir, server.host())
	load := func(out, rows string, more ...string) (int, string, string) {
		data := write(t, dir, out+".csv", "id,description\n"+rows)
		return pmrun(t, append([]string{"load", collection, "--request", "Insert CRM cases", "-e", environment, "-d", data,
			"--set", "solution={{id}}", "--rate", "none", "--concurrency", "1", "--out", filepath.Join(dir, "runs", out)}, more...)...)
	}
	cases := func() int { return server.crm.Len() }

	// In the file: row 3 has row 1's key. The third insert is unknown.
	code, stdout, stderr := load("first", "1,a\n2,b\n1,c\n4,d\n", "--key", "id")
	if code != 5 || !strings.Contains(stdout, "skipped  1") || !strings.Contains(stderr, "1 of 4 rows are skipped") {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	_, skipped := readCSV(t, filepath.Join(dir, "runs", "first", "skipped.csv"))
	if len(skipped) != 1 || skipped[0]["pmrun_cause"] != "duplicate" || skipped[0]["pmrun_message"] != "the same key as row 1 (line 2)" {
		t.Errorf("skipped.csv: %v", skipped)
	}
	before := cases()

	// In an earlier run: 1 and 2 were inserted, 4 may have been; 5 is new.
	code, stdout, stderr = load("second", "1,a\n2,x\n4,d\n5,e\n", "--key", "id", "--against", filepath.Join(dir, "runs", "first"))
	if code != 0 || cases() != before+1 {
		t.Fatalf("exit code %d, %d new cases\n%s\n%s", code, cases()-before, stdout, stderr)
	}
	_, skipped = readCSV(t, filepath.Join(dir, "runs", "second", "skipped.csv"))
	if len(skipped) != 3 || !strings.Contains(skipped[2]["pmrun_message"], "it may have been inserted") {
		t.Errorf("skipped.csv: %v", skipped)
	}

	// In any earlier run, the whole row being the key.
	before = cases()
	if code, stdout, stderr = load("third", "1,a\n5,e\n1,new\n", "--history", filepath.Join(dir, "runs")); code != 0 || cases() != before+1 {
		t.Fatalf("exit code %d, %d new cases\n%s\n%s", code, cases()-before, stdout, stderr)
	}

	// At the server.
	before = cases()
	code, stdout, stderr = load("fourth", "1,a\n9,brand new\n5,e\n", "--lookup-first")
	if code != 0 || cases() != before+1 || !strings.Contains(stdout, "skipped  2") {
		t.Fatalf("exit code %d, %d new cases\n%s\n%s", code, cases()-before, stdout, stderr)
	}
	_, skipped = readCSV(t, filepath.Join(dir, "runs", "fourth", "skipped.csv"))
	if len(skipped) != 2 || skipped[0]["pmrun_ref"] == "" || skipped[0]["pmrun_attempts"] != "0" {
		t.Errorf("skipped.csv: %v", skipped)
	}

	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--key", "idd"}, `did you mean "id"?`},
		{[]string{"--against", dir}, "the earlier run"},
		{[]string{"--history", filepath.Join(dir, "none")}, "cannot read the history"},
		{[]string{"--key", "id", "--against", filepath.Join(dir, "runs", "first"), "--env-var", "operation=other"}, "its keys say nothing here"},
	} {
		if code, _, stderr := load("bad", "1,a\n", c.args...); code != 2 || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d, %s", c.args, code, stderr)
		}
	}
	// A row without its key cannot be compared.
	if code, _, stderr := load("empty", ",a\n2,b\n", "--key", "id"); code != 2 || !strings.Contains(stderr, "1 of 2 rows are invalid") || !strings.Contains(stderr, "line 2 (row 1): the key is empty") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

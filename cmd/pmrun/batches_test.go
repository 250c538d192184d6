package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBatchCrash kills a load with several rows a request at random moments: no
// row is sent twice, and each is in the report once.
func TestBatchCrash(t *testing.T) {
	kills := 12
	if testing.Short() {
		kills = 4
	}
	const rows, size, concurrency = 4000, 5, 4
	rnd := rand.New(rand.NewPCG(20261125, 0))
	server := &recorder{}
	server.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var got struct{ Fields []map[string]string }
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var ids []string
		server.mu.Lock()
		for _, fields := range got.Fields {
			server.cases = append(server.cases, fields)
			ids = append(ids, fmt.Sprintf(`{"id": "id of %s"}`, fields["description"]))
		}
		var then func()
		if server.then != nil && len(server.cases) >= server.count {
			then, server.then = server.then, nil
		}
		server.mu.Unlock()
		if then != nil {
			then()
		}
		fmt.Fprintf(w, `{"data": [%s]}`, strings.Join(ids, ","))
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	file := write(t, dir, "c.json", fmt.Sprintf(`{"info": {"name": "c"}, "item": [{"name": "many", "request": {"method": "POST", "url": %q,
		"body": {"mode": "raw", "raw": "{\"fields\": [{\"description\": \"{{description}}\"}]}", "options": {"raw": {"language": "json"}}}}}]}`, server.URL))
	rule := write(t, dir, "own.yaml", "name: own\nsuccess: status == 200\nbatch: {list: fields, max: 5, results: json.data, order: true, id: item.id}\n")
	data := "description\n"
	for i := range rows {
		data += fmt.Sprintf("row %d\n", i+1)
	}
	out := filepath.Join(dir, "out")
	args := []string{"load", file, "--request", "many", "-d", write(t, dir, "rows.csv", data), "--contract", rule,
		"--batch-size", fmt.Sprint(size), "--concurrency", fmt.Sprint(concurrency), "--no-progress", "--out", out}
	killed := 0
	for round := 0; ; round++ {
		if round > 0 {
			args = []string{"resume", out, "--concurrency", fmt.Sprint(concurrency), "--no-progress"}
		}
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
		if code, _, stderr := pmrun(t, "report", out, "--quiet"); code != 4 && code != 5 {
			t.Fatalf("after crash %d: report ends with %d\n%s", killed, code, stderr)
		}
	}
	if killed < kills/2 {
		t.Errorf("only %d crashes", killed)
	}
	times := timesStored(server)
	_, report := readCSV(t, filepath.Join(out, "report.csv"))
	if len(report) != rows {
		t.Fatalf("the report has %d rows, want %d", len(report), rows)
	}
	unknown := 0
	for i, r := range report {
		d := r["description"]
		if d != fmt.Sprintf("row %d", i+1) {
			t.Fatalf("report line %d is of %q", i+1, d)
		}
		switch r["pmrun_status"] {
		case "succeeded":
			if times[d] != 1 || r["pmrun_ref"] != "id of "+d {
				t.Errorf("%s succeeded with id %q and is at the server %d times", d, r["pmrun_ref"], times[d])
			}
		case "unknown":
			unknown++
			if times[d] > 1 || r["pmrun_cause"] != "interrupted" {
				t.Errorf("%s is unknown, cause %s, and at the server %d times", d, r["pmrun_cause"], times[d])
			}
		default:
			t.Errorf("%s is %s", d, r["pmrun_status"])
		}
	}
	if most := killed * 2 * concurrency * size; unknown > most {
		t.Errorf("%d rows are unknown after %d crashes, at most %d may be", unknown, killed, most)
	}
	t.Logf("%d crashes, %d rows unknown", killed, unknown)
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nastyCells are what spreadsheets hold and programs break.
var nastyCells = []string{
	"", "plain", "acentos: áéíóú ñ Ñ ü ¿¡", `quotes " and ' and "" twice`, "commas, semicolons; tabs\t|", "line\nbreak",
	"carriage\r\nreturn", "lone\rreturn", "000123", "=1+1", "+57 300", "-5", "@handle", "{{braces}}", "<<angles>>", "{{wolkvox_token}}",
	"emoji 👩‍👩‍👧 🇨🇴", `back\slash \" \n`, "--boundary\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n", "1e3", "0x1F", " leading and trailing ",
	"a&b=c#d%20", "null", "\u00a0nbsp\u200b", "<b>html</b>", "$guid ${x} `x`", "'quoted'", "日本語",
}

// TestEveryRowArrivesOnce loads 20,000 rows at several concurrencies and
// compares what the server stored, field by field, with the file.
func TestEveryRowArrivesOnce(t *testing.T) {
	rows := 20_000
	if raceEnabled || testing.Short() {
		rows = 2_000
	}
	for _, concurrency := range []int{1, 8, 64} {
		t.Run(fmt.Sprint(concurrency), func(t *testing.T) {
			t.Parallel()
			server := newRecorder(t)
			dir := t.TempDir()
			collection, environment := crmFiles(t, dir, server.host())
			rnd := rand.New(rand.NewPCG(1, uint64(concurrency)))
			nasty := func() string { return nastyCells[rnd.IntN(len(nastyCells))] }
			want := make(map[string]map[string]string, rows)
			var data bytes.Buffer
			data.WriteString("description,solution,form,Subject,Número de pedido\n")
			for i := range rows {
				form, _ := json.Marshal(map[string]string{"Subject": nasty(), "Número": nasty()})
				row := map[string]string{"description": fmt.Sprintf("%d %s", i, nasty()), "solution": nasty(), "form": string(form)}
				want[row["description"]] = row
				data.WriteString(quoteAll(row["description"], row["solution"], row["form"], nasty(), nasty()))
			}
			out := filepath.Join(dir, "out")
			code, stdout, stderr := pmrun(t, "load", collection, "--request", "Insert CRM cases", "-e", environment,
				"-d", write(t, dir, "rows.csv", data.String()), "--rate", "none", "--concurrency", fmt.Sprint(concurrency), "--out", out)
			if code != 0 {
				t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
			}
			stored := server.stored()
			if len(stored) != rows {
				t.Fatalf("the server has %d cases, want %d", len(stored), rows)
			}
			for _, got := range stored {
				row := want[got["description"]]
				if row == nil {
					t.Fatalf("case %q came twice, or is not of the file", got["description"])
				}
				delete(want, got["description"])
				for field, value := range row {
					if got[field] != value {
						t.Errorf("%s: sent %q, want %q", field, got[field], value)
					}
				}
				if got["operation"] != "acme" || got["status"] != "open" || len(got) != 10 {
					t.Fatalf("the constant fields are wrong: %q", got)
				}
			}
			checkReport(t, out, rows)
		})
	}
}

// checkReport wants every row succeeded, in order, with cells as they were.
func checkReport(t *testing.T, out string, rows int) {
	t.Helper()
	_, report := readCSV(t, filepath.Join(out, "report.csv"))
	if len(report) != rows {
		t.Fatalf("report.csv has %d rows, want %d", len(report), rows)
	}
	refs := make(map[string]bool)
	for i, r := range report {
		if r["pmrun_row"] != fmt.Sprint(i+1) || r["pmrun_status"] != "succeeded" || r["pmrun_attempts"] != "1" {
			t.Fatalf("report line %d: %v", i+1, r)
		}
		refs[r["pmrun_ref"]] = true
	}
	if len(refs) != rows {
		t.Errorf("%d different ids for %d rows", len(refs), rows)
	}
}

func quoteAll(cells ...string) string {
	for i, c := range cells {
		cells[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
	}
	return strings.Join(cells, ",") + "\n"
}

// TestPackedColumns sends the columns that nothing else uses as one JSON object.
func TestPackedColumns(t *testing.T) {
	server := newRecorder(t)
	dir := t.TempDir()
	collection, environment := crmFiles(t, dir, server.host())
	var data bytes.Buffer
	data.WriteString(quoteAll("description", `Asunto "x"`, "Número de pedido", "pmrun_status"))
	for i, cell := range nastyCells {
		data.WriteString(quoteAll(fmt.Sprint(i), cell, "000123", "failed"))
	}
	code, _, stderr := pmrun(t, "load", collection, "--request", "Insert CRM cases", "-e", environment, "--pack", "form",
		"-d", write(t, dir, "rows.csv", data.String()), "--rate", "none", "--concurrency", "1", "--out", filepath.Join(dir, "out"))
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	for i, got := range server.stored() {
		var form map[string]string
		if err := json.Unmarshal([]byte(got["form"]), &form); err != nil {
			t.Fatalf("%q: %v", got["form"], err)
		}
		if form[`Asunto "x"`] != nastyCells[i] || form["Número de pedido"] != "000123" || len(form) != 2 {
			t.Errorf("form is %q", form)
		}
	}
}

// TestNoSecretAnywhere runs loads with a known token, one of them against a
// server that echoes it, and searches every file and stream.
func TestNoSecretAnywhere(t *testing.T) {
	const password, fromVariable = "pa55-w0rd/with+signs&", "from-the-variable-9876"
	server := newRecorder(t)
	server.answer = func(w http.ResponseWriter, r *http.Request, n int) {
		switch n % 4 {
		case 0:
			_, _ = io.WriteString(w, `{"code":"200","error":"null","msg":"ok","data":[{"wolkvox_id":"x-`+r.Header.Get("Wolkvox-Token")+`"}]}`)
		case 1:
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, "<html>"+r.Header.Get("Wolkvox-Token")+r.Header.Get("Authorization"))
		default:
			_, _ = io.WriteString(w, `{"code":"401","error":"bad token","msg":"token `+r.Header.Get("Wolkvox-Token")+` `+r.Header.Get("Authorization")+`"}`)
		}
	}
	for name, auth := range map[string]string{
		"none":   `null`,
		"basic":  `{"type":"basic","basic":[{"key":"username","value":"me"},{"key":"password","value":"` + password + `"}]}`,
		"bearer": `{"type":"bearer","bearer":[{"key":"token","value":"{{bearer}}"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PMRUN_VAR_bearer", fromVariable)
			dir := t.TempDir()
			collection, environment := crmFiles(t, t.TempDir(), server.host())
			text, err := os.ReadFile(collection)
			if err != nil {
				t.Fatal(err)
			}
			text = bytes.Replace(text, []byte(`"item": [`), []byte(`"auth": `+auth+`, "item": [`), 1)
			collection = write(t, filepath.Dir(collection), "auth.json", string(text))
			data := write(t, filepath.Dir(collection), "rows.csv", "description\none\ntwo\nthree\nfour\nfive\n")
			args := []string{collection, "--request", "Insert CRM cases", "-e", environment, "-d", data, "--retries", "0"}
			var streams string
			for _, verb := range [][]string{{"check"}, {"check", "--json"}, {"load", "--out", filepath.Join(dir, "out"), "--events", filepath.Join(dir, "events.ndjson")}, {"load", "--mock", "--out", filepath.Join(dir, "mock")}} {
				_, stdout, stderr := pmrun(t, append(verb, args...)...)
				streams += stdout + stderr
			}
			for _, list := range [][]string{{}, {"--json"}} {
				_, stdout, stderr := pmrun(t, append([]string{"list", collection, "-e", environment}, list...)...)
				streams += stdout + stderr
			}
			pmrun(t, "init", collection, "--request", "Insert CRM cases", "-e", environment, "-o", filepath.Join(dir, "new"))
			_, stdout, stderr := pmrun(t, "report", filepath.Join(dir, "out"), "--format", strings.Join(formatNames(), ","), "--events", "-")
			searchSecrets(t, "the streams", []byte(streams+stdout+stderr))
			files := 0
			err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				files++
				content, err := os.ReadFile(path)
				searchSecrets(t, path, content)
				return err
			})
			if err != nil || files < 18 {
				t.Fatalf("searched %d files: %v", files, err)
			}
		})
	}
}

func searchSecrets(t *testing.T, where string, content []byte) {
	t.Helper()
	basic := "Basic bWU6"
	for _, secret := range []string{secretToken, "pa55-w0rd", "from-the-variable", basic} {
		if i := bytes.Index(content, []byte(secret)); i >= 0 {
			t.Errorf("%s holds a secret: ...%q", where, content[max(i-30, 0):min(i+40, len(content))])
		}
	}
}

// TestMockVerb loads against pmrun mock over TLS.
func TestMockVerb(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		defer w.Close()
		done <- run(ctx, []string{"mock", "--listen", "127.0.0.1:0", "--token", secretToken, "--operation", "acme"}, strings.NewReader(""), w, io.Discard)
	}()
	line := make([]byte, 200)
	n, err := r.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	var host string
	if _, err := fmt.Sscanf(string(line[:n]), "mock CRM on http://%s", &host); err != nil {
		t.Fatalf("%q: %v", line[:n], err)
	}
	dir := t.TempDir()
	collection, environment := crmFiles(t, dir, host)
	data := write(t, dir, "rows.csv", "description\none\ntwo\n")
	args := []string{"load", collection, "--request", "Insert CRM cases", "-e", environment, "-d", data}
	if code, _, stderr := pmrun(t, append(args, "--out", filepath.Join(dir, "good"))...); code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	code, stdout, _ := pmrun(t, append(args, "--env-var", "operation=other", "--out", filepath.Join(dir, "bad"))...)
	if code != 1 || !strings.Contains(stdout, "cause operation: 2 rows") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("pmrun mock ended with %d", code)
	}
}

// TestInterrupted stops a load while the server holds rows: those in flight are
// waited for, the rest stays pending, and nothing is sent twice.
func TestInterrupted(t *testing.T) {
	server := newRecorder(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server.answer = func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 5 {
			cancel()
		}
		_, _ = io.WriteString(w, `{"code":"200","error":"null","data":[{"wolkvox_id":"x"}]}`)
	}
	dir := t.TempDir()
	collection, environment := crmFiles(t, dir, server.host())
	data := "description\n" + strings.Repeat("row\n", 500)
	out := filepath.Join(dir, "out")
	code, stdout, stderr := pmrunContext(t, ctx, "load", collection, "--request", "Insert CRM cases", "-e", environment,
		"-d", write(t, dir, "rows.csv", data), "--rate", "none", "--concurrency", "2", "--out", out)
	if code != 4 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	_, rows := readCSV(t, filepath.Join(out, "report.csv"))
	counts := make(map[string]int)
	for _, r := range rows {
		counts[r["pmrun_status"]]++
	}
	if got := len(server.stored()); counts["succeeded"] != got || counts["succeeded"]+counts["pending"] != 500 || counts["pending"] == 0 {
		t.Errorf("the report has %v, the server %d cases", counts, got)
	}
	_, pending := readCSV(t, filepath.Join(out, "pending.csv"))
	if len(pending) != counts["pending"] {
		t.Errorf("pending.csv has %d rows, want %d", len(pending), counts["pending"])
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func exitCodeOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

// pmrun runs the program in this process.
func pmrun(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return pmrunContext(t, t.Context(), args...)
}

func pmrunContext(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(ctx, args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// recorder is a server that stores every case it gets, and answers like the CRM.
type recorder struct {
	*httptest.Server
	mu    sync.Mutex
	cases []map[string]string
	// then is called once, when the server has stored count cases.
	count int
	then  func()
	// answer, when set, answers instead; the case is stored before.
	answer func(w http.ResponseWriter, r *http.Request, n int)
}

func newRecorder(t *testing.T) *recorder {
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) serve(w http.ResponseWriter, req *http.Request) {
	fields, err := formFields(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.cases = append(r.cases, fields)
	n := len(r.cases)
	var then func()
	if r.then != nil && n >= r.count {
		then, r.then = r.then, nil
	}
	r.mu.Unlock()
	if then != nil {
		then()
	}
	if r.answer != nil {
		r.answer(w, req, n)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"code":"200","error":"null","msg":"1 record","data":[{"wolkvox_id":"id`+strconv.Itoa(n)+`"}]}`)
}

// formFields reads a multipart body with the standard library, byte for byte.
func formFields(req *http.Request) (map[string]string, error) {
	_, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	fields := make(map[string]string)
	mr := multipart.NewReader(req.Body, params["boundary"])
	for {
		part, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		fields[part.FormName()] = string(value)
	}
}

// at calls then once the server has stored count cases, or has already; nil
// calls nothing.
func (r *recorder) at(count int, then func()) {
	r.mu.Lock()
	now := then != nil && len(r.cases) >= count
	r.count, r.then = count, then
	if now {
		r.then = nil
	}
	r.mu.Unlock()
	if now {
		then()
	}
}

func (r *recorder) stored() []map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]map[string]string, len(r.cases))
	for i, c := range r.cases {
		out[i] = maps.Clone(c)
	}
	return out
}

// host is the server's address as the crm_server variable wants it.
func (r *recorder) host() string { return strings.TrimPrefix(r.URL, "http://") }

const secretToken = "s3cr3t-t0ken-0123456789"

// crmFiles writes a collection that posts over plain http to {{crm_server}}, and
// its environment.
func crmFiles(t *testing.T, dir, host string) (collection, environment string) {
	t.Helper()
	collection = write(t, dir, "crm.json", `{
	"info": {"name": "crm", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
	"item": [{"name": "Insert CRM cases", "request": {
		"method": "POST",
		"header": [{"key": "Wolkvox-Token", "value": "{{wolkvox_token}}"}],
		"url": "http://{{crm_server}}/server/API/v2/cases/insert.php",
		"body": {"mode": "formdata", "formdata": [
			{"key": "operation", "value": "{{operation}}", "type": "text"},
			{"key": "case-type", "value": "Request", "type": "text"},
			{"key": "responsible", "value": "a@b", "type": "text"},
			{"key": "owner", "value": "a@b", "type": "text"},
			{"key": "contact", "value": "x@example.com", "type": "text"},
			{"key": "description", "value": "sample", "type": "text"},
			{"key": "status", "value": "open", "type": "text"},
			{"key": "priority", "value": "low", "type": "text"},
			{"key": "form", "value": "", "type": "text"},
			{"key": "solution", "value": "", "type": "text"}
		]}}}]}`)
	environment = write(t, dir, "env.json", `{"name": "test", "values": [
		{"key": "crm_server", "value": "`+host+`", "enabled": true},
		{"key": "operation", "value": "acme", "enabled": true},
		{"key": "wolkvox_token", "value": "`+secretToken+`", "type": "secret", "enabled": true}]}`)
	return collection, environment
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readCSV reads a report.
func readCSV(t *testing.T, path string) (header []string, rows []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		row := make(map[string]string, len(r))
		for i, cell := range r {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return records[0], rows
}

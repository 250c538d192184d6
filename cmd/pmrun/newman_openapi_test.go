package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestNewmanOpenAPI makes a collection of the example OpenAPI document: newman loads it
// and sends every request without a complaint, and pmrun run sends the same.
func TestNewmanOpenAPI(t *testing.T) {
	node, modules := findNewman(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "bookshop.json")
	if code, _, errs := pmrun(t, "convert", "../../examples/openapi/bookshop.yaml", "-t", "postman-2.1", "-o", file); code != 0 {
		t.Fatal(errs)
	}
	shop := newShop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	variables := []string{"--env-var", "baseUrl=" + shop.URL + "/v2", "--env-var", "baseUrl2=" + shop.URL + "/pay", "--env-var", "bearerToken=T", "--env-var", "apiKey=K"}
	report := filepath.Join(dir, "report.json")
	cmd := exec.CommandContext(ctx, node, append([]string{filepath.Join(modules, "node_modules", "newman", "bin", "newman.js"), "run", file,
		"-r", "json", "--reporter-json-export", report}, variables...)...)
	out, err := cmd.CombinedOutput()
	if err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Fatalf("newman: %v\n%s", err, out)
	}
	var run struct {
		Run struct {
			Failures []any
			Stats    struct{ Requests struct{ Total, Failed int } }
		}
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &run); err != nil {
		t.Fatal(err)
	}
	const requests = 14
	if s := run.Run.Stats.Requests; s.Total != requests || s.Failed != 0 || len(run.Run.Failures) > 0 {
		t.Errorf("newman: %+v, failures %v", s, run.Run.Failures)
	}
	newman := shop.take()
	for _, want := range []string{
		"GET /v2/books?sort=title, , application/json, ",
		"PUT /v2/books/9780141439518, K, application/problem+json, application/xml <?xml version=\"1.0\" encoding=\"UTF-8\"?>",
		"GET /v2/books/9780141439518/cover.jpg, , image/jpeg, ",
		"POST /pay/orders/1001/payment, , */*, application/x-www-form-urlencoded method=card&amount=27.5",
		"GET /v2/orders?since=2025-03-01, Bearer T, application/json, ",
		"POST /v2/customers/42/documents, Bearer T, */*, multipart/form-data file=;kind=complaint;",
		"HEAD /v2/health, , */*, ",
	} {
		if !slices.ContainsFunc(newman, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("newman did not send %s\n%s", want, strings.Join(newman, "\n"))
		}
	}

	// A token for the payment is not to be had here, and pmrun sends no file that nobody chose.
	args := append([]string{"run", file}, variables...)
	for _, name := range []string{"Catalogue", "listOrders", "placeOrder", "getInvoice", "searchCustomers", "putBook", "changeBook", "removeBook", "health"} {
		args = append(args, "--folder", name)
	}
	if code, out, errs := pmrun(t, args...); code != 0 {
		t.Fatalf("pmrun run: %d\n%s%s", code, out, errs)
	}
	ours := shop.take()
	newman = slices.DeleteFunc(newman, func(line string) bool {
		return strings.Contains(line, " /pay/") || strings.Contains(line, "/documents,") || strings.Contains(line, "/cover,")
	})
	slices.Sort(ours)
	slices.Sort(newman)
	if got, want := strings.Join(ours, "\n"), strings.Join(newman, "\n"); got != want {
		t.Errorf("pmrun run sent\n%s\nnewman\n%s", got, want)
	}
}

// shop records the requests that it gets, a line each: method and target, token or key,
// Accept, and the body with its type.
type shop struct {
	*httptest.Server
	mu    sync.Mutex
	lines []string
}

func newShop(t *testing.T) *shop {
	s := &shop{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		text := string(body)
		if kind == "multipart/form-data" {
			text = ""
			form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(1 << 20)
			if err != nil {
				t.Error(err)
			} else {
				for _, key := range slices.Sorted(maps.Keys(form.Value)) {
					text += key + "=" + strings.Join(form.Value[key], ",") + ";"
				}
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lines = append(s.lines, fmt.Sprintf("%s %s, %s%s, %s, %s %s", r.Method, r.RequestURI, r.Header.Get("Authorization"), r.Header.Get("X-Stock-Key"), r.Header.Get("Accept"), kind, text))
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	return s
}

// take gives what was recorded, and forgets it.
func (s *shop) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := s.lines
	s.lines = nil
	return lines
}

package mockcrm

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
)

const token = "A8K3J7F2"

// part is one part of a form; with a file name it is an attachment.
type part struct{ name, value, file string }

// good is an insert that every default CRM accepts.
func good() []part {
	return []part{
		{name: "operation", value: "demo"},
		{name: "case-type", value: "Request"},
		{name: "responsible", value: "ana@demo"},
		{name: "owner", value: "luis@demo"},
		{name: "contact", value: "client@example.com"},
		{name: "description", value: "first"},
		{name: "status", value: "open"},
		{name: "priority", value: "normal"},
	}
}

// with is good with one field set to another value, or added.
func with(name, value string) []part {
	parts := good()
	for i := range parts {
		if parts[i].name == name {
			parts[i].value = value
			return parts
		}
	}
	return append(parts, part{name: name, value: value})
}

func without(name string) []part {
	var parts []part
	for _, p := range good() {
		if p.name != name {
			parts = append(parts, p)
		}
	}
	return parts
}

func encode(t testing.TB, parts []part) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		disposition := `form-data; name="` + strings.NewReplacer(`"`, "%22", "\n", "%0A").Replace(p.name) + `"`
		if p.file != "" {
			disposition += `; filename="` + p.file + `"`
			h.Set("Content-Type", "text/plain")
		}
		h.Set("Content-Disposition", disposition)
		pw, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(pw, p.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// formRequest is a POST of form-data with the token.
func formRequest(t testing.TB, url string, parts []part) *http.Request {
	t.Helper()
	ct, body := encode(t, parts)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", ct)
	r.Header.Set("Wolkvox-Token", token)
	return r
}

func queryRequest(t testing.TB, base, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+queryPath, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Wolkvox-Token", token)
	return r
}

func queryBody(field, value string) string {
	b, err := json.Marshal(map[string]string{"operation": "demo", "field": field, "value": value})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func newServer(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve puts a CRM behind a real socket and returns its URL.
func serve(t *testing.T, s *Server) string {
	t.Helper()
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	return ts.URL
}

// send returns status, headers and body.
func send(t testing.TB, c *http.Client, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// call sends a request that reaches the API and returns the envelope.
func call(t testing.TB, r *http.Request) envelope {
	t.Helper()
	resp, body := send(t, http.DefaultClient, r)
	return decode(t, resp.StatusCode, resp.Header, body)
}

// decode checks the form of an envelope: HTTP 200, JSON, every member there.
func decode(t testing.TB, status int, h http.Header, body string) envelope {
	t.Helper()
	if status != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), "application/json") {
		t.Fatalf("HTTP %d %s, want an envelope with HTTP 200: %s", status, h.Get("Content-Type"), body)
	}
	var e envelope
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		t.Fatalf("envelope %s: %v", body, err)
	}
	if e.Msg == "" || e.Data == nil || (e.Code == "200") != (e.Error == "null") {
		t.Fatalf("envelope %s: want msg, data, and error \"null\" exactly on success", body)
	}
	return e
}

func mustInsert(t testing.TB, base string, parts []part) string {
	t.Helper()
	e := call(t, formRequest(t, base+insertPath, parts))
	if e.Code != "200" || len(e.Data) != 1 || e.Data[0]["wolkvox_id"] == "" {
		t.Fatalf("insert: %+v, want success with an id", e)
	}
	return e.Data[0]["wolkvox_id"]
}

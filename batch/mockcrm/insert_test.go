package mockcrm

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestInsertStoresWhatWasSent(t *testing.T) {
	s := newServer(t, Options{Seed: 7})
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", -5*3600))
	s.now = func() time.Time { return at }
	url := serve(t, s)

	odd := " é\r\n<b>\"x\"</b> \xff\x00 {{v}} =?utf-8?q?a?= "
	parts := with("description", odd)
	parts = append(parts,
		part{name: "form", value: " {\"Asunto\": \"ñ\", \"n\": {\"a\": [1]}} "},
		part{name: "solution", value: ""},
		part{name: "file", value: ""}, // an attachment left out
		part{name: "file", value: "hello", file: "a.txt"},
		part{name: "file", value: "worlds", file: "b.txt"},
	)
	id := mustInsert(t, url, parts)
	if !regexp.MustCompile(`^[0-9a-f]{24}$`).MatchString(id) {
		t.Errorf("id %q, want 24 hexadecimal digits", id)
	}
	id2 := mustInsert(t, url, with("case-type", "Garantía especial"))

	cases := s.Cases()
	if len(cases) != 2 || s.Len() != 2 {
		t.Fatalf("%d cases, Len %d, want 2", len(cases), s.Len())
	}
	c := cases[0]
	if c.ID != id || cases[1].ID != id2 || id == id2 || c.Prefix != "CAS-000001" || cases[1].Prefix != "CAS-000002" {
		t.Errorf("ids %q %q, prefixes %q %q; answered %q %q", c.ID, cases[1].ID, c.Prefix, cases[1].Prefix, id, id2)
	}
	want := map[string]string{
		"operation": "demo", "case-type": "Request", "responsible": "ana@demo", "owner": "luis@demo",
		"contact": "client@example.com", "description": odd, "status": "open", "priority": "normal",
		"form": " {\"Asunto\": \"ñ\", \"n\": {\"a\": [1]}} ", "solution": "",
	}
	if !maps.Equal(c.Fields, want) {
		t.Errorf("fields %q\nwant   %q", c.Fields, want)
	}
	if cases[1].Fields["case-type"] != "Garantía especial" {
		t.Errorf("custom type %q", cases[1].Fields["case-type"])
	}
	files := map[string]File{"file": {"a.txt", "text/plain", 5}, "file#2": {"b.txt", "text/plain", 6}}
	if !maps.Equal(c.Files, files) {
		t.Errorf("files %v, want %v", c.Files, files)
	}
	if !c.Created.Equal(at) || c.Created.Location() != time.UTC {
		t.Errorf("created %v, want %v in UTC", c.Created, at)
	}

	c.Fields["status"] = "changed"
	c.Files["file"] = File{}
	cases[1].ID = "changed"
	again := s.Cases()
	if again[0].Fields["status"] != "open" || again[0].Files["file"].Size != 5 || again[1].ID != id2 {
		t.Error("Cases handed out the store itself")
	}
}

func TestTransferEncodingIsNotDecoded(t *testing.T) {
	s := newServer(t, Options{})
	ct, body := encode(t, with("description", "a=3Db"))
	body = bytes.Replace(body, []byte("name=\"description\"\r\n"),
		[]byte("name=\"description\"\r\nContent-Transfer-Encoding: quoted-printable\r\n"), 1)
	r := formRequest(t, serve(t, s)+insertPath, nil)
	r.Header.Set("Content-Type", ct)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if e := call(t, r); e.Code != "200" {
		t.Fatalf("%+v", e)
	}
	if got := s.Cases()[0].Fields["description"]; got != "a=3Db" {
		t.Errorf("stored %q, want the bytes as sent", got)
	}
}

// insertRefusals has rows for each rule, mostly in the order of the rules.
var insertRefusals = []struct {
	name  string
	parts []part              // nil: good()
	alter func(*http.Request) // nil: leave the request alone
	code  string
	says  string
}{
	{"GET", nil, func(r *http.Request) { r.Method = "GET" }, "405", "POST only"},
	{"PUT", nil, func(r *http.Request) { r.Method = "PUT" }, "405", "POST only"},
	{"method before token", nil, func(r *http.Request) { r.Method = "PUT"; r.Header.Del("Wolkvox-Token") }, "405", "POST only"},

	{"no token", nil, func(r *http.Request) { r.Header.Del("Wolkvox-Token") }, "401", "token is missing"},
	{"empty token", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "") }, "401", "Wolkvox-Token is empty"},
	{"two tokens", nil, func(r *http.Request) { r.Header.Add("Wolkvox-Token", token) }, "401", "2 times"},
	{"bearer", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "bearer "+token) }, "401", "Bearer"},
	{"blank in token", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "A8K3 J7F2") }, "401", "blank"},
	{"token not ASCII", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "A8K3ñ") }, "401", "ASCII"},
	{"double quotes", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", `"`+token+`"`) }, "401", "quotes"},
	{"single quotes", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "'"+token+"'") }, "401", "quotes"},
	{"placeholder", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "{{wolkvox_token}}") }, "401", "placeholder"},
	{"wrong token", nil, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "OTHER") }, "401", "incorrect or expired"},
	{"token before format", nil, func(r *http.Request) {
		r.Header.Set("Wolkvox-Token", "OTHER")
		r.Header.Set("Content-Type", "application/json")
	}, "401", "token"},

	{"JSON", nil, func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }, "400", "sent as JSON"},
	{"urlencoded", nil, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, "400", "x-www-form-urlencoded"},
	{"text", nil, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, "400", "text/plain"},
	{"multipart/mixed", nil, func(r *http.Request) { r.Header.Set("Content-Type", "multipart/mixed; boundary=x") }, "400", "multipart/mixed"},
	{"no Content-Type", nil, func(r *http.Request) { r.Header.Del("Content-Type") }, "400", "no Content-Type"},
	{"no boundary", nil, func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data") }, "400", "no boundary"},
	{"bad Content-Type", nil, func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; =") }, "400", "cannot be read"},
	{"other boundary", nil, func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=zzz") }, "400", "closing boundary"},
	{"empty body", nil, func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }, "400", "closing boundary"},
	{"cut short", nil, func(r *http.Request) { cut(r, 30) }, "400", "closing boundary"},
	{"cut by a byte of the boundary", nil, func(r *http.Request) { cut(r, 4) }, "400", "closing boundary"},
	{"nameless part", append(good(), part{name: "", value: "x"}), nil, "400", "no field name"},
	{"too many parts", slicesRepeat(part{name: "file", value: "x", file: "a"}, maxParts+1), nil, "400", "more than 256 parts"},

	{"no operation", without("operation"), nil, "400", "operation is required"},
	{"empty operation", with("operation", ""), nil, "400", "operation is required"},
	{"wrong operation", with("operation", "Demo"), nil, "400", `operation "Demo" does not exist`},
	{"operation before fields", append(without("status")[1:], part{name: "operation", value: "other"}), nil, "400", "does not exist"},

	{"no case-type", without("case-type"), nil, "400", "case-type is required and was not sent"},
	{"no responsible", without("responsible"), nil, "400", "responsible is required and was not sent"},
	{"no owner", without("owner"), nil, "400", "owner is required and was not sent"},
	{"no contact", without("contact"), nil, "400", "contact is required and was not sent"},
	{"no description", without("description"), nil, "400", "description is required and was not sent"},
	{"no status", without("status"), nil, "400", "status is required and was not sent"},
	{"no priority", without("priority"), nil, "400", "priority is required and was not sent"},
	{"empty case-type", with("case-type", ""), nil, "400", "case-type is required and is empty"},
	{"empty description", with("description", ""), nil, "400", "description is required and is empty"},
	{"empty priority", with("priority", ""), nil, "400", "priority is required and is empty"},
	{"required before status", append(with("status", "abierto")[:7], part{name: "x", value: "y"}), nil, "400", "priority is required"},

	{"Spanish status", with("status", "Abierto"), nil, "400", `status has the value "Abierto": system default values must be in English`},
	{"capital status", with("status", "Open"), nil, "400", "one of open, closed, on hold, solved"},
	{"Spanish priority", with("priority", "Alta"), nil, "400", `priority has the value "Alta": system default values must be in English`},
	{"long value", with("priority", strings.Repeat("é", 100)), nil, "400", strings.Repeat("é", 60) + `" (shortened)`},

	{"responsible without operation", with("responsible", "ana"), nil, "400", "responsible names a user that does not exist"},
	{"responsible with two @", with("responsible", "ana@demo@x"), nil, "400", "responsible names a user"},
	{"responsible with a blank", with("responsible", "ana@demo "), nil, "400", "responsible names a user"},
	{"owner without user", with("owner", "@demo"), nil, "400", "owner names a user that does not exist"},
	{"owner without operation", with("owner", "luis@"), nil, "400", "owner names a user"},
	{"contact", with("contact", "client"), nil, "400", "contact names a contact that does not exist"},
	{"contact without dot", with("contact", "client@example"), nil, "400", "contact names a contact"},
	{"contact with dot at the end", with("contact", "client@example."), nil, "400", "contact names a contact"},

	{"form is text", with("form", "Asunto: x"), nil, "400", "form must be one JSON object"},
	{"form is an array", with("form", `[{"a":1}]`), nil, "400", "form must be one JSON object"},
	{"form is two objects", with("form", `{} {}`), nil, "400", "form must be one JSON object"},
	{"form is cut", with("form", `{"a":`), nil, "400", "form must be one JSON object"},

	{"unknown field", with("Asunto", "x"), nil, "400", `field "Asunto" is unknown`},
	{"unknown attachment", append(good(), part{"photo", "x", "a.png"}), nil, "400", `field "photo" is unknown`},
	{"repeated field", append(good(), part{name: "status", value: "closed"}), nil, "400", "status was sent more than once"},
	{"file as text", with("file", "/tmp/a.png"), nil, "400", "attach a file"},
	{"text as file", append(good(), part{"solution", "x", "a.txt"}), nil, "400", "solution was sent as a file"},
	{"wolkvox-id", with("wolkvox-id", "x"), nil, "400", `"wolkvox-id" is unknown`},
}

func cut(r *http.Request, n int64) {
	r.ContentLength -= n
	r.Body = io.NopCloser(io.LimitReader(r.Body, r.ContentLength))
}

func slicesRepeat(p part, n int) []part {
	parts := make([]part, n)
	for i := range parts {
		parts[i] = p
	}
	return parts
}

func TestInsertRefusals(t *testing.T) {
	s := newServer(t, Options{Tokens: []string{token}, Operation: "demo"})
	url := serve(t, s)
	for _, tt := range insertRefusals {
		t.Run(tt.name, func(t *testing.T) {
			parts := tt.parts
			if parts == nil {
				parts = good()
			}
			r := formRequest(t, url+insertPath, parts)
			if tt.alter != nil {
				tt.alter(r)
			}
			sent := r.Header.Get("Wolkvox-Token")
			e := call(t, r)
			if e.Code != tt.code || e.Error != "Case insertion API error" || !strings.Contains(e.Msg, tt.says) || len(e.Data) != 0 {
				t.Errorf("%+v\nwant code %s, a message with %q", e, tt.code, tt.says)
			}
			if sent != "" && strings.Contains(e.Msg, sent) {
				t.Errorf("the message shows the token: %s", e.Msg)
			}
		})
	}
	if s.Len() != 0 {
		t.Errorf("%d cases stored by refused inserts", s.Len())
	}
	mustInsert(t, url, good()) // the refusals were not for the rest of the request
}

func TestKnownUsersAndContacts(t *testing.T) {
	s := newServer(t, Options{Users: []string{"ana@demo", "luis@demo", "root"}, Contacts: []string{"client@example.com", "walk-in"}})
	url := serve(t, s)
	for _, tt := range []struct{ field, value, says string }{
		{"responsible", "root", ""},
		{"owner", "ana@demo", ""},
		{"contact", "walk-in", ""},
		{"responsible", "eva@demo", "responsible names a user that does not exist"},
		{"owner", "Ana@demo", "owner names a user that does not exist"},
		{"contact", "other@example.com", "contact names a contact that does not exist"},
	} {
		e := call(t, formRequest(t, url+insertPath, with(tt.field, tt.value)))
		if (e.Code == "200") != (tt.says == "") || !strings.Contains(e.Msg, tt.says) {
			t.Errorf("%s %q: %+v, want %q", tt.field, tt.value, e, tt.says)
		}
	}
}

func TestFailShareRepeats(t *testing.T) {
	const n = 150
	run := func(o Options) (refused []bool, ids []string) {
		s := newServer(t, o)
		url := serve(t, s)
		stored := 0
		for range n {
			// A refused request takes no number, so it shifts nothing.
			call(t, formRequest(t, url+insertPath, without("status")))
			e := call(t, formRequest(t, url+insertPath, good()))
			refused = append(refused, e.Code != "200")
			switch {
			case e.Code == "200":
				ids = append(ids, e.Data[0]["wolkvox_id"])
				stored++
			case e.Code != "400" || e.Error != insertError || !strings.Contains(e.Msg, "simulated"):
				t.Fatalf("simulated failure: %+v", e)
			}
		}
		if s.Len() != stored {
			t.Errorf("%d stored, %d succeeded", s.Len(), stored)
		}
		return refused, ids
	}
	count := func(b []bool) (c int) {
		for _, v := range b {
			if v {
				c++
			}
		}
		return c
	}
	first, ids := run(Options{FailShare: 0.25, Seed: 11})
	second, ids2 := run(Options{FailShare: 0.25, Seed: 11})
	other, otherIDs := run(Options{FailShare: 0.25, Seed: 12})
	if !equal(first, second) || !equal(ids, ids2) {
		t.Error("one seed gave two runs")
	}
	if equal(first, other) || ids[0] == otherIDs[0] {
		t.Error("two seeds gave one run")
	}
	if c := count(first); c < n*15/100 || c > n*35/100 {
		t.Errorf("%d of %d refused, want about a quarter", c, n)
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			t.Errorf("id %s twice", id)
		}
		seen[id] = true
	}
}

func equal[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestFailShareBounds(t *testing.T) {
	for n := range uint64(10000) {
		if fails(3, n, 0) || !fails(3, n, 1) {
			t.Fatalf("insert %d: share 0 must never refuse, share 1 always", n)
		}
		if fails(3, n, 0.1) && !fails(3, n, 0.5) {
			t.Fatalf("insert %d: a larger share must refuse what a smaller one does", n)
		}
	}
}

func TestForget(t *testing.T) {
	s := newServer(t, Options{Forget: true})
	url := serve(t, s)
	a, b := mustInsert(t, url, good()), mustInsert(t, url, good())
	if a == b || s.Len() != 0 || len(s.Cases()) != 0 {
		t.Errorf("ids %s %s, %d stored; want two ids, nothing stored", a, b, s.Len())
	}
	e := call(t, queryRequest(t, url, queryBody("wolkvox-id", a)))
	if e.Code != "200" || len(e.Data) != 0 {
		t.Errorf("a forgotten case was found: %+v", e)
	}
}

package mockcrm

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

func TestQuery(t *testing.T) {
	s := newServer(t, Options{Operation: "demo"})
	url := serve(t, s)
	a := mustInsert(t, url, append(with("description", "same"), part{name: "solution", value: "done"}))
	b := mustInsert(t, url, with("description", "<other> & \"ñ\""))
	c := mustInsert(t, url, with("description", "same"))
	d := mustInsert(t, url, []part{
		{name: "operation", value: "demo"}, {name: "case-type", value: "Claims"}, {name: "responsible", value: "eva@demo"},
		{name: "owner", value: "eva@demo"}, {name: "contact", value: "other@example.com"}, {name: "description", value: "same"},
		{name: "status", value: "on hold"}, {name: "priority", value: "high"},
	})
	for _, tt := range []struct {
		field, value string
		want         []string
	}{
		{"description", "same", []string{a, c, d}},
		{"description", "<other> & \"ñ\"", []string{b}},
		{"description", "Same", nil},
		{"description", "sam", nil},
		{"wolkvox-id", b, []string{b}},
		{"idCase", d, []string{d}},
		{"idCase", "nothing", nil},
		{"idPrefijo", "CAS-000003", []string{c}},
		{"idPrefijo", "CAS-3", nil},
		{"idPrefijo", "CAS-000009", nil},
		{"idPrefijo", "3", nil},
		{"status", "open", []string{a, b, c}},
		{"status", "on hold", []string{d}},
		{"priority", "high", []string{d}},
		{"email contact", "other@example.com", []string{d}},
		{"type case", "Claims", []string{d}},
		{"responsible user", "ana@demo", []string{a, b, c}},
		{"owner user", "eva@demo", []string{d}},
		{"solution", "done", []string{a}},
	} {
		e := call(t, queryRequest(t, url, queryBody(tt.field, tt.value)))
		var got []string
		for _, row := range e.Data {
			got = append(got, row["wolkvox_id"])
		}
		msg := map[int]string{0: "0 records were are found", 1: "1 records were are found", 3: "3 records were are found"}[len(tt.want)]
		if e.Code != "200" || e.Msg != msg || !equal(got, tt.want) {
			t.Errorf("%s = %q: %+v, want %v, %q", tt.field, tt.value, e, tt.want, msg)
		}
	}

	e := call(t, queryRequest(t, url, queryBody("wolkvox-id", a)))
	want := map[string]string{"wolkvox_id": a, "idPrefijo": "CAS-000001"}
	maps.Copy(want, s.Cases()[0].Fields)
	if len(e.Data) != 1 || !maps.Equal(e.Data[0], want) {
		t.Errorf("record %v\nwant   %v", e.Data, want)
	}
}

func TestQueryRefusals(t *testing.T) {
	s := newServer(t, Options{Tokens: []string{token}, Operation: "demo"})
	url := serve(t, s)
	contentType := func(v string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Type", v) }
	}
	ok := queryBody("status", "open")
	for _, tt := range []struct {
		name, body string
		alter      func(*http.Request)
		code, says string
	}{
		{"method", ok, func(r *http.Request) { r.Method = "GET" }, "405", "POST only"},
		{"no token", ok, func(r *http.Request) { r.Header.Del("Wolkvox-Token") }, "401", "token is missing"},
		{"wrong token", ok, func(r *http.Request) { r.Header.Set("Wolkvox-Token", "OTHER") }, "401", "incorrect"},
		{"form-data", ok, contentType("multipart/form-data; boundary=x"), "400", "sent as multipart/form-data"},
		{"urlencoded", ok, contentType("application/x-www-form-urlencoded"), "400", "x-www-form-urlencoded"},
		{"empty", "", nil, "400", "raw JSON"},
		{"not JSON", "operation=demo", nil, "400", "raw JSON"},
		{"array", "[" + ok + "]", nil, "400", "raw JSON"},
		{"two values", ok + ok, nil, "400", "raw JSON"},
		{"null", "null", nil, "400", "operation is required"},
		{"no operation", `{"field":"status","value":"open"}`, nil, "400", "operation is required"},
		{"wrong operation", `{"operation":"other","field":"status","value":"open"}`, nil, "400", "does not exist"},
		{"name in capitals", `{"Operation":"demo","field":"status","value":"open"}`, nil, "400", `"Operation", which is unknown`},
		{"no field", `{"operation":"demo","value":"open"}`, nil, "400", "field is required"},
		{"no value", `{"operation":"demo","field":"status"}`, nil, "400", "value is required"},
		{"empty value", queryBody("solution", ""), nil, "400", "value is required"},
		{"number", `{"operation":"demo","field":"status","value":1}`, nil, "400", "value of value must be text"},
		{"unknown name", `{"operation":"demo","field":"status","value":"open","limit":"2"}`, nil, "400", `"limit", which is unknown`},
		{"unknown field", queryBody("case-type", "Request"), nil, "400", `field "case-type" cannot be searched`},
		{"name contact", queryBody("name contact", "x"), nil, "400", "cannot be searched"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := queryRequest(t, url, tt.body)
			if tt.alter != nil {
				tt.alter(r)
			}
			e := call(t, r)
			if e.Code != tt.code || e.Error != queryError || !strings.Contains(e.Msg, tt.says) || len(e.Data) != 0 {
				t.Errorf("%+v\nwant code %s, a message with %q", e, tt.code, tt.says)
			}
		})
	}
	for _, ct := range []string{"application/json", "text/plain", ""} {
		r := queryRequest(t, url, ok)
		contentType(ct)(r)
		if e := call(t, r); e.Code != "200" {
			t.Errorf("Content-Type %q: %+v, want it accepted", ct, e)
		}
	}
}

func TestUpdate(t *testing.T) {
	s := newServer(t, Options{Operation: "demo"})
	url := serve(t, s)
	other := mustInsert(t, url, good())
	id := mustInsert(t, url, append(good(), part{"file", "x", "a.txt"}))
	e := call(t, formRequest(t, url+updatePath, []part{
		{name: "operation", value: "demo"}, {name: "wolkvox-id", value: id},
		{name: "case-type", value: "Claims"}, {name: "responsible", value: "eva@demo"},
		{name: "status", value: "closed"}, {name: "priority", value: "low"}, {name: "form", value: `{"a":1}`},
		{"file", "xyz", "b.txt"},
	}))
	if e.Code != "200" || len(e.Data) != 1 || e.Data[0]["wolkvox_id"] != id {
		t.Fatalf("%+v, want success with the id", e)
	}
	cases := s.Cases()
	want := map[string]string{
		"operation": "demo", "case-type": "Claims", "responsible": "eva@demo", "owner": "luis@demo", "contact": "client@example.com",
		"description": "first", "status": "closed", "priority": "low", "form": `{"a":1}`,
	}
	if c := cases[1]; !maps.Equal(c.Fields, want) || c.Files["file"].Name != "a.txt" || c.Files["file#2"] != (File{"b.txt", "text/plain", 3}) {
		t.Errorf("after the update %+v", c)
	}
	if c := cases[0]; c.ID != other || c.Fields["status"] != "open" {
		t.Errorf("the update touched another case: %+v", c)
	}
	if e := call(t, queryRequest(t, url, queryBody("status", "closed"))); len(e.Data) != 1 {
		t.Errorf("query after the update: %+v", e)
	}
	// One field alone is enough, and leaves the others.
	e = call(t, formRequest(t, url+updatePath, []part{{name: "operation", value: "demo"}, {name: "wolkvox-id", value: id}, {name: "status", value: "solved"}}))
	if c := s.Cases()[1]; e.Code != "200" || c.Fields["status"] != "solved" || c.Fields["priority"] != "low" {
		t.Errorf("%+v, %+v", e, c)
	}
}

func TestUpdateRefusals(t *testing.T) {
	s := newServer(t, Options{Tokens: []string{token}, Operation: "demo"})
	url := serve(t, s)
	id := mustInsert(t, url, good())
	update := func(more ...part) []part {
		return append([]part{{name: "operation", value: "demo"}, {name: "wolkvox-id", value: id}}, more...)
	}
	closed := part{name: "status", value: "closed"}
	for _, tt := range []struct {
		name       string
		parts      []part
		alter      func(*http.Request)
		code, says string
	}{
		{"method", update(closed), func(r *http.Request) { r.Method = "PATCH" }, "405", "POST only"},
		{"token", update(closed), func(r *http.Request) { r.Header.Set("Wolkvox-Token", "OTHER") }, "401", "token"},
		{"JSON", update(closed), func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, "400", "sent as JSON"},
		{"operation", []part{{name: "operation", value: "x"}, {name: "wolkvox-id", value: id}, closed}, nil, "400", "does not exist"},
		{"no id", []part{{name: "operation", value: "demo"}, closed}, nil, "400", "wolkvox-id is required"},
		{"unknown id", []part{{name: "operation", value: "demo"}, {name: "wolkvox-id", value: "nothing"}, closed}, nil, "404", `no case with the wolkvox-id "nothing"`},
		{"nothing to change", update(), nil, "400", "nothing to change"},
		{"empty status", update(part{name: "status"}), nil, "400", "status was sent empty"},
		{"Spanish", update(part{name: "status", value: "Cerrado"}), nil, "400", "must be in English"},
		{"user", update(part{name: "responsible", value: "eva"}), nil, "400", "responsible names a user"},
		{"form", update(part{name: "form", value: "x"}), nil, "400", "one JSON object"},
		{"description", update(closed, part{name: "description", value: "x"}), nil, "400", `"description" is unknown`},
		{"twice", update(closed, closed), nil, "400", "more than once"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := formRequest(t, url+updatePath, tt.parts)
			if tt.alter != nil {
				tt.alter(r)
			}
			e := call(t, r)
			if e.Code != tt.code || e.Error != updateError || !strings.Contains(e.Msg, tt.says) || len(e.Data) != 0 {
				t.Errorf("%+v\nwant code %s, a message with %q", e, tt.code, tt.says)
			}
		})
	}
	if c := s.Cases()[0]; c.Fields["status"] != "open" || len(c.Files) != 0 {
		t.Errorf("a refused update changed the case: %+v", c)
	}
}

package collection

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// findable has names that repeat, hold "/", look like ids, and that are folders and requests at once.
const findable = `{"item":[
	{"name":"CRM","id":"f1","item":[
		{"name":"Insert CRM cases","id":"1","_postman_id":"p1","uid":"u-1"},
		{"name":"Same","id":"2"},
		{"name":"Deep","item":[{"name":"Same","id":"3"},{"name":"GET /cases/{id}"},{"name":"twice"},{"name":"twice"}]},
		{"name":"CRM"}
	]},
	{"name":"Same","_postman_id":"4"},
	{"name":"/users"},
	{"name":"Café ","id":"9"},
	{"name":"2"},
	{"name":"Empty","item":[]},
	{"name":"one, two"},{"name":"one,two"},
	{"name":"a/b","item":[{"name":"c/d","id":"cd"}]}
]}`

func TestFind(t *testing.T) {
	c := mustParse(t, findable)
	tests := []struct{ ref, want string }{
		{"Insert CRM cases", "CRM/Insert CRM cases"},
		{"CRM/Insert CRM cases", "CRM/Insert CRM cases"},
		{"/CRM/Insert CRM cases", "CRM/Insert CRM cases"},
		{"1", "CRM/Insert CRM cases"},
		{"p1", "CRM/Insert CRM cases"},
		{"u-1", "CRM/Insert CRM cases"},
		{"Deep/Same", "CRM/Deep/Same"},
		{"CRM/Deep/Same", "CRM/Deep/Same"},
		{"CRM/Same", "CRM/Same"},
		{"/Same", "Same"},
		{"4", "Same"},
		{"2", "CRM/Same"}, // an id wins over the request that is called 2
		{"/2", "2"},
		{"CRM", "CRM/CRM"}, // the only request of that name, although a folder has it too
		{"GET /cases/{id}", "CRM/Deep/GET /cases/{id}"},
		{"CRM/Deep/GET /cases/{id}", "CRM/Deep/GET /cases/{id}"},
		{"/users", "/users"},
		{"a/b/c/d", "a/b/c/d"},
		{"c/d", "a/b/c/d"},
		{"Café", "Café "},
		{"Cafe\u0301", "Café "},
	}
	for _, tt := range tests {
		item, err := c.Find(tt.ref)
		if err != nil {
			t.Errorf("%q: %v", tt.ref, err)
		} else if item.Path() != tt.want {
			t.Errorf("%q: found %q, want %q", tt.ref, item.Path(), tt.want)
		}
	}
}

func TestFindErrors(t *testing.T) {
	c := mustParse(t, findable)
	tests := []struct {
		ref  string
		want []string
	}{
		{"Same", []string{`"Same" names 3 items`, "use one of these paths or ids", `"/CRM/Same" (id 2), "/CRM/Deep/Same" (id 3), "/Same" (id 4)`}},
		{"twice", []string{`names 2 items`, `same path and no id`, `rename`, `"/CRM/Deep/twice"`}},
		{"f1", []string{`"f1" is a folder`, `"CRM/Insert CRM cases", "CRM/Same", "CRM/Deep/Same"`}},
		{"CRM/Deep", []string{`is a folder, not a request`, `"CRM/Deep/twice"`}},
		{"Empty", []string{`is a folder`, `holds no requests`}},
		{"insert crm case", []string{`there is no "insert crm case"`, `did you mean "CRM/Insert CRM cases"?`}},
		{"Insert-CRM_cases", []string{`did you mean "CRM/Insert CRM cases"?`}},
		{"CRM/Samee", []string{`did you mean "CRM/Same"`}},
		{"b/c/d", []string{`there is no "b/c/d"`}},
		{"zzzzzzzzzz", []string{`there is no "zzzzzzzzzz"; the collection has: "CRM/Insert CRM cases"`, "and 4 more"}},
		{"", []string{`the name of the request is empty`}},
		{"/", []string{`there is no "/"`}},
		{"one, twos", []string{`did you mean "one, two" or "one,two"?`}},
	}
	for _, tt := range tests {
		item, err := c.Find(tt.ref)
		var findErr *FindError
		if !errors.As(err, &findErr) {
			t.Errorf("%q: got %v, %v, want a *FindError", tt.ref, item, err)
			continue
		}
		for _, part := range append(tt.want, "test.json: ") {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: error %q lacks %q", tt.ref, err, part)
			}
		}
	}
	_, err := mustParse(t, `{"item":[]}`).Find("x")
	if err == nil || !strings.Contains(err.Error(), "the collection has no requests") {
		t.Errorf("empty collection: %v", err)
	}
}

// TestFindEveryListedReference: what an ambiguity error lists can be used.
func TestFindEveryListedReference(t *testing.T) {
	c := mustParse(t, findable)
	_, err := c.Find("Same")
	var findErr *FindError
	if !errors.As(err, &findErr) || len(findErr.Candidates) != 3 {
		t.Fatalf("got %v", err)
	}
	for _, want := range findErr.Candidates {
		for _, ref := range []string{"/" + want.Path(), want.ID} {
			if got, err := c.Find(ref); got != want {
				t.Errorf("%q: %v, %v", ref, got, err)
			}
		}
	}
}

func TestFindItem(t *testing.T) {
	c := mustParse(t, findable)
	for ref, want := range map[string]string{"Deep": "CRM/Deep", "f1": "CRM", "CRM/Same": "CRM/Same", "/CRM": "CRM", "a/b": "a/b"} {
		if item, err := c.FindItem(ref); err != nil || item.Path() != want {
			t.Errorf("%q: %v, %v", ref, item, err)
		}
	}
	if _, err := c.FindItem("CRM"); err == nil || !strings.Contains(err.Error(), "names 2 items") {
		t.Errorf("folder and request of one name: %v", err)
	}
	if _, err := c.FindItem("deeep"); err == nil || !strings.Contains(err.Error(), `did you mean "CRM/Deep"`) {
		t.Errorf("got %v", err)
	}
}

func TestNearest(t *testing.T) {
	tests := []struct {
		word       string
		candidates string
		want       string
	}{
		{"phone", "name phone", "phone"},
		{"Télé-Phone_", "telephone", "telephone"},
		{"FIRST NAME", "last_name first_name", "first_name"},
		{"fone", "name phone", ""},
		{"phne", "name phone", "phone"},
		{"customer_nme", "customer customer_name", "customer_name"},
		{"ab", "cd", ""},
		{"ab", "ac", "ac"},
		{"a", "b", ""},
		{"a", "ab", "ab"},
		{"", "a", ""},
		{"-_", "a", ""},
		{"x", "", ""},
		{"abc", "abd abe", "abd"},
		{"abc", "abd abc", "abc"},
		{"İstanbul", "istanbul", "istanbul"},
		{"ñandú", "nandu", "nandu"},
		{strings.Repeat("x", 70000), strings.Repeat("x", 70000), strings.Repeat("x", 70000)},
	}
	for _, tt := range tests {
		got, ok := Nearest(tt.word, strings.Fields(tt.candidates))
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("Nearest(%.20q, %.20q) = %.20q, %v, want %.20q", tt.word, tt.candidates, got, ok, tt.want)
		}
	}
}

func TestFindInLargeCollection(t *testing.T) {
	var items []string
	for i := range 2000 {
		items = append(items, fmt.Sprintf(`{"name":"Request number %d"}`, i))
	}
	c := mustParse(t, withItems(strings.Join(items, ",")))
	_, err := c.Find("Request numbr 7")
	var findErr *FindError
	if !errors.As(err, &findErr) || len(findErr.Nearest) != 3 || findErr.Nearest[0].Name != "Request number 7" {
		t.Errorf("got %v", err)
	}
	if len(slices.Collect(c.Requests())) != 2000 {
		t.Error("requests are missing")
	}
}

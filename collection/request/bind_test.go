package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// fieldsOf shows what a request's fields are for a row, as "in name=value".
func fieldsOf(tpl *Template, cells ...string) []string {
	var out []string
	for i := range tpl.Fields() {
		f := &tpl.Fields()[i]
		out = append(out, f.In+" "+f.Name+"="+tpl.Value(f, cells, 1))
	}
	return out
}

// usesOf shows where columns go, as "column: target, target".
func usesOf(tpl *Template) []string {
	var out []string
	for _, u := range tpl.Uses() {
		out = append(out, u.Column+": "+strings.Join(u.Targets, ", "))
	}
	return out
}

type bindCase struct {
	name    string
	request obj
	o       Options
	cells   []string
	fields  []string
	uses    []string
}

func bindCases(t *testing.T) []bindCase {
	scopes := scopesOf(t, "environment v=env")
	form := func(params ...obj) obj { return post(formData(params...)) }
	two := []string{"a", "b"}
	cells := []string{"A", "B"}
	return []bindCase{
		{"by placeholder", form(kv("x", "<{{a}}>"), kv("y", "<<b>>")), Options{Columns: two}, cells,
			[]string{"form-data x=<A>", "form-data y=B"}, []string{"a: {{a}} in form-data field x", "b: {{b}} in form-data field y"}},
		{"by field name", form(kv("a", "sample"), kv("b", "")), Options{Columns: two}, cells,
			[]string{"form-data a=A", "form-data b=B"}, []string{"a: form-data field a", "b: form-data field b"}},
		{"not by name beside an own placeholder", form(kv("a", "{{b}}"), kv("b", "{{v}}")), Options{Columns: two, Scopes: scopes}, cells,
			[]string{"form-data a=B", "form-data b=env"}, []string{"a: ", "b: {{b}} in form-data field a"}},
		{"names are exact", form(kv("A", "own"), kv("a ", "own"), kv("á", "own")), Options{Columns: two}, cells,
			[]string{"form-data A=own", "form-data a =own", "form-data á=own"}, []string{"a: ", "b: "}},
		{"by the name that a key expands to", form(kv("{{k}}", "own")), Options{Columns: two, Scopes: scopesOf(t, "environment k=a")}, cells,
			[]string{"form-data a=A"}, []string{"a: form-data field a", "b: "}},
		{"urlencoded", post(urlEncoded(kv("a", "own"), kv("x", "{{b}}"))), Options{Columns: two}, cells,
			[]string{"urlencoded a=A", "urlencoded x=B"}, []string{"a: urlencoded field a", "b: {{b}} in urlencoded field x"}},
		{"query", get("http://h/?a=own&x={{b}}&c=%20y"), Options{Columns: two}, cells,
			[]string{"query a=A", "query x=B", "query c= y"}, []string{"a: query field a", "b: {{b}} in URL"}},
		{"query, not by name beside an own placeholder", get("http://h/?a={{v}}&b=x{{v}}"), Options{Columns: two, Scopes: scopes}, cells,
			[]string{"query a=env", "query b=xenv"}, []string{"a: ", "b: "}},
		{"query, parts", get(urlParts("query", []obj{kv("a", "{{v}}"), kv("b", nil)})), Options{Columns: two, Scopes: scopes}, cells,
			[]string{"query a=env", "query b=B"}, []string{"a: ", "b: query field b"}},
		{"query, encoded key", get("http://h/?n%20o=1"), Options{Columns: []string{"n o"}}, cells,
			[]string{"query n o=A"}, []string{"n o: query field n o"}},
		{"one column in several places", form(kv("a", ""), kv("x", "{{a}}{{a}}")), Options{Columns: two}, cells,
			[]string{"form-data a=A", "form-data x=AA"}, []string{"a: form-data field a, {{a}} in form-data field x", "b: "}},
		{"a cell in the fragment goes nowhere", get("http://h/#{{a}}"), Options{Columns: two}, cells, nil, []string{"a: ", "b: "}},
		{"result columns never bind", form(kv("pmrun_row", "own"), kv("a", "")), Options{Columns: []string{"pmrun_row", "a", "pmrun_"}}, []string{"7", "A", "x"},
			[]string{"form-data pmrun_row=own", "form-data a=A"}, []string{"a: form-data field a"}},
		{"of two columns of one name the first binds", form(kv("a", "")), Options{Columns: []string{"a", "a", ""}}, []string{"1", "2", "3"},
			[]string{"form-data a=1"}, []string{"a: form-data field a"}},

		{"map wins over the name", form(kv("a", "own")), Options{Columns: two, Map: map[string]string{"a": "b"}}, cells,
			[]string{"form-data a=B"}, []string{"a: ", "b: form-data field a"}},
		{"map wins over an own placeholder", form(kv("x", "{{a}}")), Options{Columns: two, Map: map[string]string{"x": "b"}}, cells,
			[]string{"form-data x=B"}, []string{"a: ", "b: form-data field x"}},
		{"map of a placeholder", form(kv("x", "<{{v}}>"), kv("y", "{{a}}")), Options{Columns: two, Scopes: scopes, Map: map[string]string{"v": "a", "a": "b"}}, cells,
			[]string{"form-data x=<A>", "form-data y=B"}, []string{"a: {{v}} in form-data field x", "b: {{a}} in form-data field y"}},
		{"set wins over the name", form(kv("a", "own")), Options{Columns: two, Set: map[string]string{"a": "fixed"}}, cells,
			[]string{"form-data a=fixed"}, []string{"a: ", "b: "}},
		{"set to nothing", form(kv("a", "own")), Options{Columns: two, Set: map[string]string{"a": ""}}, cells,
			[]string{"form-data a="}, []string{"a: ", "b: "}},
		{"set to placeholders", form(kv("a", "own")), Options{Columns: two, Scopes: scopes, Set: map[string]string{"a": "{{a}}-{{b}}-{{v}}"}}, cells,
			[]string{"form-data a=A-B-env"}, []string{"a: {{a}} in form-data field a", "b: {{b}} in form-data field a"}},
		{"set in the query", get("http://h/?x=own&y"), Options{Set: map[string]string{"x": "1&2", "y": "z"}}, nil,
			[]string{"query x=1&2", "query y=z"}, nil},

		{"map enables a disabled field", form(kv("x", "1"), disabled(kv("a", "{{nope}}"))), Options{Columns: two, Map: map[string]string{"a": "b"}}, cells,
			[]string{"form-data x=1", "form-data a=B"}, []string{"a: ", "b: form-data field a"}},
		{"set enables a disabled parameter", get(urlParts("query", []obj{disabled(kv("a", "1")), kv("b", "2")})), Options{Set: map[string]string{"a": "fixed"}}, nil,
			[]string{"query a=fixed", "query b=2"}, nil},
		{"not beside an enabled one", form(disabled(kv("a", "1")), kv("a", "2"), disabled(kv("a", "3"))), Options{Set: map[string]string{"a": "fixed"}}, nil,
			[]string{"form-data a=fixed"}, nil},
		{"only the first of several", form(disabled(kv("a", "1")), disabled(kv("a", "2"))), Options{Set: map[string]string{"a": "fixed"}}, nil,
			[]string{"form-data a=fixed"}, nil},

		{"a known field is added", form(kv("x", "1")), Options{Columns: two, KnownFields: []string{"form", "a", "b"}, Map: map[string]string{"b": "a"}, Set: map[string]string{"form": "{}"}}, cells,
			[]string{"form-data x=1", "form-data form={}", "form-data b=A"}, []string{"a: form-data field b", "b: "}},
		{"a column alone adds no known field", form(kv("x", "1")), Options{Columns: two, KnownFields: []string{"a"}}, cells,
			[]string{"form-data x=1"}, []string{"a: ", "b: "}},
		{"a known field is not added beside its placeholder", form(kv("x", "{{a}}")), Options{Columns: two, KnownFields: []string{"a"}, Map: map[string]string{"a": "b"}}, cells,
			[]string{"form-data x=B"}, []string{"a: ", "b: {{a}} in form-data field x"}},
		{"a known field is not added beside the query", obj{"method": "POST", "url": "http://h/?a=1", "body": formData(kv("x", "1"))}, Options{Columns: two, KnownFields: []string{"a"}, Map: map[string]string{"a": "b"}}, cells,
			[]string{"query a=B", "form-data x=1"}, []string{"a: ", "b: query field a"}},
	}
}

func TestBinding(t *testing.T) {
	for _, tt := range bindCases(t) {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, tt.request, tt.o)
			if got := fieldsOf(tpl, tt.cells...); !slices.Equal(got, tt.fields) {
				t.Errorf("fields are\n%q, want\n%q", got, tt.fields)
			}
			if got := usesOf(tpl); !slices.Equal(got, tt.uses) {
				t.Errorf("uses are\n%q, want\n%q", got, tt.uses)
			}
			checkSent(t, tpl, tt.cells)
		})
	}
}

// checkSent makes sure that what is filled has the values that Value announces.
func checkSent(t *testing.T, tpl *Template, cells []string) {
	t.Helper()
	f := fill(t, tpl, cells...)
	var sent []string
	for _, q := range strings.Split(f.URL.RawQuery, "&") {
		if key, value, _ := strings.Cut(q, "="); q != "" {
			sent = append(sent, "query "+unescapeQuery(key)+"="+unescapeQuery(value))
		}
	}
	switch tpl.Mode {
	case "formdata":
		for _, p := range partsOf(t, f) {
			sent = append(sent, "form-data "+p.name+"="+p.content)
		}
	case "urlencoded":
		for _, q := range strings.Split(bodyOf(t, f), "&") {
			key, value, _ := strings.Cut(q, "=")
			sent = append(sent, "urlencoded "+unescapeQuery(key)+"="+unescapeQuery(value))
		}
	}
	if want := fieldsOf(tpl, cells...); !slices.Equal(sent, want) {
		t.Errorf("sent are\n%q, fields say\n%q", sent, want)
	}
}

func TestColumnOfField(t *testing.T) {
	o := Options{Columns: []string{"a", "b"}, Map: map[string]string{"m": "b"}, Set: map[string]string{"s": "{{a}}"}, Pack: map[string][]string{"p": {"a"}}}
	tpl := compile(t, obj{"method": "POST", "url": "http://h/?q={{b}}&r=1", "body": formData(
		kv("a", ""), kv("m", ""), kv("s", ""), kv("p", ""), kv("x", "{{b}}"), kv("y", "-{{b}}"), kv("z", "1"))}, o)
	want := map[string]string{"q": "b", "r": "", "a": "a", "m": "b", "s": "a", "p": "", "x": "b", "y": "", "z": ""}
	for name, column := range want {
		f, ok := tpl.Field(name)
		if !ok || f.Column != column {
			t.Errorf("field %s: column %q, %t; want %q", name, f.Column, ok, column)
		}
		if constant := name == "r" || name == "z"; f.Constant() != constant {
			t.Errorf("field %s: Constant is %t", name, f.Constant())
		}
	}
	if _, ok := tpl.Field("nope"); ok || len(tpl.Fields()) != len(want) {
		t.Error("there are other fields")
	}
}

func TestBindingProblems(t *testing.T) {
	request := obj{"method": "POST", "url": obj{"raw": "http://h/:id", "variable": []obj{kv("id", "1")}}, "body": formData(kv("status", "{{v}}"), kv("form", "{}"))}
	base := func() Options {
		return Options{Columns: []string{"pmrun_row", "estado", "tema"}, KnownFields: []string{"priority"}, Scopes: scopesOf(t, "environment v=env")}
	}
	tests := []struct {
		name    string
		options func(*Options)
		want    []string
	}{
		{"unknown target", func(o *Options) { o.Map = map[string]string{"statu": "estado"} }, []string{"--map statu", `no field or placeholder "statu"`, `did you mean "status"?`}},
		{"unknown target near a known field", func(o *Options) { o.Set = map[string]string{"priorty": "low"} }, []string{"--set priorty", `no field "priorty"`, `did you mean "priority"?`}},
		{"unknown target near a path variable", func(o *Options) { o.Set = map[string]string{"iD": "1"} }, []string{"--set iD", `did you mean "id"?`}},
		{"unknown target near nothing", func(o *Options) { o.Set = map[string]string{"colour": "red"} }, []string{"--set colour", `no field "colour"`, "--env-var"}},
		{"unknown target of a pack", func(o *Options) { o.Pack = map[string][]string{"forms": nil} }, []string{"--pack forms", `did you mean "form"?`}},
		{"unknown column", func(o *Options) { o.Map = map[string]string{"status": "Estdo"} }, []string{"--map status", `no column "Estdo"`, `did you mean "estado"?`}},
		{"unknown column of a placeholder", func(o *Options) { o.Map = map[string]string{"v": "nothing"} }, []string{"--map v", `no column "nothing"`, `it has "estado", "tema"`}},
		{"unknown column and target", func(o *Options) { o.Map = map[string]string{"nope": "nothing"} }, []string{"--map nope", `no column "nothing"`}},
		{"result column", func(o *Options) { o.Map = map[string]string{"status": "pmrun_row"} }, []string{"--map status", `no column "pmrun_row"`, `it has "estado", "tema"`}},
		{"no columns", func(o *Options) { o.Columns, o.Map = nil, map[string]string{"status": "x"} }, []string{"--map status", `no column "x", nor any other`}},
		{"unresolved set", func(o *Options) { o.Set = map[string]string{"status": "{{nope}}"} }, []string{"form-data field status", "{{nope}} has no value"}},
		{"unknown column of a pack", func(o *Options) { o.Pack = map[string][]string{"form": {"tema", "tma"}} }, []string{"--pack form", `no column "tma"`, `did you mean "tema"?`}},
		{"two packs of everything", func(o *Options) { o.Pack = map[string][]string{"form": nil, "status": nil} }, []string{"--pack status", `"form" takes all unused columns`, "--pack status=COL,COL"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := base()
			tt.options(&o)
			wantProblems(t, compileAny(t, request, o), tt.want)
		})
	}
	for name, body := range map[string]obj{"raw": raw("json", "{}"), "none": nil} {
		o := base()
		o.Set = map[string]string{"priority": "low"}
		t.Run("a known field, body "+name, func(t *testing.T) {
			wantProblems(t, compileAny(t, post(body), o), []string{"--set priority", `"priority" can only be added to a request with a form-data`})
		})
	}
}

func TestPack(t *testing.T) {
	form := func() obj { return post(formData(kv("status", ""), kv("form", "{}"), kv("extra", ""))) }
	columns := []string{"status", "Order number", "pmrun_row", "Tem\"a\\", "", "Order number", "niña"}
	cells := []string{"open", "0001", "9", "a \"b\"\n", "x", "second", "{{v}}"}
	tests := []struct {
		name    string
		request obj
		pack    map[string][]string
		want    []string
		uses    []string
	}{
		{"all unused", form(), map[string][]string{"form": nil},
			[]string{"form-data status=open", `form-data form={"Order number":"0001","Tem\"a\\":"a \"b\"\n","niña":"{{v}}"}`, "form-data extra="},
			[]string{"status: form-data field status", "Order number: JSON object in field form", "Tem\"a\\: JSON object in field form", "niña: JSON object in field form"}},
		{"listed, in that order", form(), map[string][]string{"form": {"niña", "status", "niña"}},
			[]string{"form-data status=open", `form-data form={"niña":"{{v}}","status":"open"}`, "form-data extra="},
			[]string{"status: form-data field status, JSON object in field form", "Order number: ", "Tem\"a\\: ", "niña: JSON object in field form"}},
		{"listed and all unused", form(), map[string][]string{"form": nil, "extra": {"niña"}},
			[]string{"form-data status=open", `form-data form={"Order number":"0001","Tem\"a\\":"a \"b\"\n"}`, `form-data extra={"niña":"{{v}}"}`},
			[]string{"status: form-data field status", "Order number: JSON object in field form", "Tem\"a\\: JSON object in field form", "niña: JSON object in field extra"}},
		{"two lists", form(), map[string][]string{"form": {"niña"}, "extra": {"niña", "Order number"}},
			[]string{"form-data status=open", `form-data form={"niña":"{{v}}"}`, `form-data extra={"niña":"{{v}}","Order number":"0001"}`},
			[]string{"status: form-data field status", "Order number: JSON object in field extra", "Tem\"a\\: ", "niña: JSON object in field extra, JSON object in field form"}},
		{"urlencoded", post(urlEncoded(kv("form", ""))), map[string][]string{"form": {"niña"}},
			[]string{`urlencoded form={"niña":"{{v}}"}`},
			[]string{"status: ", "Order number: ", "Tem\"a\\: ", "niña: JSON object in field form"}},
		{"query", get("http://h/?form=x"), map[string][]string{"form": {"niña"}},
			[]string{`query form={"niña":"{{v}}"}`},
			[]string{"status: ", "Order number: ", "Tem\"a\\: ", "niña: JSON object in field form"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, tt.request, Options{Columns: columns, Pack: tt.pack, JSONFields: []string{"form"}})
			if got := fieldsOf(tpl, cells...); !slices.Equal(got, tt.want) {
				t.Errorf("fields are\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if got := usesOf(tpl); !slices.Equal(got, tt.uses) {
				t.Errorf("uses are\n%q, want\n%q", got, tt.uses)
			}
			checkSent(t, tpl, cells)
		})
	}
}

func TestPackWithoutColumns(t *testing.T) {
	tpl := compile(t, post(formData(kv("form", "x"))), Options{Pack: map[string][]string{"form": nil}})
	if got := fieldsOf(tpl); !slices.Equal(got, []string{"form-data form={}"}) {
		t.Errorf("got %q", got)
	}
	tpl = compile(t, post(formData(kv("x", "1"))), Options{Columns: []string{"a"}, KnownFields: []string{"form"}, Pack: map[string][]string{"form": nil}})
	if got := fieldsOf(tpl, "A"); !slices.Equal(got, []string{"form-data x=1", `form-data form={"a":"A"}`}) {
		t.Errorf("a known field that is added: got %q", got)
	}
}

// In a field that is JSON, placeholders stay within their strings, and a whole
// cell has to be JSON itself.
func TestJSONFields(t *testing.T) {
	o := Options{Columns: []string{"c", "whole"}, JSONFields: []string{"form", "whole", "mapped"}, Map: map[string]string{"mapped": "whole"}}
	for mode, request := range map[string]obj{
		"form-data":  post(formData(kv("form", `{"s":"{{c}}"}`), kv("whole", ""), kv("mapped", ""))),
		"urlencoded": post(urlEncoded(kv("form", `{"s":"{{c}}"}`), kv("whole", ""), kv("mapped", ""))),
		"query":      get("http://h/?form=1&whole=&mapped"),
	} {
		t.Run(mode, func(t *testing.T) {
			tpl := compile(t, request, o)
			want := []string{mode + ` form={"s":"a\"&b"}`, mode + ` whole={"x": "1&2"}`, mode + ` mapped={"x": "1&2"}`}
			if mode == "query" {
				want[0] = "query form=1"
			}
			cells := []string{`a"&b`, `{"x": "1&2"}`}
			if got := fieldsOf(tpl, cells...); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			checkSent(t, tpl, cells)
			checkSent(t, tpl, []string{"x", ""})
			bad := wantFillError(t, tpl, []string{"x", "a&b"}, mode+" field whole", "whole", "has to be JSON")
			if !bad.NotJSON {
				t.Error("NotJSON is not set")
			}
		})
	}
	tpl := compile(t, get("http://h/:id"), Options{Columns: []string{"c"}, JSONFields: []string{"id"}, Map: map[string]string{"id": "c"}})
	if got := sentTo(fill(t, tpl, `{"a":"/?"}`)); got != "http://h/%7B%22a%22:%22%2F%3F%22%7D" {
		t.Errorf("path variable: got %s", got)
	}
	wantFillError(t, tpl, []string{"x"}, "path variable :id", "c", "has to be JSON")
}

// Everything that is the same for two compilations has the same bytes, though
// options are maps.
func TestCompileIsDeterministic(t *testing.T) {
	o := Options{KnownFields: []string{"k9", "k1", "k5", "k3"}, Set: map[string]string{}, Pack: map[string][]string{}, Columns: []string{"a", "b"}}
	for i := range 10 {
		o.Set[fmt.Sprintf("k%d", i)] = "{{$guid}}"
	}
	delete(o.Set, "k5")
	o.Pack["k5"] = nil
	request := obj{"method": "POST", "url": "http://h/?q={{$randomInt}}", "body": formData(kv("x", "{{$guid}}"))}
	first := compileAny(t, request, o)
	for range 20 {
		again := compileAny(t, request, o)
		if bodyOf(t, fill(t, again)) != bodyOf(t, fill(t, first)) || sentTo(fill(t, again)) != sentTo(fill(t, first)) {
			t.Fatal("another compilation gives other bytes")
		}
		if !slices.EqualFunc(again.Problems, first.Problems, func(a, b Problem) bool { return a.Error() == b.Error() }) {
			t.Fatal("another compilation gives other problems")
		}
	}
	if len(first.Problems) != len(slices.Collect(maps.Keys(o.Set)))-3 {
		t.Errorf("problems: %v", first.Problems)
	}
}

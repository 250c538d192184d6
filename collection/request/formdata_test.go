package request

import (
	"slices"
	"strings"
	"testing"
)

func TestFormData(t *testing.T) {
	typed := func(o obj, contentType string) obj {
		o["contentType"] = contentType
		return o
	}
	tests := []struct {
		name    string
		params  []obj
		columns []string
		cells   []string
		want    []part
	}{
		{"order and duplicates", []obj{kv("b", "1"), kv("a", "2"), kv("b", "3")}, nil, nil,
			[]part{{"b", "", "", "1"}, {"a", "", "", "2"}, {"b", "", "", "3"}}},
		{"disabled is not sent", []obj{kv("a", "1"), disabled(kv("b", "2")), kv("c", "3")}, nil, nil,
			[]part{{"a", "", "", "1"}, {"c", "", "", "3"}}},
		{"disabled is not bound", []obj{kv("a", "1"), disabled(kv("b", "2"))}, []string{"b"}, []string{"x"},
			[]part{{"a", "", "", "1"}}},
		{"content type of a part", []obj{typed(kv("a", "{}"), "application/json"), kv("b", "")}, nil, nil,
			[]part{{"a", "", "application/json", "{}"}, {"b", "", "", ""}}},
		{"content type from a variable", []obj{typed(kv("a", "x"), "text/{{sub}}")}, nil, nil,
			[]part{{"a", "", "text/csv", "x"}}},
		{"empty name", []obj{kv("", "x")}, nil, nil, []part{{"", "", "", "x"}}},
		{"name from a variable", []obj{kv("f-{{sub}}", "x")}, nil, nil, []part{{"f-csv", "", "", "x"}}},
		{"name with a quote", []obj{kv(`a"b`, "x")}, nil, nil, []part{{"a%22b", "", "", "x"}}},
		{"name with line breaks", []obj{kv("a\r\nX: y\r\n\r\nz", "x")}, nil, nil, []part{{"a%0D%0AX: y%0D%0A%0D%0Az", "", "", "x"}}},
		{"name with a backslash at the end", []obj{kv(`a\`, "x"), kv(`b\c\(d`, "y")}, nil, nil, []part{{`a\`, "", "", "x"}, {`b\c\(d`, "", "", "y"}}},
		{"name that is not ASCII", []obj{kv("descripción 漢", "x")}, nil, nil, []part{{"descripción 漢", "", "", "x"}}},
		{"value is sent as it is", []obj{kv("a", " a&b=\"c\"\r\n\t;%41 ñ ")}, nil, nil, []part{{"a", "", "", " a&b=\"c\"\r\n\t;%41 ñ "}}},
		{"numbers and null", []obj{kv("n", 7), kv("z", nil)}, nil, nil, []part{{"n", "", "", "7"}, {"z", "", "", ""}}},

		{"column by name", []obj{kv("a", "sample"), kv("b", "own")}, []string{"a"}, []string{"cell"},
			[]part{{"a", "", "", "cell"}, {"b", "", "", "own"}}},
		{"column by name, in every field of that name", []obj{kv("a", "1"), kv("a", "2")}, []string{"a"}, []string{"cell"},
			[]part{{"a", "", "", "cell"}, {"a", "", "", "cell"}}},
		{"column by placeholder", []obj{kv("a", "<{{c}}|<<c>>>")}, []string{"c"}, []string{"cell"},
			[]part{{"a", "", "", "<cell|cell>"}}},
		{"a cell is never expanded", []obj{kv("a", "{{c}}"), kv("b", "")}, []string{"c", "b"}, []string{"{{sub}}", "<<c>>"},
			[]part{{"a", "", "", "{{sub}}"}, {"b", "", "", "<<c>>"}}},
		{"a cell that looks like a part", []obj{kv("a", "{{c}}"), kv("z", "end")}, []string{"c"},
			[]string{"x\r\n--pmrun-\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--pmrun---\r\n"},
			[]part{{"a", "", "", "x\r\n--pmrun-\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--pmrun---\r\n"}, {"z", "", "", "end"}}},
		{"a row that is too short", []obj{kv("a", ""), kv("b", "")}, []string{"a", "b"}, []string{"1"},
			[]part{{"a", "", "", "1"}, {"b", "", "", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, post(formData(tt.params...)), Options{Columns: tt.columns, Scopes: scopesOf(t, "environment sub=csv")})
			if got := partsOf(t, fill(t, tpl, tt.cells...)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestFormDataBytes(t *testing.T) {
	tpl := compile(t, post(formData(kv("a", "1"), kv("ñ", "{{c}}"))), Options{Columns: []string{"c"}})
	f := fill(t, tpl, "x\ny")
	_, boundary, _ := strings.Cut(f.Header.Get("Content-Type"), "boundary=")
	want := strings.ReplaceAll("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1"+
		"\r\n--B\r\nContent-Disposition: form-data; name=\"ñ\"\r\n\r\nx\ny"+
		"\r\n--B--\r\n", "B", boundary)
	if got := bodyOf(t, f); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Retries and resumes send the same bytes; another run has another boundary.
func TestBoundaryIsOfTheRun(t *testing.T) {
	item := itemOf(t, post(formData(kv("a", "{{$guid}}"))))
	bodyOfRun := func(id string, row int64) string {
		o := Options{Run: testRun()}
		o.Run.ID = id
		var f Filled
		if err := Compile(item, o).Fill(&f, nil, row); err != nil {
			t.Fatal(err)
		}
		return bodyOf(t, &f)
	}
	if first, again := bodyOfRun("r", 1), bodyOfRun("r", 1); first != again {
		t.Error("the same row of the same run has other bytes")
	}
	if bodyOfRun("r", 1) == bodyOfRun("r", 2) {
		t.Error("another row has the same $guid")
	}
	one, _, _ := strings.Cut(bodyOfRun("r", 1), "\r\n")
	two, _, _ := strings.Cut(bodyOfRun("s", 1), "\r\n")
	if one == two {
		t.Error("another run has the same boundary")
	}
}

func TestFormDataProblems(t *testing.T) {
	typed := obj{"key": "a", "value": "x", "contentType": "text/{{v}}"}
	tests := []struct {
		name  string
		param obj
		o     Options
		want  []string
	}{
		{"column in a name", kv("{{c}}", "x"), Options{Columns: []string{"c"}}, []string{"form-data key", "{{c}} has no value", "must not decide"}},
		{"mapped column in a name", kv("{{c}}", "x"), Options{Columns: []string{"c"}, Map: map[string]string{"c": "c"}}, []string{"form-data field {{c}}", "cannot change from row to row"}},
		{"dynamic name", kv("{{$guid}}", "x"), Options{}, []string{"form-data field {{$guid}}", "cannot change from row to row"}},
		{"control character in a name", kv("a\x01", "x"), Options{}, []string{"form-data field a\x01", "control character"}},
		{"unresolved value", kv("a", "{{nope}}"), Options{}, []string{"form-data field a", "{{nope}} has no value"}},
		{"NUL in a value", kv("a", "\x000\x00"), Options{}, []string{"form-data field a", "NUL"}},
		{"line break in a content type", typed, Options{Scopes: scopesOf(t, "environment v=a\r\nX: y")}, []string{"form-data field a", "content type holds a line break"}},
		{"content type of a row", typed, Options{Columns: []string{"v"}, Map: map[string]string{"v": "v"}}, []string{"form-data field a", "content type cannot change"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, compileAny(t, post(formData(tt.param)), tt.o), tt.want)
		})
	}
}

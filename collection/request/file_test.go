package request

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeFile makes a file in dir and returns its path.
func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// with sets one more member.
func with(o obj, key, value string) obj {
	o[key] = value
	return o
}

func file(key string, src any) obj { return obj{"key": key, "type": "file", "src": src} }

func TestFileParts(t *testing.T) {
	dir := t.TempDir()
	absolute := writeFile(t, dir, "one.txt", "first\r\nfile")
	writeFile(t, dir, "sub/two.PNG", "\x89PNG\x00")
	writeFile(t, dir, "three.unknown-extension", "")
	writeFile(t, dir, `qu"ote.json`, "{}")
	tests := []struct {
		name   string
		params []obj
		o      Options
		want   []part
	}{
		{"absolute path", []obj{file("f", absolute)}, Options{},
			[]part{{"f", "one.txt", "text/plain", "first\r\nfile"}}},
		{"relative to the working directory", []obj{file("f", "sub/two.PNG")}, Options{},
			[]part{{"f", "two.PNG", "image/png", "\x89PNG\x00"}}},
		{"unknown extension, empty file", []obj{file("f", "three.unknown-extension")}, Options{},
			[]part{{"f", "three.unknown-extension", "application/octet-stream", ""}}},
		{"quote in a file name", []obj{file("f", `qu"ote.json`)}, Options{},
			[]part{{"f", "qu%22ote.json", "application/json", "{}"}}},
		{"own content type and file name", []obj{with(with(file("f", "one.txt"), "contentType", "text/x-{{v}}"), "fileName", "{{v}}.txt")}, Options{Scopes: scopesOf(t, "environment v=val")},
			[]part{{"f", "val.txt", "text/x-val", "first\r\nfile"}}},
		{"name and path from variables", []obj{file("f-{{v}}", "{{n}}.txt")}, Options{Scopes: scopesOf(t, "environment v=val", "environment n=one")},
			[]part{{"f-val", "one.txt", "text/plain", "first\r\nfile"}}},
		{"several files in one field", []obj{file("f", []string{"one.txt", "sub/two.PNG"}), kv("a", "1")}, Options{},
			[]part{{"f", "one.txt", "text/plain", "first\r\nfile"}, {"f", "two.PNG", "image/png", "\x89PNG\x00"}, {"a", "", "", "1"}}},
		{"files and text mixed", []obj{kv("a", "{{c}}"), file("f", "one.txt"), kv("b", "{{c}}"), kv("c2", ""), file("g", "sub/two.PNG"), kv("d", "end")}, Options{Columns: []string{"c"}},
			[]part{{"a", "", "", "célula"}, {"f", "one.txt", "text/plain", "first\r\nfile"}, {"b", "", "", "célula"}, {"c2", "", "", ""}, {"g", "two.PNG", "image/png", "\x89PNG\x00"}, {"d", "", "", "end"}}},
		{"disabled file", []obj{disabled(file("f", "missing.txt")), kv("a", "1")}, Options{}, []part{{"a", "", "", "1"}}},
		{"disabled file that --set fills", []obj{disabled(file("f", nil))}, Options{Set: map[string]string{"f": "one.txt"}},
			[]part{{"f", "one.txt", "text/plain", "first\r\nfile"}}},
		{"--set wins over the request", []obj{file("f", []string{"missing.txt", "missing too"})}, Options{Set: map[string]string{"f": "one.txt"}},
			[]part{{"f", "one.txt", "text/plain", "first\r\nfile"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.WorkingDir = dir
			f := fill(t, compile(t, post(formData(tt.params...)), tt.o), "célula")
			if got := partsOf(t, f); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if first, second := bodyOf(t, f), bodyOf(t, f); first != second {
				t.Error("a second Reader gives other bytes")
			}
		})
	}
}

func TestFileProblems(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "one.txt", "1")
	writeFile(t, dir, "line\nbreak.txt", "1")
	tests := []struct {
		name  string
		param obj
		o     Options
		want  []string
	}{
		{"missing", file("f", "no.txt"), Options{}, []string{"form-data file f", filepath.Join(dir, "no.txt"), "no such file", "--working-dir"}},
		{"directory", file("f", "."), Options{}, []string{"form-data file f", "it is a directory"}},
		{"not a regular file", file("f", os.DevNull), Options{}, []string{"form-data file f", "not a regular file"}},
		{"none chosen", file("f", nil), Options{}, []string{"form-data file f", "no file is chosen"}},
		{"none in the list", file("f", []string{}), Options{}, []string{"form-data file f", "no file is chosen"}},
		{"none by an empty variable", file("f", "{{v}}"), Options{Scopes: scopesOf(t, "environment v=")}, []string{"form-data file f", "no file is chosen"}},
		{"a value in place of a file", with(file("f", nil), "value", "one.txt"), Options{}, []string{"form-data file f", "no file is chosen", "is not sent"}},
		{"packed columns", file("f", "one.txt"), Options{Columns: []string{"a"}, Pack: map[string][]string{"f": {"a"}}}, []string{"form-data file f", "packed columns"}},
		{"unresolved path", file("f", "{{nope}}"), Options{}, []string{"form-data file f", "{{nope}} has no value"}},
		{"line break in the file's name", file("f", "line\nbreak.txt"), Options{}, []string{"form-data file f", "line break"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.WorkingDir = dir
			tpl := compileAny(t, post(formData(tt.param)), tt.o)
			if tt.name == "unresolved path" { // and a file of that name does not exist
				tpl.Problems = tpl.Problems[:1]
			}
			wantProblems(t, tpl, tt.want)
		})
	}
}

// A file can go away or change while rows are sent.
func TestFileChanges(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, dir, "one.txt", "12345")
	tpl := compile(t, post(formData(file("f", "one.txt"))), Options{WorkingDir: dir})

	f := fill(t, tpl)
	writeFile(t, dir, "one.txt", "123456789")
	if _, err := f.Reader(); err == nil || !strings.Contains(err.Error(), "form-data file f") || !strings.Contains(err.Error(), "changed in size") {
		t.Errorf("after the file grew, Reader gave %v", err)
	}
	if got := partsOf(t, fill(t, tpl)); got[0].content != "123456789" {
		t.Errorf("the next row has %q", got)
	}

	f = fill(t, tpl)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Reader(); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("without the file, Reader gave %v", err)
	}
	err := tpl.Fill(f, nil, 2)
	if err == nil || !strings.Contains(err.Error(), "form-data file f: cannot read") {
		t.Errorf("without the file, Fill gave %v", err)
	}
}

func TestReaderAfterClose(t *testing.T) {
	f := fill(t, compile(t, post(raw("text", "abc")), Options{}))
	r, err := f.Reader()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if n, err := io.ReadAll(r); err == nil || len(n) > 0 {
		t.Errorf("a closed reader gave %q, %v", n, err)
	}
}

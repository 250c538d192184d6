package request

import (
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// everything is a request that a row changes in every place there is.
func everything(t *testing.T) *Template {
	dir := t.TempDir()
	writeFile(t, dir, "one.txt", "file one")
	return compile(t, obj{
		"method": "POST", "url": "http://{{host}}/{{a}}/x?q={{b}}",
		"header": []obj{kv("X-A", "{{a}}"), kv("X-B", "{{b}}"), kv("Host", "{{vhost}}")},
		"body":   formData(kv("a", ""), kv("b", "{{b}}{{c}}"), file("f", "one.txt"), kv("form", "{}"), kv("id", "{{$guid}}")),
	}, Options{
		Columns: []string{"h", "a", "b", "c", "d"}, WorkingDir: dir,
		Map: map[string]string{"host": "h", "vhost": "h"}, Pack: map[string][]string{"form": nil},
	})
}

// state is everything that goes on the wire.
func state(t *testing.T, f *Filled) map[string]any {
	t.Helper()
	return map[string]any{"method": f.Method, "url": sentTo(f), "host": f.Host, "header": f.Header.Clone(), "body": bodyOf(t, f), "length": f.Length}
}

// What one row left in a Filled does not reach the next one.
func TestRowsDoNotLeak(t *testing.T) {
	tpl := everything(t)
	rows := [][]string{
		{"one.example.com", strings.Repeat("full ", 50), "B & b", "C", "D"},
		{"two", "x"},
		{"", "no host", "B"},                // refused in the URL
		{"three", "a\r\nb", "header", "C"},  // refused in a header
		{"four", "y", "", "", ""},           // sparse
		{"five", "z", "B", "", "", "extra"}, // ragged
		{"six"},                             // refused: the path needs a
		{"two", "x"},
	}
	var used Filled
	for i, cells := range rows {
		var fresh Filled
		wantErr, gotErr := tpl.Fill(&fresh, cells, int64(i)), tpl.Fill(&used, cells, int64(i))
		if (wantErr == nil) != (gotErr == nil) || wantErr != nil && wantErr.Error() != gotErr.Error() {
			t.Fatalf("row %d: error %v, in a fresh one %v", i, gotErr, wantErr)
		}
		if wantErr != nil {
			if used.URL != nil || len(used.Body) > 0 || len(used.files) > 0 || used.Length != 0 || used.Header != nil || used.Host != "" {
				t.Errorf("row %d: after an error there is %+v", i, &used)
			}
			continue
		}
		if got, want := state(t, &used), state(t, &fresh); !reflect.DeepEqual(got, want) {
			t.Errorf("row %d: got\n%v, in a fresh one\n%v", i, got, want)
		}
	}
}

// One Filled serves several templates.
func TestTemplatesDoNotLeak(t *testing.T) {
	full, sparse := everything(t), compile(t, get("http://h/"), Options{})
	var used Filled
	if err := full.Fill(&used, []string{"one", "A", "B", "C", "D"}, 1); err != nil {
		t.Fatal(err)
	}
	if err := sparse.Fill(&used, nil, 2); err != nil {
		t.Fatal(err)
	}
	if got, want := state(t, &used), state(t, fill(t, sparse)); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v, want\n%v", got, want)
	}
}

// A transport may still read a row's body when the answer is there and the next
// row is filled.
func TestFillLeavesOpenReadersAlone(t *testing.T) {
	tpl := compile(t, post(raw("text", "{{c}}{{c}}{{c}}")), Options{Columns: []string{"c"}})
	var f Filled
	fillRow := func(cell string) io.ReadCloser {
		if err := tpl.Fill(&f, []string{cell}, 1); err != nil {
			t.Fatal(err)
		}
		r, err := f.Reader()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := fillRow("aaaa")
	head := make([]byte, 5)
	if _, err := io.ReadFull(first, head); err != nil {
		t.Fatal(err)
	}
	second := fillRow("bbbb")
	third := fillRow("cccc")
	for want, r := range map[string]io.Reader{"aaaaaaa": first, "bbbbbbbbbbbb": second, "cccccccccccc": third} {
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	for _, r := range []io.Closer{first, second, third} {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	buffer := &f.Body[:1][0]
	last := fillRow("dddd")
	if &f.Body[:1][0] != buffer {
		t.Error("with every reader closed, Body's memory is not used again")
	}
	if got, _ := io.ReadAll(last); string(got) != "dddddddddddd" {
		t.Errorf("got %q", got)
	}
}

// A body in memory is left alone until it is released, whoever closes its reader.
func TestFillLeavesMemoryAlone(t *testing.T) {
	tpl := compile(t, post(raw("text", "{{c}}{{c}}{{c}}")), Options{Columns: []string{"c"}})
	var f Filled
	fillRow := func(cell string) (io.ReadCloser, func()) {
		if err := tpl.Fill(&f, []string{cell}, 1); err != nil {
			t.Fatal(err)
		}
		r, release, ok := f.Memory()
		if !ok {
			t.Fatal("the body is in memory")
		}
		return r, release
	}
	first, releaseFirst := fillRow("aaaa")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, releaseSecond := fillRow("bbbb")
	for want, r := range map[string]io.Reader{"aaaaaaaaaaaa": first, "bbbbbbbbbbbb": second} {
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	buffer := &f.Body[:1][0]
	releaseFirst() // of other bytes by now
	third, releaseThird := fillRow("cccc")
	if &f.Body[:1][0] == buffer {
		t.Error("the memory of a body that is not released is used again")
	}
	releaseSecond()
	releaseThird()
	buffer = &f.Body[:1][0]
	if fillRow("dddd"); &f.Body[:1][0] != buffer {
		t.Error("with every body released, the memory is not used again")
	}
	_ = third
}

// Any number of goroutines fill one template; the race detector watches.
func TestFillConcurrently(t *testing.T) {
	tpl := everything(t)
	want := fill(t, tpl, "one", "A", "B", "C", "D")
	results := make(chan *Filled)
	for range 8 {
		go func() {
			f := &Filled{}
			for range 20 {
				if err := tpl.Fill(f, []string{"one", "A", "B", "C", "D"}, 1); err != nil {
					f = &Filled{}
				}
				tpl.Render([]string{"one", "A"}, 1, nil)
			}
			results <- f
		}()
	}
	for range 8 {
		if f := <-results; !slices.Equal(f.Body, want.Body) || f.URL == nil || sentTo(f) != sentTo(want) {
			t.Errorf("got %s, %q", f.URL, f.Body)
		}
	}
}

package main

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// runWireCase is a collection that newman and `pmrun run` run against the same server,
// one after the other. The texts are JSON, as in a collection.
type runWireCase struct {
	name string
	// items are the requests; tree, when not empty, is the whole list of items instead.
	items []runItem
	tree  string
	// collection are further fields; env and globals lists of variables without their
	// brackets. base, hp and port, of the server, are always in the environment.
	collection, env, globals string
	// data is a list of rows.
	data string
	// options are newman's own, flags those of pmrun, beside the usual ones.
	options string
	flags   []string
	// answer gives the server's answers; n counts the requests of one program.
	answer func(n int, r *wireRequest) string
	// match are parts that differ by chance: both have to match.
	match map[string]string
	// check looks at the requests of each program by itself.
	check func(requests []*wireRequest) error
	// nothing says that neither sends a request.
	nothing bool
	// differs are the intended differences.
	differs []wireDifference
}

// runItem is a request with its scripts.
type runItem struct {
	// method is POST when empty, url {{base}}/x; header is a list without its brackets,
	// or one text.
	method, url        string
	header, body, auth string
	pre, test          string
	// more are further fields of the item.
	more string
}

func (i runItem) json(name string) string {
	c := wireCase{method: i.method, url: i.url}
	header := i.header
	if strings.HasPrefix(header, "{") {
		header = "[" + header + "]"
	}
	request := c.requestJSON(header, i.body, i.auth)
	var events []string
	for _, e := range [][2]string{{"prerequest", i.pre}, {"test", i.test}} {
		if e[1] != "" {
			events = append(events, `{"listen": "`+e[0]+`", "script": {"exec": `+jsonText(e[1])+`}}`)
		}
	}
	if len(events) > 0 {
		i.more = `"event": [` + strings.Join(events, ", ") + `]` + more(i.more)
	}
	return `{"name": "` + name + `", "request": ` + request + more(i.more) + `}`
}

func jsonText(text string) string {
	b, _ := json.Marshal(text) // a text can always be written
	return string(b)
}

func (c runWireCase) collectionJSON() string {
	tree := c.tree
	if tree == "" {
		var items []string
		for i, item := range c.items {
			items = append(items, item.json("r"+string(rune('1'+i))))
		}
		tree = "[" + strings.Join(items, ", ") + "]"
	}
	return `{"info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": ` + tree + more(c.collection) + `}`
}

// TestNewmanRunWire runs every case by newman and by `pmrun run`, and compares what
// came on the wire part by part, as TestNewman does for loads.
func TestNewmanRunWire(t *testing.T) {
	node, modules := findNewman(t)
	cases := runWireCases()
	dir := t.TempDir()
	for name, content := range map[string]string{"a.txt": "first file\n", "b.json": `{"b": 2}`, "c.png": "\x89PNG\r\n\x1a\n", "q'r.txt": "quote", "ü ñ.txt": "name", "empty.txt": "", "d.unknownext": "d"} {
		write(t, dir, name, content)
	}
	runs := make([]*wireRun, len(cases))
	names := make(map[string]bool)
	for i, c := range cases {
		if names[c.name] {
			t.Fatalf("two cases are called %s", c.name)
		}
		names[c.name] = true
		server := newWireServer(t, c.answer)
		runs[i] = &wireRun{c: wireCase{name: c.name, env: c.env, globals: c.globals, match: c.match, differs: c.differs}, dir: dir, newman: server, pmrun: server}
	}
	runNewmanCollections(t, node, modules, cases, runs)
	t.Run("cases", func(t *testing.T) {
		for i, r := range runs {
			c := cases[i]
			t.Run(c.name, func(t *testing.T) { r.compareRun(t, c) })
		}
	})
	docs, err := os.ReadFile("../../docs/newman.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		for _, d := range c.differs {
			if !strings.Contains(string(docs), "| `"+d.id+"` |") {
				t.Errorf("%s: docs/newman.md does not list %s", c.name, d.id)
			}
		}
	}
}

// runNewmanCollections runs every case in one process.
func runNewmanCollections(t *testing.T, node, modules string, cases []runWireCase, runs []*wireRun) {
	t.Helper()
	type job struct {
		Collection  string          `json:"collection"`
		Environment string          `json:"environment"`
		Globals     string          `json:"globals"`
		Rows        json.RawMessage `json:"rows,omitempty"`
		Dir         string          `json:"dir"`
		Scripts     bool            `json:"scripts"`
		Options     json.RawMessage `json:"options"`
	}
	var jobs []job
	for i, c := range cases {
		r := runs[i]
		j := job{c.collectionJSON(), r.c.environmentJSON(r.newman), r.c.globalsJSON(), json.RawMessage(c.data), r.dir, false, json.RawMessage("{" + c.options + "}")}
		j.Scripts = strings.Contains(j.Collection, `"script"`)
		for _, text := range []string{j.Collection, j.Environment, j.Globals, string(j.Options), c.data} {
			if text != "" && !json.Valid([]byte(text)) {
				t.Fatalf("%s is not JSON:\n%s", c.name, text)
			}
		}
		jobs = append(jobs, j)
	}
	runDriver(t, node, modules, 4*time.Minute, jobs, runs)
}

// compareRun runs the case by pmrun and compares what came with newman's.
func (r *wireRun) compareRun(t *testing.T, c runWireCase) {
	theirs, faults := r.newman.take()
	if len(faults) > 0 {
		t.Errorf("newman sent what is no request: %q", faults)
	}
	dir := t.TempDir()
	args := []string{"run", write(t, dir, "c.json", c.collectionJSON()), "-e", write(t, dir, "e.json", r.c.environmentJSON(r.pmrun)),
		"-g", write(t, dir, "g.json", r.c.globalsJSON()), "--working-dir", r.dir, "--timeout-request", "20000", "--mask=false"}
	if c.data != "" {
		args = append(args, "-d", write(t, dir, "d.json", c.data))
	}
	code, stdout, stderr := pmrun(t, append(args, c.flags...)...)
	ours, faults := r.pmrun.take()
	if len(faults) > 0 {
		t.Errorf("pmrun sent what is no request: %q", faults)
	}
	if code == 2 {
		t.Fatalf("exit code 2\n%s%s", stdout, stderr)
	}
	if len(theirs)+len(ours) > 0 || !c.nothing {
		r.compareRequests(t, theirs, ours)
	}
	if c.check != nil {
		if err := c.check(theirs); err != nil {
			t.Errorf("newman: %v", err)
		}
		if err := c.check(ours); err != nil {
			t.Errorf("pmrun: %v", err)
		}
	}
	if t.Failed() {
		t.Logf("newman's failure: %q\nnewman's %d requests:\n%s\npmrun, exit code %d:\n%s%s\n%s", r.failure, len(theirs), show(parts(theirs, r.newman, r.c)), code, stdout, stderr, show(parts(ours, r.pmrun, r.c)))
	}
}

// inTurn gives each request the answer of its number, an empty 200 beyond.
func inTurn(list ...string) func(int, *wireRequest) string {
	return func(n int, _ *wireRequest) string {
		if n > len(list) {
			return ""
		}
		return list[n-1]
	}
}

// byPath answers by a request's path.
func byPath(m map[string]string) func(int, *wireRequest) string {
	paths := slices.Sorted(maps.Keys(m))
	return func(_ int, r *wireRequest) string {
		for _, path := range paths {
			if strings.HasPrefix(r.target, path) {
				return m[path]
			}
		}
		return ""
	}
}

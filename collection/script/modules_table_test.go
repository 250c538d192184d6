package script

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// zoned says to a test that it runs in the time zone of its table.
const zoned = "PMRUN_TEST_ZONED"

// TestModuleTables: each line of testdata/modules is an expression over a module and what
// the package of that name gives for it, as JSON. A line "prelude:" runs before each, a
// line "zone:" names the time zone of the process.
func TestModuleTables(t *testing.T) {
	for _, file := range moduleTables(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if zone := directive(content, "zone: "); zone != "" && os.Getenv(zoned) == "" {
				inZone(t, zone, "^TestModuleTables$/^"+name+"$")
				return
			}
			testTable(t, directive(content, "prelude: "), content)
		})
	}
}

// testTable runs each expression as a script of its own.
func testTable(t *testing.T, prelude string, content []byte) {
	s, printed := sandbox(t, Options{})
	count := 0
	for line := range strings.SplitSeq(string(content), "\n") {
		expression, want, ok := strings.Cut(line, "  =>  ")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "prelude: ") {
			continue
		}
		count++
		*printed = nil
		result := run(t, s, execution(Test), prelude+"\nconsole.log(String(JSON.stringify("+expression+")))")
		got := strings.TrimPrefix(strings.Join(*printed, "|"), "log: ")
		if result.Err != nil || got != want {
			t.Errorf("%s\n got %s, %v\nwant %s", expression, got, result.Err, want)
		}
	}
	if count == 0 {
		t.Error("the table has no lines")
	}
}

// inZone runs a test in a process of its own: the zone of a process is read once.
func inZone(t *testing.T, zone, pattern string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the zone of a process is the machine's there")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+pattern)
	cmd.Env = append(os.Environ(), "TZ="+zone, zoned+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("in %s: %v\n%s", zone, err, out)
	}
}

func directive(content []byte, name string) string {
	for line := range strings.SplitSeq(string(content), "\n") {
		if text, ok := strings.CutPrefix(line, name); ok {
			return text
		}
	}
	return ""
}

func moduleTables(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/modules/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no tables", err)
	}
	return files
}

// TestModuleTablesOfPackages runs the tables by Node with the real packages, which are in
// the directory of PMRUN_NPM, so that no line says what is not so.
func TestModuleTablesOfPackages(t *testing.T) {
	dir := os.Getenv("PMRUN_NPM")
	node, err := exec.LookPath("node")
	if dir == "" || err != nil {
		t.Skip("PMRUN_NPM names no directory in which npm has installed the packages of testdata/modules/README.md, or there is no node")
	}
	script, err := os.ReadFile("testdata/modules/table.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range moduleTables(t) {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), node, "-e", string(script))
		cmd.Dir, cmd.Stdin = dir, bytes.NewReader(want)
		got, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		lines := strings.Split(string(want), "\n")
		for i, line := range strings.Split(string(got), "\n") {
			if i >= len(lines) || line != lines[i] {
				t.Errorf("%s:%d: the package gives %s", file, i+1, line)
			}
		}
	}
}

// FuzzMoment: any text and any format give a moment or none; what a valid one writes is
// read as the same second again.
func FuzzMoment(f *testing.F) {
	f.Add("29/02/2020 13:14", "DD/MM/YYYY HH:mm")
	f.Add("Sat, Feb 29th 2020 1:14:15.678 pm +02:00", "ddd, MMM Do YYYY h:mm:ss.SSS a Z")
	f.Add("2020-W09-6", "GGGG-[W]WW-E")
	f.Add("1583000000.123", "X")
	f.Add("2020-02-29T13:14:15Z", "")
	f.Add("[", `[\[Y]`)
	s, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	program, err := Compile("fuzz", `
		const m = require('moment')(data.text, data.format || undefined);
		if (m.isValid() && m.year() >= 0 && m.year() <= 9999 && require('moment')(m.format()).unix() !== m.unix()) throw new Error(m.format());`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, format string) {
		e := execution(Test)
		e.Scopes.Data = map[string]any{"text": text, "format": format}
		result := s.Run(t.Context(), program, e)
		if result.Err != nil && !strings.HasSuffix(result.Err.Message, "can be written, but not read") {
			t.Errorf("%q, %q: %v", text, format, result.Err)
		}
	})
}

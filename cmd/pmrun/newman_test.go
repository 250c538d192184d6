package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// newmanVersion is the newman that the facts of docs/newman.md are about.
const newmanVersion = "6.2.2"

// wireCase is a request that newman and pmrun send to a server of their own. The
// texts are JSON, as in a collection. Every request gets the header X-Row with
// the column of that name, because a load uses at least one column.
type wireCase struct {
	name string
	// method is POST when empty; "null" stands for null.
	method string
	// url is {{base}}/x when empty.
	url string
	// header is a list without its brackets, or one text.
	header string
	body   string
	auth   string
	// item and collection are further fields of the item and of the collection;
	// folder are fields of a folder around the item.
	item, collection, folder string
	// env and globals are lists of variables without their brackets. base, hp and
	// port, of the server, are always there.
	env, globals string
	// row has the cells by column; rows is how often it is there, 0 is once.
	row  map[string]string
	rows int
	// answer gives the server's answers.
	answer func(n int, r *wireRequest) string
	// match are parts that differ by chance: both have to match.
	match map[string]string
	// spelling compares the order and spelling of header names too.
	spelling bool
	// reject is the id of the difference that pmrun refuses the request; refusal
	// is a part of its message.
	reject, refusal string
	// differs are the intended differences.
	differs []wireDifference
}

// wireDifference is an intended difference of docs/newman.md. For a case that
// pmrun refuses, it says how the part is at newman's.
type wireDifference struct {
	id, part, newman, pmrun string
}

// missing stands for a part that is not there.
const missing = "(none)"

// TestNewman sends every case by newman and by pmrun, and compares what came on
// the wire part by part. A difference has to be the case's own or one that
// every request has, and to be listed in docs/newman.md.
func TestNewman(t *testing.T) {
	node, modules := findNewman(t)
	cases := newmanCases()
	runs := make([]*wireRun, len(cases))
	names := make(map[string]bool)
	for i, c := range cases {
		if names[c.name] {
			t.Fatalf("two cases are called %s", c.name)
		}
		names[c.name] = true
		runs[i] = newWireRun(t, c)
	}
	runNewman(t, node, modules, runs)

	t.Run("cases", func(t *testing.T) {
		for _, r := range runs {
			t.Run(r.c.name, func(t *testing.T) {
				t.Parallel()
				r.compare(t)
			})
		}
	})
	seen := make(map[string]bool)
	for _, r := range runs {
		if !r.compared {
			return // -run chose some
		}
		for _, id := range r.seen {
			seen[id] = true
		}
	}
	checkListed(t, seen)
}

// findNewman returns node and the directory whose node_modules has newman; the
// test is skipped without, but not in CI.
func findNewman(t *testing.T) (node, modules string) {
	t.Helper()
	node, err := exec.LookPath("node")
	reason := ""
	switch modules = os.Getenv("PMRUN_NEWMAN"); {
	case err != nil:
		reason = "there is no node on the PATH"
	case modules == "":
		reason = "PMRUN_NEWMAN does not name the directory that newman is installed in (npm install --prefix DIR newman@" + newmanVersion + ")"
	default:
		if _, err := os.Stat(filepath.Join(modules, "node_modules", "newman", "package.json")); err != nil {
			reason = "PMRUN_NEWMAN: " + err.Error()
		}
	}
	if reason != "" {
		if os.Getenv("PMRUN_CI") != "" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	return node, modules
}

// wireRun is a case with its servers and files.
type wireRun struct {
	c             wireCase
	dir           string
	newman, pmrun *wireServer
	// failure is newman's own message, when a run failed.
	failure string
	// compared says that compare was called, seen which differences it met.
	compared bool
	seen     []string
}

func newWireRun(t *testing.T, c wireCase) *wireRun {
	t.Helper()
	r := &wireRun{c: c, dir: t.TempDir(), newman: newWireServer(t, c.answer), pmrun: newWireServer(t, c.answer)}
	files := map[string]string{"a.txt": "first file\n", "b.json": `{"b": 2}`, "c.png": "\x89PNG\r\n\x1a\n", "d.unknownext": "d", "ü ñ.txt": "name", "empty.txt": "", "q'r.txt": "quote", "type.hjson": ".hjson"}
	for _, extension := range strings.Fields(fileTypes) {
		files["type"+extension] = extension
	}
	for name, content := range files {
		if strings.Contains(c.body, name) {
			write(t, r.dir, name, content)
		}
	}
	if strings.Contains(c.body, "{{") || strings.Contains(c.body, "a.txt") {
		for _, name := range []string{"a.txt", "b.json", "c.png"} {
			write(t, r.dir, name, files[name])
		}
	}
	return r
}

// collection is the case's collection.
func (c wireCase) collectionJSON() string {
	header := c.header
	row := `{"key": "X-Row", "value": "{{row}}"}`
	switch {
	case strings.HasPrefix(header, `"`):
		header = `"X-Row: {{row}}\n` + header[1:]
	case header == "":
		header = "[" + row + "]"
	default:
		header = "[" + row + ", " + header + "]"
	}
	item := `{"name": "r", "request": ` + c.requestJSON(header, c.body, c.auth) + more(c.item) + `}`
	if c.folder != "" {
		item = `{"name": "f", "item": [` + item + `]` + more(c.folder) + `}`
	}
	return `{"info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": [` + item + `]` +
		more(c.collection) + `}`
}

// requestJSON is the case's request with a header and more.
func (c wireCase) requestJSON(header, body, auth string) string {
	method := strconv.Quote(cmp.Or(c.method, "POST"))
	if c.method == "null" {
		method = c.method
	}
	request := `{"method": ` + method + `, "url": ` + cmp.Or(c.url, `"{{base}}/x"`)
	for _, f := range [][2]string{{"header", header}, {"body", body}, {"auth", auth}} {
		if f[1] != "" {
			request += `, "` + f[0] + `": ` + f[1]
		}
	}
	return request + "}"
}

func more(fields string) string {
	if fields == "" {
		return ""
	}
	return ", " + fields
}

func (c wireCase) environmentJSON(s *wireServer) string {
	hp := "127.0.0.1:" + s.port()
	return fmt.Sprintf(`{"name": "e", "values": [{"key": "base", "value": "http://%s"}, {"key": "hp", "value": %q}, {"key": "port", "value": %q}%s]}`,
		hp, hp, s.port(), more(c.env))
}

func (c wireCase) globalsJSON() string { return `{"name": "g", "values": [` + c.globals + `]}` }

// cells are the columns, in order, and the row.
func (c wireCase) cells() (columns, cells []string) {
	row := maps.Clone(c.row)
	if row == nil {
		row = make(map[string]string)
	}
	row["row"] = "1"
	columns = slices.Sorted(maps.Keys(row))
	for _, name := range columns {
		cells = append(cells, row[name])
	}
	return columns, cells
}

// runNewman runs every case in one process.
func runNewman(t *testing.T, node, modules string, runs []*wireRun) {
	t.Helper()
	type job struct {
		Collection  string              `json:"collection"`
		Environment string              `json:"environment"`
		Globals     string              `json:"globals"`
		Rows        []map[string]string `json:"rows"`
		Dir         string              `json:"dir"`
	}
	var jobs []job
	for _, r := range runs {
		columns, cells := r.c.cells()
		row := make(map[string]string)
		for i, name := range columns {
			row[name] = cells[i]
		}
		j := job{r.c.collectionJSON(), r.c.environmentJSON(r.newman), r.c.globalsJSON(), nil, r.dir}
		for range max(r.c.rows, 1) {
			j.Rows = append(j.Rows, row)
		}
		if !json.Valid([]byte(j.Collection)) || !json.Valid([]byte(j.Environment)) || !json.Valid([]byte(j.Globals)) {
			t.Fatalf("%s is not JSON:\n%s\n%s\n%s", r.c.name, j.Collection, j.Environment, j.Globals)
		}
		jobs = append(jobs, j)
	}
	runDriver(t, node, modules, 2*time.Minute, jobs, runs)
}

// runDriver hands the jobs to newman, one for each of runs, and takes its failures.
func runDriver(t *testing.T, node, modules string, most time.Duration, jobs any, runs []*wireRun) {
	t.Helper()
	text, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join("testdata", "newman", "driver.js"), modules, write(t, t.TempDir(), "jobs.json", string(text)))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()} // no proxy
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("newman: %v\n%s", err, errs.String())
	}
	var result struct {
		Version  string
		Failures []string
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n")) // scripts may print
	if err := json.Unmarshal(lines[len(lines)-1], &result); err != nil || len(result.Failures) != len(runs) {
		t.Fatalf("newman: %v\n%s", err, out.String())
	}
	if result.Version != newmanVersion {
		t.Fatalf("PMRUN_NEWMAN has newman %s; docs/newman.md is about %s", result.Version, newmanVersion)
	}
	for i, r := range runs {
		r.failure = result.Failures[i]
	}
}

// load runs the case by pmrun.
func (r *wireRun) load(t *testing.T) (code int, text string) {
	t.Helper()
	columns, cells := r.c.cells()
	var data bytes.Buffer
	w := csv.NewWriter(&data)
	records := [][]string{columns}
	for range max(r.c.rows, 1) {
		records = append(records, cells)
	}
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	code, stdout, stderr := pmrun(t, "load", write(t, dir, "c.json", r.c.collectionJSON()), "--request", "r",
		"-e", write(t, dir, "e.json", r.c.environmentJSON(r.pmrun)), "-g", write(t, dir, "g.json", r.c.globalsJSON()),
		"-d", write(t, dir, "rows.csv", data.String()), "--working-dir", r.dir, "--contract", "none", "--rate", "none",
		"--concurrency", "1", "--out", filepath.Join(dir, "out"), "--no-progress")
	return code, stdout + stderr
}

// compare runs the case by pmrun and compares what came with newman's.
func (r *wireRun) compare(t *testing.T) {
	r.compared = true
	for _, d := range r.c.differs {
		r.seen = append(r.seen, d.id)
	}
	code, text := r.load(t)
	ours, faults := r.pmrun.all()
	if len(faults) > 0 {
		t.Errorf("pmrun sent what is no request: %q", faults)
	}
	theirs, faults := r.newman.all()
	newman := parts(theirs, r.newman, r.c)
	if len(faults) > 0 {
		t.Errorf("newman sent what is no request: %q", faults)
	}
	if len(theirs) == 0 {
		newman["request"] = r.failure
	}
	if r.c.reject != "" {
		switch {
		case code != 2 || len(ours) > 0:
			t.Errorf("pmrun sent it: exit code %d\n%s", code, text)
		case r.c.refusal == "" || !strings.Contains(text, r.c.refusal):
			t.Errorf("pmrun's message is without %q:\n%s", r.c.refusal, text)
		}
		if len(r.c.differs) == 0 {
			t.Errorf("the case does not say what newman sends:\n%s", show(newman))
		}
		for _, d := range r.c.differs {
			if got := valueOf(newman, d.part); d.id != r.c.reject || !same(d.newman, got) {
				t.Errorf("newman's %s is %q, want %q\n%s", d.part, got, d.newman, show(newman))
			}
		}
		return
	}
	if len(ours) == 0 {
		t.Fatalf("pmrun sent nothing: exit code %d\n%s\nnewman's:\n%s", code, text, show(newman))
	}
	r.compareRequests(t, theirs, ours)
}

// compareRequests compares what came from both, part by part.
func (r *wireRun) compareRequests(t *testing.T, theirs, ours []*wireRequest) {
	t.Helper()
	newman, pmrun := parts(theirs, r.newman, r.c), parts(ours, r.pmrun, r.c)
	if len(theirs) == 0 {
		newman["request"] = r.failure
		if len(r.c.differs) == 0 {
			t.Fatalf("newman sent nothing: %s\npmrun's:\n%s", r.failure, show(pmrun))
		}
		for _, d := range r.c.differs {
			if n, p := valueOf(newman, d.part), valueOf(pmrun, d.part); !same(d.newman, n) || !same(d.pmrun, p) {
				t.Errorf("%s: %s is\n newman %q, want %q\n pmrun  %q, want %q", d.id, d.part, n, d.newman, p, d.pmrun)
			}
		}
		return
	}
	// A request that only one sends is a difference of the number alone.
	for _, n := range []map[string]string{newman, pmrun} {
		maps.DeleteFunc(n, func(part, _ string) bool {
			m := regexp.MustCompile(`^(\d+) `).FindStringSubmatch(part)
			if m == nil {
				return len(ours) == 0 && part != "requests"
			}
			i, _ := strconv.Atoi(m[1])
			return i > min(len(theirs), len(ours))
		})
	}
	all := maps.Clone(newman)
	maps.Copy(all, pmrun)
	listed := make(map[string]wireDifference)
	for _, d := range r.c.differs {
		listed[d.part] = d
		all[d.part] = ""
	}
	for _, part := range slices.Sorted(maps.Keys(all)) {
		n, p := valueOf(newman, part), valueOf(pmrun, part)
		if d, ok := listed[part]; ok {
			if n == p || !same(d.newman, n) || !same(d.pmrun, p) {
				t.Errorf("%s: %s is\n newman %q, want %q\n pmrun  %q, want %q", d.id, part, n, d.newman, p, d.pmrun)
			}
			continue
		}
		if pattern, ok := r.c.match[part]; ok {
			if re := regexp.MustCompile(`\A(?:` + pattern + `)\z`); !re.MatchString(n) || !re.MatchString(p) {
				t.Errorf("%s is\n newman %q\n pmrun  %q\n  want  %s", part, n, p, pattern)
			}
			continue
		}
		if n == p {
			continue
		}
		if id := alwaysDiffers(part, n, p); id != "" {
			r.seen = append(r.seen, id)
		} else {
			t.Errorf("%s is\n newman %q\n pmrun  %q", part, n, p)
		}
	}
}

// same compares a part with what is wanted, which is a pattern after a "~".
func same(want, got string) bool {
	if pattern, ok := strings.CutPrefix(want, "~"); ok {
		return regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString(got)
	}
	return want == got
}

func valueOf(parts map[string]string, part string) string {
	if value, ok := parts[part]; ok {
		return value
	}
	return missing
}

func show(parts map[string]string) string {
	var b strings.Builder
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		fmt.Fprintf(&b, "  %s: %q\n", part, parts[part])
	}
	return b.String()
}

// everywhere are the differences that any request has: the part, newman's value
// and pmrun's. The headers do not count where the request writes its own.
func everywhere() map[string]wireDifference {
	return map[string]wireDifference{
		"user-agent":      {part: "header user-agent", newman: `~PostmanRuntime/7\.\d+\.\d+`, pmrun: `~pmrun/\S+`},
		"cache-control":   {part: "header cache-control", newman: "no-cache", pmrun: missing},
		"postman-token":   {part: "header postman-token", newman: `~[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, pmrun: missing},
		"accept-encoding": {part: "header accept-encoding", newman: "gzip, deflate, br", pmrun: "gzip"}, // loads alone
		"connection":      {part: "header connection", newman: "keep-alive", pmrun: missing},
		"boundary":        {part: "boundary", newman: `~-{26}\d{24}`, pmrun: `~pmrun-[0-9a-f]{32}`},
	}
}

// alwaysDiffers returns the id of a difference that is one of everywhere, else "";
// the headers of the second request and so on are named "2 header ...".
func alwaysDiffers(part, newman, pmrun string) string {
	part = regexp.MustCompile(`^\d+ `).ReplaceAllString(part, "")
	for id, d := range everywhere() {
		if d.part == part && same(d.newman, newman) && same(d.pmrun, pmrun) {
			return id
		}
	}
	return ""
}

// parts takes requests apart, so that each part can be compared alone. The
// server's own port is written PORT, and a body's boundary BOUNDARY.
func parts(requests []*wireRequest, s *wireServer, c wireCase) map[string]string {
	m := map[string]string{"requests": strconv.Itoa(len(requests))}
	for i, r := range requests {
		prefix := ""
		if i > 0 {
			prefix = strconv.Itoa(i+1) + " "
		}
		body := string(r.body)
		set := func(part, value string) {
			m[prefix+part] = strings.ReplaceAll(value, ":"+s.port(), ":PORT")
		}
		set("method", r.method)
		set("target", r.target)
		boundary := ""
		values := make(map[string][]string)
		var names []string
		for _, h := range r.headers {
			name, value := strings.ToLower(h.name), h.value
			if name == "content-type" {
				if mediaType, params, err := mime.ParseMediaType(value); err == nil && mediaType == "multipart/form-data" && params["boundary"] != "" {
					boundary = params["boundary"]
					value = strings.ReplaceAll(value, boundary, "BOUNDARY")
				}
			}
			if name == "content-length" && value == strconv.Itoa(len(body)) && body != "" {
				value = "(the body's)"
			}
			names = append(names, h.name)
			values[name] = append(values[name], value)
		}
		for name, list := range values {
			set("header "+name, strings.Join(list, "\n"))
		}
		if c.spelling {
			set("header names", strings.Join(names, " "))
		}
		if boundary == "" {
			set("body", body)
			continue
		}
		set("boundary", boundary)
		for i, part := range multipartParts(body, boundary) {
			set(fmt.Sprintf("part %d", i+1), part)
		}
	}
	return m
}

// multipartParts cuts a multipart body at its boundary, byte for byte; what is
// around the parts is the last one.
func multipartParts(body, boundary string) []string {
	list := strings.Split("\r\n"+body, "\r\n--"+boundary)
	around := list[0] + "|" + list[len(list)-1]
	parts := list[1 : len(list)-1]
	for i := range parts {
		parts[i] = strings.TrimPrefix(parts[i], "\r\n")
	}
	return append(parts, around)
}

// checkListed compares the differences that were seen with those that
// docs/newman.md lists for requests, variables, headers and auth.
func checkListed(t *testing.T, seen map[string]bool) {
	t.Helper()
	text, err := os.ReadFile("../../docs/newman.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		if listed[m[1]] {
			t.Errorf("docs/newman.md lists %s twice", m[1])
		}
		listed[m[1]] = true
	}
	for id, test := range elsewhere() {
		if seen[id] {
			t.Errorf("%s is shown by a case: take it from elsewhere", id)
		}
		seen[id] = true
		file, name, _ := strings.Cut(test, " ")
		if text, err := os.ReadFile(filepath.FromSlash(file)); err != nil || !strings.Contains(string(text), "func "+name+"(") {
			t.Errorf("%s: there is no %s in %s", id, name, file)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		if !listed[id] {
			t.Errorf("docs/newman.md does not list %s", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(listed)) {
		if !seen[id] {
			t.Errorf("docs/newman.md lists %s, and no case shows it", id)
		}
	}
}

// elsewhere are listed differences that no case can show, with the file and the
// test that does.
func elsewhere() map[string]string {
	return map[string]string{
		"run-exit":              "script_test.go TestScript",
		"run-not-collection":    "script_test.go TestScript",
		"run-console":           "script_test.go TestScript",
		"run-blank-lines":       "../../collection/runner/data_test.go TestParseData",
		"run-data-strings":      "../../collection/runner/data_test.go TestParseData",
		"run-windows-text":      "../../collection/runner/data_test.go TestParseData",
		"run-data-object":       "../../collection/runner/data_test.go TestParseDataErrors",
		"run-async-test":        "newman_run_test.go TestNewmanScripts",
		"run-done":              "newman_run_test.go TestNewmanScripts",
		"run-await":             "newman_run_test.go TestNewmanScripts",
		"run-throw-text":        "newman_run_test.go TestNewmanScripts",
		"run-timer-error":       "newman_run_test.go TestNewmanScripts",
		"run-messages":          "newman_run_test.go TestNewmanScripts",
		"run-send-promise":      "../../collection/script/sandbox_test.go TestSendRequest",
		"run-send-count":        "run_test.go TestRunCollection",
		"run-rejection":         "../../collection/script/sandbox_test.go TestTests",
		"run-junit":             "../../report/runreport/runreport_test.go TestJUnitAddsUp",
		"run-json":              "newman_report_test.go TestNewmanReport",
		"run-failed-iterations": "../../report/runreport/runreport_test.go TestJSONShape",
		"run-secrets":           "../../report/runreport/runreport_test.go TestHarmless",
		"run-bail-reports":      "run_test.go TestRunBail",
		"run-timeout":           "run_test.go TestRunTimeout",
		"run-missing-file":      "../../collection/runner/run_test.go TestRunFiles",
		"run-boolean":           "../../collection/runner/resolve_test.go TestNewScope",
		"run-body-removed":      "newman_runwire_test.go TestNewmanRunWire",
		"run-send-header":       "newman_runwire_test.go TestNewmanRunWire",
		"run-send-body":         "newman_runwire_test.go TestNewmanRunWire",
		"run-redirect-path":     "newman_runwire_test.go TestNewmanRunWire",
		"run-redirect-text":     "newman_runwire_test.go TestNewmanRunWire",
		"run-redirect-file":     "newman_runwire_test.go TestNewmanRunWire",
		"run-referer":           "newman_runwire_test.go TestNewmanRunWire",
		"run-host-off":          "newman_runwire_test.go TestNewmanRunWire",
		"run-token-query":       "newman_runwire_test.go TestNewmanRunWire",
		"run-oauth1-empty":      "newman_runwire_test.go TestNewmanRunWire",
		"run-auth-defaults":     "newman_runwire_test.go TestNewmanRunWire",
		"run-sign-added":        "newman_runwire_test.go TestNewmanRunWire",
		"digest-auth-int":       "../../batch/digest_test.go TestDigest",
	}
}

package runreport

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// openPage gives a page of the browser that PMRUN_CHROME names (a Chromium or its headless
// shell); the test is skipped without.
func openPage(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("PMRUN_CHROME")
	if path == "" {
		if os.Getenv("PMRUN_CI") != "" {
			t.Fatal("PMRUN_CHROME does not name a Chromium: .ci/run installs one")
		}
		t.Skip("PMRUN_CHROME does not name a Chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true)) // no calls to its maker
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// hostileRun runs a collection in which every text that reaches the page tries to become
// markup: names, tests, messages, data, headers and bodies.
func hostileRun(t *testing.T, hostile func(where string) string) []runner.Event {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("X-Got", hostile("got"))
		_, _ = fmt.Fprint(w, hostile("body"))
	}))
	defer server.Close()
	item := func(name, path, test string) map[string]any {
		return map[string]any{"name": name + " " + hostile("name"), "request": map[string]any{"method": "POST", "url": server.URL + path, "header": []any{map[string]any{"key": "X-Sent", "value": hostile("sent")}},
			"body": map[string]any{"mode": "raw", "raw": "sent-body " + hostile("raw")}}, "event": []any{map[string]any{"listen": "test", "script": map[string]any{"exec": test}}}}
	}
	quoted, _ := json.Marshal(hostile("test")) // a text can always be written
	text, err := json.Marshal(map[string]any{"info": map[string]any{"name": "C " + hostile("collection")}, "item": []any{
		map[string]any{"name": "good folder " + hostile("folder"), "item": []any{
			item("passing", "/a", fmt.Sprintf("pm.test(%s, () => {})", quoted)),
			item("skipping", "/b", "pm.test.skip('later')"),
		}},
		map[string]any{"name": "bad folder", "item": []any{
			item("failing", "/c", fmt.Sprintf("pm.test(%[1]s, () => pm.expect(%[1]s).to.equal('x'))", quoted)),
			item("throwing", "/d", fmt.Sprintf("throw new Error(%s)", quoted)),
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := collection.Parse("c.json", text)
	if err != nil {
		t.Fatal(err)
	}
	var events []runner.Event
	o := runner.Options{Collection: c, UserAgent: "pmrun/test", Data: []map[string]any{{"cell " + hostile("column"): hostile("cell")}}, Emit: func(e runner.Event) { events = append(events, e) }}
	if err := runner.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return events
}

// TestHTMLInBrowser opens the page in a browser: filters choose, failures show their
// request and response, nothing is fetched, and no text runs.
func TestHTMLInBrowser(t *testing.T) {
	ctx := openPage(t)
	var hits atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer trap.Close()
	_, page := reported(t, "html", nil, nil, hostileRun(t, func(where string) string {
		return strings.NewReplacer("TRAP", trap.URL, "WHERE", where).Replace(`</script></pre></title></style>"'><script>hacked='WHERE'</script><img src=TRAP/WHERE onerror="hacked='WHERE'"><svg onload=hacked=1><link rel=stylesheet href=TRAP/WHERE.css>`)
	}))
	path := t.TempDir() + "/report.html"
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}

	var mu sync.Mutex
	var fetched, complaints []string
	if err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			fetched = append(fetched, e.Request.URL)
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path)); err != nil {
		t.Fatal(err)
	}
	see := func(what string, want any, before ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, before...); err != nil {
			t.Fatalf("before %s: %v", what, err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[any](what))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	evaluate := func(code string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[any](code+"; 0"))
			return err
		})
	}
	const visible = `[...document.querySelectorAll('main details')].filter(d => d.checkVisibility()).map(d => d.querySelector('summary').textContent.match(/passing|skipping|failing|throwing/)[0]).join(' ')`
	const shown = `document.getElementById('shown').textContent`

	// Nothing of the texts has become a part of the page.
	see(`typeof hacked`, "undefined")
	see(`document.querySelectorAll('img, svg, link, iframe').length`, 0)
	see(`document.scripts.length`, 1)
	see(`document.title.includes('<img src=')`, true)

	see(visible, "passing skipping failing throwing")
	see(shown, "4 of 4")
	see(visible, "failing throwing", chromedp.Click(`input[name=show][value=failed]`))
	see(shown, "2 of 4")
	see(visible, "skipping", chromedp.Click(`input[name=show][value=skipped]`))
	see(visible, "passing skipping failing throwing", chromedp.Click(`input[name=show][value=""]`))
	see(visible, "failing throwing", evaluate(`{ const f = document.getElementById('folder'); f.value = 'bad folder'; f.dispatchEvent(new Event('input', {bubbles: true})); }`))
	see(visible, "throwing", chromedp.SendKeys("#search", "THROWING"))
	see(visible, "", chromedp.SendKeys("#search", " nowhere"))
	see(shown, "0 of 4")
	see(visible, "passing skipping failing throwing", evaluate(`{ const f = document.getElementById('folder'); f.value = '*'; const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input', {bubbles: true})); }`))

	// Failures are open; a click closes and opens one, with request and response in it.
	const failing = `[...document.querySelectorAll('main details')].find(d => d.textContent.includes('failing'))`
	const inside = `[...` + failing + `.querySelectorAll('pre')].filter(p => p.checkVisibility()).map(p => ['cell <', 'X-Sent: <', 'sent-body <', 'X-Got: <', 'hacked=\'body\''].filter(w => p.textContent.includes(w)).length).reduce((a, b) => a + b, 0)`
	see(failing+`.open`, true)
	see(failing+`.open`, false, evaluate(failing+`.querySelector('summary').click()`))
	see(inside, 0)
	see(failing+`.open`, true, evaluate(failing+`.querySelector('summary').click()`))
	see(inside, 5)
	see(`typeof hacked`, "undefined")

	mu.Lock()
	defer mu.Unlock()
	if len(fetched) != 1 || fetched[0] != "file://"+path {
		t.Errorf("the page fetches %q", fetched)
	}
	if hits.Load() != 0 {
		t.Errorf("the page makes %d requests", hits.Load())
	}
	if len(complaints) > 0 {
		t.Errorf("errors of the page: %q", complaints)
	}
}

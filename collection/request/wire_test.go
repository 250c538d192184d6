package request

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// recorded is a request as a server saw it.
type recorded struct {
	method, uri, host string
	header            http.Header
	body              string
	length            int64
}

// recordingServer answers everything and hands over what it saw.
func recordingServer(t *testing.T) (host string, seen <-chan recorded) {
	t.Helper()
	ch := make(chan recorded, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading the body: %v", err)
		}
		ch <- recorded{r.Method, r.RequestURI, r.Host, r.Header, string(body), r.ContentLength}
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String(), ch
}

// send puts a filled request on the wire as a load does: no client, no GetBody.
func send(t *testing.T, transport *http.Transport, f *Filled) {
	t.Helper()
	body, err := f.Reader()
	if err != nil {
		t.Fatal(err)
	}
	req := (&http.Request{
		Method: f.Method, URL: f.URL, Host: f.Host, Header: f.Header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: body, ContentLength: f.Length,
	}).WithContext(context.Background())
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

func TestOnTheWire(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "one.txt", strings.Repeat("file\r\n", 10_000))
	host, seen := recordingServer(t)
	at := func(rest string) string { return "http://{{server}}" + rest }
	tests := []struct {
		name    string
		request obj
		cells   []string
		uri     string
		host    string
		headers []string
	}{
		{"query", get(at("/a b/{{c}}/%41%2f?x={{c}}&y=%41+z&n#frag"), kv("X-Ref", "{{c}}")), []string{"é/?&#%"},
			"/a%20b/%C3%A9%2F%3F&%23%25/%41%2f?x=%C3%A9%2F%3F%26%23%25&y=%41+z&n", "", []string{"X-Ref: é/?&#%"}},
		{"no path", get(at("?x={{c}}")), []string{"1"}, "/?x=1", "", nil},
		{"two slashes", get(at("//a//{{c}}/")), []string{"1"}, "//a//1/", "", nil},
		{"form-data with a file", obj{"method": "POST", "url": at("/p"), "body": formData(kv("a", "{{c}}"), file("f", "one.txt"), kv("b", ""))}, []string{"x\r\ny"},
			"/p", "", nil},
		{"urlencoded", obj{"method": "PUT", "url": at("/p"), "body": urlEncoded(kv("a b", "{{c}}"))}, []string{"x &+"},
			"/p", "", []string{"Content-Type: application/x-www-form-urlencoded"}},
		{"JSON, other host header", obj{"method": "PATCH", "url": at("/p"), "header": []obj{kv("Host", "virtual.example.com"), kv("A", "1"), kv("A", "2")}, "body": raw("json", `{"a":"{{c}}"}`)}, []string{"\"ñ\n"},
			"/p", "virtual.example.com", []string{"A: 1", "A: 2", "Content-Type: application/json"}},
		{"auth", withAuth(get(at("/p?a=1")), authOf("apikey", kv("key", "k y"), kv("value", "v&"), kv("in", "query"))), nil,
			"/p?a=1&k%20y=v%26", "", nil},
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	var f Filled // used for all, as a worker does
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, tt.request, Options{Columns: []string{"c"}, WorkingDir: dir, UserAgent: "pmrun/test", Scopes: scopesOf(t, "environment server="+host)})
			if err := tpl.Fill(&f, tt.cells, 1); err != nil {
				t.Fatal(err)
			}
			want := bodyOf(t, &f)
			send(t, transport, &f)
			got := <-seen
			if got.method != f.Method || got.uri != tt.uri {
				t.Errorf("got %s %s, want %s %s", got.method, got.uri, f.Method, tt.uri)
			}
			if tt.host == "" {
				tt.host = host
			}
			if got.host != tt.host {
				t.Errorf("Host is %q, want %q", got.host, tt.host)
			}
			if got.body != want {
				t.Errorf("the body is\n%q, want\n%q", got.body, want)
			}
			if len(want) > 0 && got.length != int64(len(want)) {
				t.Errorf("Content-Length is %d, want %d", got.length, len(want))
			}
			for _, line := range append(pairs(f.Header), tt.headers...) {
				key, value, _ := strings.Cut(line, ": ")
				if !strings.Contains("\n"+strings.Join(got.header.Values(key), "\n")+"\n", "\n"+value+"\n") {
					t.Errorf("the header %s is %q, want %q", key, got.header.Values(key), value)
				}
			}
			if got.header.Get("User-Agent") != "pmrun/test" {
				t.Errorf("User-Agent is %q", got.header.Get("User-Agent"))
			}
		})
	}
}

// Go's own server refuses percent signs that encode nothing; others do not.
func TestBadPercentOnTheWire(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	lines := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		line, _ := bufio.NewReader(conn).ReadString('\n')
		lines <- line
		_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
	}()
	tpl := compile(t, get("http://"+listener.Addr().String()+"/%zz/100%/{{c}}?x=%zz"), Options{Columns: []string{"c"}})
	send(t, &http.Transport{}, fill(t, tpl, "a/b"))
	if got, want := <-lines, "GET /%zz/100%/a%2Fb?x=%zz HTTP/1.1\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

package request

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
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

// rawServer answers every connection's first request and hands over its bytes as
// they came: Go's own server would refuse some and tidy others.
func rawServer(t *testing.T) (host string, seen <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	requests := make(chan string, 1)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			var b strings.Builder
			length := 0
			for {
				line, err := r.ReadString('\n')
				if b.WriteString(line); err != nil || line == "\r\n" {
					break
				}
				if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
					length, _ = strconv.Atoi(strings.TrimSpace(n))
				}
			}
			body := make([]byte, length)
			_, _ = io.ReadFull(r, body)
			b.Write(body)
			_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
			_ = conn.Close()
			requests <- b.String()
		}
	}()
	return listener.Addr().String(), requests
}

func TestRequestLineOnTheWire(t *testing.T) {
	tests := []struct{ url, cell, want string }{
		{"/%zz/100%/{{c}}?x=%zz", "a/b", "/%zz/100%/a%2Fb?x=%zz"},
		{"/a%20b/%C3%A9/%41/%zz/[x]/%7By%7D/{{c}}", "|^", "/a%20b/%C3%A9/%41/%zz/[x]/%7By%7D/%7C%5E"},
		{"/p?t=[x]{y}&u=a+b&v=%22q%22%3Ct%3E`|^~%27()*", "", "/p?t=[x]{y}&u=a+b&v=%22q%22%3Ct%3E`|^~%27()*"},
		{"/a b|c^d~(e)*f!g;h/é?q='x' y;{\"}", "", "/a%20b|c^d~(e)*f!g;h/%C3%A9?q=%27x%27%20y;{%22}"},
		{"?n&e=&m", "", "/?n&e=&m"},
		{"/a?", "", "/a?"},
		{"//a|b", "", "http://{{server}}//a|b"}, // absolute form: the only one that net/url offers here
	}
	host, seen := rawServer(t)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for _, tt := range tests {
		tpl := compile(t, get("http://{{server}}"+tt.url), Options{Columns: []string{"c"}, Scopes: scopesOf(t, "environment server="+host)})
		send(t, transport, fill(t, tpl, tt.cell))
		line, _, _ := strings.Cut(<-seen, "\r\n")
		if want := "GET " + strings.ReplaceAll(tt.want, "{{server}}", host) + " HTTP/1.1"; line != want {
			t.Errorf("got  %s\nwant %s", line, want)
		}
	}
}

// Headers that were switched off are not on the wire, whoever would add them.
func TestSystemHeadersOnTheWire(t *testing.T) {
	host, seen := rawServer(t)
	transport := &http.Transport{DisableCompression: true} // as the sender's
	defer transport.CloseIdleConnections()
	for _, off := range []bool{false, true} {
		item := itemIn(t, obj{"item": []obj{{"name": "R", "request": obj{"method": "POST", "url": "http://" + host + "/", "body": raw("json", "{}")},
			"protocolProfileBehavior": obj{"disabledSystemHeaders": obj{"user-agent": off, "accept": off, "accept-encoding": off, "content-type": off}}}}})
		send(t, transport, fill(t, Compile(item, Options{UserAgent: "pmrun/test"})))
		got := <-seen
		for _, header := range []string{"\r\nUser-Agent: pmrun/test\r\n", "\r\nAccept: */*\r\n", "\r\nAccept-Encoding: gzip\r\n", "\r\nContent-Type: application/json\r\n"} {
			if name, _, _ := strings.Cut(header, ":"); strings.Contains(got, header) == off || strings.Contains(got, name+":") == off {
				t.Errorf("off is %t, the request is %q", off, got)
			}
		}
	}
}

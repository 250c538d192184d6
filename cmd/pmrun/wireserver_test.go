package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// wireServer listens on 127.0.0.1 and keeps the bytes of every request.
type wireServer struct {
	listener net.Listener
	// answer gives what the nth request, from 1 on, is answered with; nil is an
	// empty 200.
	answer func(n int, r *wireRequest) string

	mu       sync.Mutex
	requests []*wireRequest
	faults   []string
	wait     sync.WaitGroup
}

// wireRequest is a request as its bytes were.
type wireRequest struct {
	method, target string
	headers        []wireHeader
	body           []byte
}

type wireHeader struct{ name, value string }

// get returns the first header of a name, "" when there is none.
func (r *wireRequest) get(name string) string {
	for _, h := range r.headers {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

func newWireServer(t *testing.T, answer func(n int, r *wireRequest) string) *wireServer {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &wireServer{listener: listener, answer: answer}
	s.wait.Go(s.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		s.wait.Wait()
	})
	return s
}

func (s *wireServer) port() string {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return port
}

func (s *wireServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.wait.Go(func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
			if err := s.serve(conn); err != nil {
				s.mu.Lock()
				s.faults = append(s.faults, err.Error())
				s.mu.Unlock()
			}
		})
	}
}

// serve reads one request and answers it; every request has its own connection.
func (s *wireServer) serve(conn net.Conn) error {
	in := bufio.NewReader(conn)
	r, err := readHead(in)
	if err != nil || r == nil {
		return err
	}
	if strings.EqualFold(r.get("Expect"), "100-continue") {
		if _, err := io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return err
		}
	}
	var body io.Reader = bytes.NewReader(nil)
	if strings.EqualFold(r.get("Transfer-Encoding"), "chunked") {
		body = httputil.NewChunkedReader(in)
	} else if text := r.get("Content-Length"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return err
		}
		body = io.LimitReader(in, n)
	}
	if r.body, err = io.ReadAll(body); err != nil {
		return err
	}
	s.mu.Lock()
	s.requests = append(s.requests, r)
	n := len(s.requests)
	s.mu.Unlock()
	answer := ""
	if s.answer != nil {
		answer = s.answer(n, r)
	}
	if answer == "" {
		answer = "HTTP/1.1 200 OK\r\n"
	}
	_, err = io.WriteString(conn, answer+"Content-Length: 0\r\nConnection: close\r\n\r\n")
	return err
}

// readHead reads request line and headers; nil when the connection was closed
// without a request.
func readHead(in *bufio.Reader) (*wireRequest, error) {
	line, err := readLine(in)
	if errors.Is(err, io.EOF) && line == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	method, rest, ok := strings.Cut(line, " ")
	target, isHTTP := strings.CutSuffix(rest, " HTTP/1.1")
	if !ok || !isHTTP {
		return nil, fmt.Errorf("request line %q", line)
	}
	r := &wireRequest{method: method, target: target}
	for {
		if line, err = readLine(in); err != nil {
			return nil, err
		}
		if line == "" {
			return r, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("header line %q", line)
		}
		r.headers = append(r.headers, wireHeader{name, strings.TrimPrefix(value, " ")})
	}
}

func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), err
}

// all returns the requests so far, and what was no request.
func (s *wireServer) all() ([]*wireRequest, []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*wireRequest(nil), s.requests...), append([]string(nil), s.faults...)
}

// take returns the requests so far and what was no request, and begins anew.
func (s *wireServer) take() (requests []*wireRequest, faults []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, faults = s.requests, s.faults
	s.requests, s.faults = nil, nil
	return requests, faults
}

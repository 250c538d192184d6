package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// answer is what the CRM says to a case that it has inserted.
const answer = `{"code":"200","error":"null","msg":"Record inserted","data":[{"wolkvox_id":"6564f0c2a1b2c3d4e5f60718"}]}`

// serve is the server process: it reads each request to its end and says yes. It
// prints its address, then for each line of standard input the number of requests
// so far. With -times it writes when each came, in nanoseconds, to a file at the
// end.
func serve(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	f := flag.NewFlagSet("server", flag.ContinueOnError)
	times := f.String("times", "", "file for the times of the requests")
	if err := f.Parse(args); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var count int64
	var arrivals []int64
	began := time.Now()
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Since(began)
		mu.Lock()
		count++
		if *times != "" {
			arrivals = append(arrivals, at.Nanoseconds())
		}
		mu.Unlock()
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	})}
	go func() { _ = s.Serve(l) }()
	fmt.Fprintln(stdout, l.Addr())
	lines := bufio.NewScanner(stdin)
	for lines.Scan() {
		mu.Lock()
		fmt.Fprintln(stdout, count)
		mu.Unlock()
	}
	if err := s.Shutdown(ctx); err != nil {
		return err
	}
	if *times == "" {
		return nil
	}
	out := bufio.NewWriter(nil)
	file, err := os.Create(*times)
	if err != nil {
		return err
	}
	out.Reset(file)
	for _, at := range arrivals {
		fmt.Fprintln(out, at)
	}
	return errors.Join(out.Flush(), file.Close())
}

// server is the server process, from outside.
type server struct {
	host   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Scanner
}

// startServer starts the server process; times is its file of times, if any.
func startServer(ctx context.Context, times string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.CommandContext(ctx, self, "server", "-times", times)}
	s.cmd.Stderr = os.Stderr
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.stdout = bufio.NewScanner(out)
	if !s.stdout.Scan() {
		return nil, fmt.Errorf("the server did not start: %w", s.cmd.Wait())
	}
	s.host = s.stdout.Text()
	return s, nil
}

// count returns the number of requests so far, -1 when the server does not tell.
func (s *server) count() int64 {
	fmt.Fprintln(s.stdin)
	if !s.stdout.Scan() {
		return -1
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s.stdout.Text()), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// stop ends the server; what it writes is written then.
func (s *server) stop() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait()
}

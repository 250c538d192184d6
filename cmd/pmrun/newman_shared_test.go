package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestNewmanSharedCollections runs the public example collections by newman and by
// `pmrun run`, all of which newman can load. A proxy on this machine is every host, with TLS and without. Each test of
// a collection has the same verdict.
func TestNewmanSharedCollections(t *testing.T) {
	node, modules := findNewman(t)
	root := sharedCollections(t)
	var files []string
	for _, version := range []string{"v1.0.0", "v2.0.0", "v2.1.0"} {
		found, err := filepath.Glob(filepath.Join(root, version, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	proxy := everyHost(t)
	dir := t.TempDir()
	list, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 110*time.Second)
	defer cancel()
	environment := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "HTTP_PROXY=" + proxy, "HTTPS_PROXY=" + proxy}
	cmd := exec.CommandContext(ctx, node, filepath.Join("testdata", "newman", "collections.js"), modules, write(t, dir, "files.json", string(list)))
	cmd.Env = environment
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("newman: %v\n%s", err, errs.String())
	}
	type result struct {
		Error      string
		Executions int
		Items      map[string]struct {
			Assertions []string
			Errors     int
		}
	}
	var newman struct {
		Version string
		Results map[string]result
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n")) // scripts may print
	if err := json.Unmarshal(lines[len(lines)-1], &newman); err != nil || newman.Version != newmanVersion {
		t.Fatalf("newman %s: %v\n%.500s", newman.Version, err, out.String())
	}
	ran, tests := 0, 0
	for i, file := range files {
		name := filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file))
		theirs := newman.Results[file]
		report := filepath.Join(dir, fmt.Sprintf("%d.json", i))
		cmd := exec.CommandContext(ctx, os.Args[0], "run", file, "-k", "--timeout", "30000", "--timeout-request", "5000", "--timeout-script", "5000",
			"--working-dir", filepath.Dir(file), "-r", "json", "--reporter-json-export", report)
		cmd.Env = append(slices.Clone(environment), asProgram+"=1")
		text, err := cmd.CombinedOutput()
		code := cmd.ProcessState.ExitCode()
		if code != 0 && code != 1 || bytes.Contains(text, []byte("goroutine ")) {
			t.Errorf("%s: %v, newman: %q and %d executions\n%s", name, err, theirs.Error, theirs.Executions, text)
			continue
		}
		ran++
		ours := verdictsOf(t, report)
		for item, want := range theirs.Items {
			got := ours[item]
			var assertions []string
			for _, a := range got.Assertions {
				verdict := "passed"
				switch {
				case a.Skipped:
					verdict = "skipped"
				case a.Error != "":
					verdict = "failed"
				}
				assertions = append(assertions, a.Name+": "+verdict)
			}
			tests += len(assertions)
			if !slices.Equal(assertions, want.Assertions) || len(got.Errors) != want.Errors {
				t.Errorf("%s: %s\n newman %q, %d errors\n pmrun  %q, errors %q", name, item, want.Assertions, want.Errors, assertions, got.Errors)
			}
		}
		for item, got := range ours {
			if _, there := theirs.Items[item]; !there && len(got.Assertions)+len(got.Errors) > 0 {
				t.Errorf("%s: %s has tests with pmrun alone: %+v", name, item, got)
			}
		}
	}
	if ran != len(files) || tests < 20 {
		t.Errorf("%d of %d collections ran, with %d tests", ran, len(files), tests)
	}
}

// sharedCollections gives the folder of public example collections, which is not part of
// the project: shared/collections beside the working directory or above.
func sharedCollections(t *testing.T) string {
	t.Helper()
	start, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir := start; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, "shared", "collections")
		if info, err := os.Stat(candidate); err == nil && info.IsDir() {
			return candidate
		}
	}
	const reason = "there is no shared/collections above the working directory"
	if os.Getenv("PMRUN_CI") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
	return ""
}

// everyHost is a proxy that answers for every host itself, and gives its URL.
func everyHost(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "every host"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secure := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go echoTo(conn, secure)
		}
	}()
	return "http://" + listener.Addr().String()
}

// echoTo answers the requests of a connection to a proxy, also those inside a tunnel.
func echoTo(conn net.Conn, secure *tls.Config) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if r.Method == http.MethodConnect {
			if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
				return
			}
			tunnel := tls.Server(conn, secure)
			defer tunnel.Close()
			conn, in = tunnel, bufio.NewReader(tunnel)
			continue
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		args, headers := make(map[string]string), make(map[string]string)
		for key := range r.URL.Query() {
			args[key] = r.URL.Query().Get(key)
		}
		for key := range r.Header {
			if key != "User-Agent" && key != "Postman-Token" {
				headers[strings.ToLower(key)] = r.Header.Get(key)
			}
		}
		text, err := json.Marshal(map[string]any{"method": r.Method, "args": args, "headers": headers, "data": string(body), "url": "http://" + r.Host + r.URL.RequestURI()})
		if err != nil {
			return
		}
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n", len(text))
		if r.Method != http.MethodHead {
			answer += string(text)
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
	}
}

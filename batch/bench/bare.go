package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// bare is the process of the bare loop: so many goroutines send the same request
// over kept connections, read the answers, and record nothing. It prints the
// nanoseconds that took.
func bare(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("bare", flag.ContinueOnError)
	n := f.Int64("n", 1, "requests")
	concurrency := f.Int("c", 1, "goroutines")
	path := f.String("request", "", "the request's file")
	if err := f.Parse(args); err != nil {
		return err
	}
	text, err := os.ReadFile(*path)
	if err != nil {
		return err
	}
	var p plain
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	transport := &http.Transport{MaxIdleConns: *concurrency, MaxIdleConnsPerHost: *concurrency}
	var taken atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	began := time.Now()
	for range *concurrency {
		g.Go(func() error {
			for taken.Add(1) <= *n {
				if err := send(ctx, transport, &p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	fmt.Println(time.Since(began).Nanoseconds())
	return nil
}

func send(ctx context.Context, transport *http.Transport, p *plain) error {
	req, err := http.NewRequestWithContext(ctx, p.Method, p.URL, bytes.NewReader(p.Body))
	if err != nil {
		return err
	}
	req.Header = p.Header
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

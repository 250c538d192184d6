// Command pmrun inserts the rows of a spreadsheet through one request of a
// Postman collection, and keeps a durable record of each.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/pmrun/pmrun/collection/script"
)

func main() { os.Exit(mainCode()) }

// mainCode runs the program over the process's own streams and signals.
func mainCode() int {
	defer profile()()
	// A load makes much garbage and keeps little: to collect it less often takes some
	// 10 MiB more, and a tenth less of the processor.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	// What needs much, as converting a large file does, collects garbage more often instead.
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(800 << 20)
	}
	script.BoundPatterns(time.Minute)
	// net/http logs what a server sends too much of, which may echo a token.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// A reader of standard output that has gone is an error of the write, not the
	// end of a load in the middle.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	// The first signal ends the run in order; a second one is the system's own
	// and ends the process at once.
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

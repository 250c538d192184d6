// Command bench measures what a row costs: it makes a file of rows, starts a
// minimal server in a second process, runs the built pmrun against it, and beside
// it a bare net/http loop that sends the same bytes and records nothing. It prints
// medians over several runs in turn, and their ratios; absolute figures say
// something about one machine only.
//
//	go run ./batch/bench                    # 100,000 rows, five runs each
//	go run ./batch/bench -n 1000000 -runs 1
//	go run ./batch/bench -scripts           # and with two tests a row
//	go run ./batch/bench -k6 PATH           # and k6 with the same tests
//	go run ./batch/bench -pace 10,100,1000  # is the rate kept?
//	go run ./batch/bench -runs 1 -profile cpu.pprof
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	rows        int64
	runs        int
	concurrency int
	pace        []float64
	seconds     float64
	keep        string
	pmrun       string
	profile     string
	scripts     bool
	k6          string
	args        []string
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	// The same program is the server and the bare loop, in processes of their own.
	switch {
	case len(args) > 0 && args[0] == "server":
		return serve(ctx, args[1:], stdin, stdout)
	case len(args) > 0 && args[0] == "bare":
		return bare(ctx, args[1:])
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(o.keep, "pmrun-bench-")
	if err != nil {
		return err
	}
	if o.keep == "" {
		defer os.RemoveAll(dir)
	}
	if o.pmrun == "" {
		if o.pmrun, err = build(ctx, dir, o.profile != ""); err != nil {
			return err
		}
	}
	if len(o.pace) > 0 {
		return measurePace(ctx, o, dir, stdout)
	}
	return measure(ctx, o, dir, stdout)
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.Int64Var(&o.rows, "n", 100_000, "rows")
	f.IntVar(&o.runs, "runs", 5, "runs of each, in turn; medians are shown")
	f.IntVar(&o.concurrency, "c", 32, "connections")
	f.BoolVar(&o.scripts, "scripts", false, "measure pmrun with a script of two tests a row, too")
	f.StringVar(&o.k6, "k6", "", "`PROGRAM`: k6, to be measured with the same two tests, beside -scripts")
	rates := f.String("pace", "", "rates a second, such as 10,100,1000: measure how they are kept instead")
	f.Float64Var(&o.seconds, "seconds", 10, "how long each of the rates is kept")
	f.StringVar(&o.keep, "keep", "", "a directory: what the runs leave behind stays there")
	f.StringVar(&o.pmrun, "pmrun", "", "the program to measure (built from here)")
	f.StringVar(&o.profile, "profile", "", "`FILE` for a CPU profile of the last run of pmrun")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	o.args = f.Args() // more flags for pmrun load, after --
	for _, text := range strings.FieldsFunc(*rates, func(r rune) bool { return r == ',' }) {
		rate, err := strconv.ParseFloat(text, 64)
		if err != nil || rate <= 0 {
			return nil, fmt.Errorf("-pace %q: %q is no rate", *rates, text)
		}
		o.pace = append(o.pace, rate)
	}
	o.scripts = o.scripts || o.k6 != ""
	if o.rows < 1 || o.runs < 1 || o.concurrency < 1 {
		return nil, fmt.Errorf("-n, -runs and -c have to be 1 or more")
	}
	return o, nil
}

// build builds the program as it is shipped, or so that it can be profiled.
func build(ctx context.Context, dir string, profile bool) (string, error) {
	path := filepath.Join(dir, "pmrun.exe") // .exe does no harm elsewhere
	args := []string{"build", "-o", path}
	if profile {
		args = append(args, "-tags", "profile")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "github.com/pmrun/pmrun/cmd/pmrun")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build pmrun: %w\n%s", err, out)
	}
	return path, nil
}

// sample is one run of one program.
type sample struct {
	rowsPerSecond float64
	cpu           float64 // microseconds a row, user and system of the client alone
	rss           float64 // MiB
	// check, send and report are shares of the wall time; of pmrun alone.
	check, send, report float64
	ledger              float64 // bytes a row
}

// median returns the middle of one figure over samples.
func median(samples []sample, figure func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = figure(s)
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

func measure(ctx context.Context, o *options, dir string, stdout io.Writer) error {
	server, err := startServer(ctx, "")
	if err != nil {
		return err
	}
	defer server.stop()
	files, err := writeFiles(dir, server.host, o.rows)
	if err != nil {
		return err
	}
	var loads, loops, scripted, k6 []sample
	for i := range o.runs {
		loop, err := runBare(ctx, o, files)
		if err != nil {
			return err
		}
		loops = append(loops, loop)
		load, err := runLoad(ctx, o, files, filepath.Join(dir, fmt.Sprintf("run%d", i+1)), "--no-scripts")
		if err != nil {
			return err
		}
		loads = append(loads, load)
		if !o.scripts {
			continue
		}
		if load, err = runLoad(ctx, o, files, filepath.Join(dir, fmt.Sprintf("scripts%d", i+1))); err != nil {
			return err
		}
		scripted = append(scripted, load)
		if o.k6 == "" {
			continue
		}
		if load, err = runK6(ctx, o, dir, server.host); err != nil {
			return err
		}
		k6 = append(k6, load)
	}
	if got, want := server.count(), int64(len(loads)+len(loops)+len(scripted)+len(k6))*o.rows; got != want {
		return fmt.Errorf("the server got %d requests, not %d", got, want)
	}
	show(stdout, o, loads, loops)
	if o.scripts {
		showScripts(stdout, scripted, loads)
	}
	if len(k6) > 0 {
		showK6(stdout, scripted, k6)
	}
	return nil
}

// showScripts shows what two tests a row cost.
func showScripts(w io.Writer, scripted, loads []sample) {
	figure := func(f func(sample) float64) (with, without float64) { return median(scripted, f), median(loads, f) }
	rate, plainRate := figure(func(s sample) float64 { return s.rowsPerSecond })
	cpu, plainCPU := figure(func(s sample) float64 { return s.cpu })
	rss, _ := figure(func(s sample) float64 { return s.rss })
	fmt.Fprintf(w, "\nwith two tests a row: %.0f rows/s (%.2f of the load without), %.1f us a row (%.1f more), %.1f MiB\n", rate, rate/plainRate, cpu, cpu-plainCPU, rss)
}

// showK6 shows k6 with the same two tests a row.
func showK6(w io.Writer, scripted, k6 []sample) {
	rate, cpu, rss := func(s sample) float64 { return s.rowsPerSecond }, func(s sample) float64 { return s.cpu }, func(s sample) float64 { return s.rss }
	fmt.Fprintf(w, "k6 with the same tests: %.0f rows/s (pmrun has %.2f times as many), %.1f us a row (pmrun takes %.2f of it), %.1f MiB\n",
		median(k6, rate), median(scripted, rate)/median(k6, rate), median(k6, cpu), median(scripted, cpu)/median(k6, cpu), median(k6, rss))
}

func show(w io.Writer, o *options, loads, loops []sample) {
	fmt.Fprintf(w, "%d rows of 8 text parts, %d connections, median of %d runs each, in turn\n\n", o.rows, o.concurrency, o.runs)
	fmt.Fprintf(w, "%-28s %12s %12s %10s\n", "", "pmrun load", "bare loop", "ratio")
	line := func(what, format string, figure func(sample) float64) {
		a, b := median(loads, figure), median(loops, figure)
		fmt.Fprintf(w, "%-28s %12s %12s %10.2f\n", what, fmt.Sprintf(format, a), fmt.Sprintf(format, b), a/b)
	}
	line("rows/s while sending", "%.0f", func(s sample) float64 { return s.rowsPerSecond })
	line("client CPU us a row, in all", "%.1f", func(s sample) float64 { return s.cpu })
	line("peak memory MiB", "%.1f", func(s sample) float64 { return s.rss })
	share := func(figure func(sample) float64) float64 { return 100 * median(loads, figure) }
	fmt.Fprintf(w, "\nwall time of pmrun: %.0f%% checking, %.0f%% sending, %.0f%% reports\n",
		share(func(s sample) float64 { return s.check }), share(func(s sample) float64 { return s.send }), share(func(s sample) float64 { return s.report }))
	fmt.Fprintf(w, "ledger: %.0f bytes a row\n", median(loads, func(s sample) float64 { return s.ledger }))
}

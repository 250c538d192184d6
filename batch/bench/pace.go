package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// kept is how a rate was kept, as the server saw it.
type kept struct {
	rows     int
	mean     float64 // share of the rate
	most     int     // requests in any one second
	p50, p99 float64 // how far the time between two requests is from the rate's, in ms
}

// keptBy computes it from the times of the requests, in nanoseconds.
func keptBy(times []int64, rate float64) kept {
	slices.Sort(times)
	k := kept{rows: len(times)}
	if len(times) < 2 {
		return k
	}
	k.mean = float64(len(times)-1) / (float64(times[len(times)-1]-times[0]) / 1e9) / rate
	first := 0
	var off []float64
	for i, at := range times {
		for at-times[first] >= 1e9 {
			first++
		}
		k.most = max(k.most, i-first+1)
		if i > 0 {
			off = append(off, math.Abs(float64(at-times[i-1])/1e6-1e3/rate))
		}
	}
	slices.Sort(off)
	k.p50, k.p99 = off[len(off)/2], off[len(off)*99/100]
	return k
}

// measurePace loads rows at each rate and shows how the server saw it kept.
func measurePace(ctx context.Context, o *options, dir string, w io.Writer) error {
	fmt.Fprintf(w, "%10s %8s %8s %16s %22s\n", "rate/s", "rows", "mean", "most in 1 s", "off the beat p50, p99")
	for i, rate := range o.pace {
		path := filepath.Join(dir, fmt.Sprintf("times%d", i))
		s, err := startServer(ctx, path)
		if err != nil {
			return err
		}
		o.rows = int64(math.Ceil(rate*o.seconds)) + 1
		f, err := writeFiles(dir, s.host, o.rows)
		if err == nil {
			one := *o
			one.args = append([]string{"--rate", fmt.Sprintf("%g/s", rate)}, o.args...)
			_, err = runLoad(ctx, &one, f, filepath.Join(dir, fmt.Sprintf("pace%d", i)))
		}
		s.stop()
		if err != nil {
			return err
		}
		times, err := readTimes(path)
		if err != nil {
			return err
		}
		k := keptBy(times, rate)
		fmt.Fprintf(w, "%10g %8d %7.2f%% %16d %16.2f, %.2f ms\n", rate, k.rows, 100*k.mean, k.most, k.p50, k.p99)
	}
	return nil
}

func readTimes(path string) ([]int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var times []int64
	for lines := bufio.NewScanner(file); lines.Scan(); {
		at, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return nil, err
		}
		times = append(times, at)
	}
	return times, nil
}

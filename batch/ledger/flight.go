package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// flight is an attempt that has begun and has no end: its row is Sending.
type flight struct {
	row, line int64
	attempts  int
	// started is in milliseconds since 1970 UTC, noTime when it is not known.
	started int64
}

const noTime = -1 << 63

func flightOf(r *batch.Record) flight {
	f := flight{row: r.Row, line: r.Line, attempts: r.Attempts, started: noTime}
	if !r.StartedAt.IsZero() {
		f.started = r.StartedAt.UnixMilli()
	}
	return f
}

// over puts the attempt over what is known of the row before it, which stays
// until the attempt has an end.
func (f flight) over(r batch.Record) batch.Record {
	r.Row, r.Line, r.Status, r.Attempts, r.Duration = f.row, f.line, batch.Sending, f.attempts, 0
	r.StartedAt = time.Time{}
	if f.started != noTime {
		r.StartedAt = time.UnixMilli(f.started).UTC()
	}
	return r
}

// follows reports whether f can be told from the flight before it in its run.
func (f flight) follows(first flight, n int64) bool {
	return f.row == first.row+n && f.line == first.line+n && f.attempts == first.attempts && f.started == first.started
}

// encodeFlights writes all flights as JSON, a list for each run of rows that
// follow each other in rows and lines and began together:
// [row, rows, line, attempts, started_at].
func encodeFlights(flights map[int64]flight) string {
	if len(flights) == 0 {
		return "[]"
	}
	text := append(make([]byte, 0, 2+40*len(flights)), '[')
	var first flight
	n := int64(0)
	end := func() {
		if n == 0 {
			return
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(text, '[')
		for i, v := range []int64{first.row, n, first.line, int64(first.attempts)} {
			if i > 0 {
				text = append(text, ',')
			}
			text = strconv.AppendInt(text, v, 10)
		}
		if first.started == noTime {
			text = append(text, ",null]"...)
			return
		}
		text = append(strconv.AppendInt(append(text, ','), first.started, 10), ']')
	}
	for _, row := range slices.Sorted(maps.Keys(flights)) {
		f := flights[row]
		if n > 0 && f.follows(first, n) {
			n++
			continue
		}
		end()
		first, n = f, 1
	}
	end()
	return string(append(text, ']'))
}

// mostFlights bounds what a damaged file can make of a few bytes.
const mostFlights = 1 << 22

// decodeFlights is the inverse of encodeFlights; the result is in ascending order.
func decodeFlights(text string) ([]flight, error) {
	var runs [][]*int64
	if err := json.Unmarshal([]byte(text), &runs); err != nil {
		return nil, fmt.Errorf("the attempts on their way cannot be read: %s: %w", damaged, err)
	}
	bad := errors.New("the attempts on their way make no sense: " + damaged)
	var flights []flight
	for _, run := range runs {
		if len(run) != 5 || run[0] == nil || run[1] == nil || run[2] == nil || run[3] == nil {
			return nil, bad
		}
		row, n, line, attempts := *run[0], *run[1], *run[2], *run[3]
		last := int64(0)
		if len(flights) > 0 {
			last = flights[len(flights)-1].row
		}
		if row <= last || n < 1 || n > mostFlights-int64(len(flights)) || attempts < 0 || attempts > 1<<31 || row > 1<<62 {
			return nil, bad
		}
		started := int64(noTime)
		if run[4] != nil {
			started = *run[4]
		}
		for i := range n {
			flights = append(flights, flight{row: row + i, line: line + i, attempts: int(attempts), started: started})
		}
	}
	return flights, nil
}

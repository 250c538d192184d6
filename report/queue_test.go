package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func TestQueue(t *testing.T) {
	var out, want bytes.Buffer
	q := NewQueue(&out, time.Minute)
	line := make([]byte, 0, 100) // the caller's buffer is used again
	for i := range 3 * queueLines {
		line = fmt.Appendf(line[:0], "line %d\n", i)
		want.Write(line)
		if _, err := q.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want.Bytes()) {
		t.Error("the lines are not those that were written, in order")
	}
}

// TestQueueStalled: a reader that takes nothing ends the queue, not the writer.
func TestQueueStalled(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close() // ends the goroutine that is stuck in its write
	q := NewQueue(w, time.Millisecond)
	var err error
	for i := 0; err == nil && i < 2*queueLines+10; i++ {
		_, err = q.Write([]byte("line\n"))
	}
	if !errors.Is(err, ErrSlowReader) {
		t.Fatalf("%v", err)
	}
	if _, again := q.Write(nil); again == nil || again.Error() != err.Error() {
		t.Errorf("the next write: %v", again)
	}
	if closing := q.Close(); !errors.Is(closing, ErrSlowReader) {
		t.Errorf("close: %v", closing)
	}
}

// TestQueueDrips: a reader that takes a line now and then, and never catches up,
// cannot hold up the writer for ever either.
func TestQueueDrips(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	q := NewQueue(w, 20*time.Millisecond)
	go func() {
		var line [5]byte
		for range time.Tick(time.Millisecond) {
			if _, err := io.ReadFull(r, line[:]); err != nil {
				return
			}
		}
	}()
	var err error
	for i := 0; err == nil && i < 100*queueLines; i++ {
		_, err = q.Write([]byte("line\n"))
	}
	if !errors.Is(err, ErrSlowReader) {
		t.Fatalf("%v", err)
	}
}

// TestQueueStalledAtTheEnd: Close does not wait without bound either.
func TestQueueStalledAtTheEnd(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	q := NewQueue(w, time.Millisecond)
	if _, err := q.Write([]byte("line\n")); err != nil {
		t.Fatal(err)
	}
	if err := q.Close(); !errors.Is(err, ErrSlowReader) || !strings.Contains(err.Error(), "waited for 1ms") {
		t.Errorf("%v", err)
	}
}

// TestQueueGone: a reader that has gone is an error of a later write, or of Close.
func TestQueueGone(t *testing.T) {
	r, w := io.Pipe()
	gone := errors.New("gone")
	r.CloseWithError(gone)
	q := NewQueue(w, time.Minute)
	var err error
	for i := 0; err == nil && i < 3*queueLines; i++ {
		_, err = q.Write([]byte("line\n"))
	}
	if !errors.Is(err, gone) || !errors.Is(q.Close(), gone) {
		t.Errorf("%v", err)
	}
}

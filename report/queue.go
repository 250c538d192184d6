package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// ErrSlowReader ends a Queue whose reader was waited for too long.
var ErrSlowReader = errors.New("the reader is too slow: it was waited for")

// Queue stands between a live run and a reader that may be slow or gone, so that
// it cannot hold up the run without bound. Writes are passed on in order by a
// goroutine of its own. When the queue is full a Write waits; when that has taken
// patience in all, and the reader has not caught up with half of the queue
// meanwhile, the queue is given up. The first error is final: every later Write
// returns it. One goroutine writes at a time.
type Queue struct {
	out      io.Writer
	patience time.Duration
	lines    chan []byte
	waited   time.Duration // since the queue was half full
	taken    atomic.Int64  // lines that the reader has taken
	done     chan struct{} // closed when no more is passed on

	mu  sync.Mutex
	err error
}

// queueLines is how many messages may wait for the reader.
const queueLines = 4096

// NewQueue passes lines on to out.
func NewQueue(out io.Writer, patience time.Duration) *Queue {
	q := &Queue{out: out, patience: patience, lines: make(chan []byte, queueLines), done: make(chan struct{})}
	go q.pass()
	return q
}

func (q *Queue) pass() {
	defer close(q.done)
	for line := range q.lines {
		if _, err := q.out.Write(line); err != nil {
			q.fail(err)
			return
		}
		q.taken.Add(1)
	}
}

// fail keeps the first error.
func (q *Queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
	}
}

// Err returns what has ended the queue, nil while it works.
func (q *Queue) Err() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err
}

// Write queues a copy of one message.
func (q *Queue) Write(line []byte) (int, error) {
	if err := q.Err(); err != nil {
		return 0, err
	}
	line = bytes.Clone(line)
	if len(q.lines) <= cap(q.lines)/2 {
		q.waited = 0
	}
	select {
	case q.lines <- line:
		return len(line), nil
	case <-q.done:
		return 0, q.Err()
	default:
	}
	began := time.Now()
	timer := time.NewTimer(q.patience - q.waited)
	defer timer.Stop()
	select {
	case q.lines <- line:
		q.waited += time.Since(began)
		return len(line), nil
	case <-q.done:
		return 0, q.Err()
	case <-timer.C:
		q.fail(fmt.Errorf("%w %s", ErrSlowReader, q.patience))
		return 0, q.Err()
	}
}

// Close waits until the reader has taken everything, or takes nothing any more
// for the whole of patience. Nothing may be written afterwards.
func (q *Queue) Close() error {
	close(q.lines)
	if q.Err() != nil {
		return q.Err()
	}
	for before := int64(-1); ; {
		timer := time.NewTimer(q.patience)
		select {
		case <-q.done:
			timer.Stop()
			return q.Err()
		case <-timer.C:
		}
		now := q.taken.Load()
		if now == before {
			q.fail(fmt.Errorf("%w %s", ErrSlowReader, q.patience))
			return q.Err()
		}
		before = now
	}
}

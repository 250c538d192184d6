package script

import (
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// mostMemory is how much a script may take, in bytes. What it makes at once is
	// bounded by limits.js, what it makes bit by bit by looking at the heap.
	mostMemory = 256 << 20
	lookEvery  = 10 * time.Millisecond
)

const heapMetric = "/memory/classes/heap/objects:bytes"

func heapSize() uint64 {
	sample := []metrics.Sample{{Name: heapMetric}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// watchMemory calls exceeded when the heap has grown by too much. Scripts that end soon
// are not looked at.
func watchMemory(exceeded func()) (stop func()) {
	var mu sync.Mutex
	var t *time.Timer
	stopped, before := false, heapSize()
	mu.Lock() // t is set before it fires
	defer mu.Unlock()
	t = time.AfterFunc(lookEvery, func() {
		mu.Lock()
		defer mu.Unlock()
		if stopped {
			return
		}
		if heapSize() > before+mostMemory {
			exceeded()
			return
		}
		t.Reset(lookEvery)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		t.Stop()
	}
}

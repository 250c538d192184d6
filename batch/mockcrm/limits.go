package mockcrm

import (
	"math"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxClients bounds the table of client addresses.
const maxClients = 4096

// limits holds one token bucket for each client address.
type limits struct {
	rate  float64 // tokens a second; 0: no limit
	burst int     // one second's worth, at least 1

	mu      sync.Mutex
	clients map[string]*rate.Limiter
}

func newLimits(perSecond float64) *limits {
	return &limits{
		rate:    perSecond,
		burst:   max(1, int(math.Ceil(perSecond))),
		clients: map[string]*rate.Limiter{},
	}
}

// allow takes one permit for the client at remote (host:port). Without one it
// says in how many whole seconds to come again, at least 1.
func (l *limits) allow(remote string, now time.Time) (retryAfter int, ok bool) {
	if l.rate == 0 {
		return 0, true
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.client(host, now)
	if c.AllowN(now, 1) {
		return 0, true
	}
	// The small amount keeps 4.0000000001 s from becoming 5.
	seconds := math.Ceil((1-c.TokensAt(now))/l.rate - 1e-9)
	return max(1, int(seconds)), false
}

// client finds or makes a bucket; the caller holds the lock.
func (l *limits) client(host string, now time.Time) *rate.Limiter {
	if c, ok := l.clients[host]; ok {
		return c
	}
	if len(l.clients) >= maxClients {
		// A full bucket is as good as a new one.
		for h, c := range l.clients {
			if c.TokensAt(now) >= float64(l.burst) {
				delete(l.clients, h)
			}
		}
	}
	if len(l.clients) >= maxClients {
		host = "" // all busy: the newcomers share one
		if c, ok := l.clients[host]; ok {
			return c
		}
	}
	c := rate.NewLimiter(rate.Limit(l.rate), l.burst)
	l.clients[host] = c
	return c
}

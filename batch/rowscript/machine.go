package rowscript

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
)

// machine is a sandbox, and the row and step whose script runs in it.
type machine struct {
	s       *Scripts
	sandbox *script.Sandbox
	row     *row
	step    *step
}

// take gives a machine that nobody uses, the one that was used last: a new one when
// there is none. Machines compute, so that there are as many as processors, but for
// those whose scripts wait for a request or a timer.
func (s *Scripts) take(ctx context.Context, row *row, st *step) (*machine, error) {
	if !st.waits {
		select {
		case s.processors <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		m := s.free[n-1]
		s.free = s.free[:n-1]
		m.row, m.step = row, st
		return m, nil
	}
	m := &machine{s: s, row: row, step: st}
	var err error
	m.sandbox, err = script.New(script.Options{
		Timeout: s.o.Timeout, NodeModules: s.o.NodeModules, Send: m.send, Vault: s.o.Vault,
		Dynamic: func(name string) (string, bool) { return m.row.value(name) },
	})
	if err != nil && !st.waits {
		<-s.processors
	}
	return m, err
}

func (s *Scripts) giveBack(m *machine) {
	waits := m.step.waits
	m.sandbox.Forget()
	s.mu.Lock()
	s.free = append(s.free, m) // and somebody else's from here on
	s.mu.Unlock()
	if !waits {
		<-s.processors
	}
}

// send makes a request of pm.sendRequest. It waits for its turn like any other, and is
// sent once.
func (m *machine) send(ctx context.Context, asked json.RawMessage) (*script.Response, error) {
	item, err := collection.NewItem(m.step.Item.Name, asked, json.RawMessage(`{"disableBodyPruning": true}`))
	if err != nil {
		return nil, fmt.Errorf("pm.sendRequest: %w", err)
	}
	t := request.Compile(item, request.Options{Literal: true, WorkingDir: m.s.o.WorkingDir, Run: m.s.o.Run, UserAgent: m.s.o.UserAgent})
	if len(t.Problems) > 0 {
		return nil, t.Problems[0]
	}
	var filled request.Filled
	if err := t.Fill(&filled, nil, m.row.of.Num); err != nil {
		return nil, err
	}
	if filled.URL.Host == "" {
		return nil, errors.New("pm.sendRequest: the URL is empty, or has no host")
	}
	const mostLogins = 3
	for range mostLogins {
		if err := batch.WaitTurn(ctx, m.s.o.Pacer); err != nil {
			return nil, err
		}
		sent := m.s.o.Sender.Send(ctx, &filled)
		switch {
		case sent.Login:
			continue
		case sent.Ending != batch.Answered:
			return nil, errors.New(sent.Message)
		}
		return responseOf(&sent.Answer, sent.Duration), nil
	}
	return nil, errors.New("pm.sendRequest: the server goes on asking for credentials")
}

func responseOf(a *batch.Answer, took time.Duration) *script.Response {
	r := &script.Response{Code: a.Status, Reason: http.StatusText(a.Status), Body: a.Body, BodySize: int64(len(a.Body)), Time: took}
	for key, values := range a.Header {
		for _, value := range values {
			r.Headers = append(r.Headers, script.Header{Key: key, Value: value})
			r.HeaderSize += int64(len(key) + len(value) + 4)
		}
	}
	r.Cookies = runner.Cookies(a.Header)
	return r
}

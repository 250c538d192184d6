package batch

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// record owns the ledger: it turns rows into durable intents and ends into
// durable outcomes, several of each in one commit. It returns when every row
// has an outcome, or, once ctx has ended, when nothing is in flight.
func (r *recorder) record(ctx context.Context) (err error) {
	defer func() {
		if !r.draining {
			close(r.halt)
		}
		r.stopAsking()
		_ = r.token.fetching.Wait()
	}()
	done := ctx.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !r.finished() {
		// What the last attempt came to has taken effect.
		if len(r.entries) == 0 {
			r.turn.giveBack(r.held)
			r.held = false
		}
		rows, ends := r.rows, r.ends
		if !r.canIntend() || r.eof || !r.linger.IsZero() {
			rows = nil
		}
		if !r.linger.IsZero() {
			ends = nil // there is room for all of them: gather takes them together
		}
		r.arm(timer)
		select {
		case e := <-ends:
			r.receive(e)
		case together, ok := <-rows:
			r.accept(ctx, together, ok)
		case <-timer.C:
		case <-r.wake:
		case got := <-r.token.done:
			r.renewed(got)
		case <-done:
			done = nil // gather sees it
		}
		r.gather(ctx)
		if r.lingers() {
			continue
		}
		if err := r.commit(ctx); err != nil {
			return err
		}
		r.renewWhenDue()
		if r.draining || r.watch.reason == "" && r.broken == nil {
			continue
		}
		r.drain()
		if err := r.commit(ctx); err != nil {
			return err
		}
	}
	r.left = r.left || r.draining && len(r.waiting)+len(r.token.refused) > 0
	return r.broken
}

func (r *recorder) finished() bool {
	if r.sending > 0 {
		return false
	}
	return r.draining || r.eof && len(r.waiting)+len(r.token.refused) == 0
}

// canIntend says whether another row may become Sending now.
func (r *recorder) canIntend() bool {
	// Rows that wait for a retry hold their cells: no more of them than this.
	const mostWaiting = 4
	return r.canRetry() && len(r.waiting)+len(r.token.refused) < mostWaiting*r.limit
}

// canRetry says whether a row that was tried before may become Sending now.
func (r *recorder) canRetry() bool {
	return !r.draining && !r.token.running && r.broken == nil && r.sending < r.limit && len(r.ready)+len(r.intended) < r.lookahead
}

// low says whether little is left for the workers to send.
func (r *recorder) low() bool { return len(r.ready) <= r.lookahead/4 }

// lingers says whether the next commit can wait for more entries to share it: the
// workers have something to send meanwhile, and nothing waits for what is in it. A
// commit costs as much as several rows do.
func (r *recorder) lingers() bool {
	const most = 2 * time.Millisecond
	if len(r.entries) == 0 || r.low() || r.held || r.draining || r.token.wanted || r.broken != nil || r.watch.reason != "" {
		r.linger = time.Time{}
		return false
	}
	now := time.Now()
	if r.linger.IsZero() {
		r.linger = now.Add(most)
	}
	if now.Before(r.linger) {
		return true
	}
	r.linger = time.Time{}
	return false
}

// arm sets the timer to the moment when the next retry, or a new token, is due.
func (r *recorder) arm(timer *time.Timer) {
	timer.Stop()
	due := make([]time.Time, 0, 3)
	if len(r.waiting) > 0 && r.canRetry() {
		due = append(due, r.waiting[0].due)
	}
	if !r.linger.IsZero() {
		due = append(due, r.linger)
	}
	if r.token.wanted && !r.token.running && !r.draining {
		due = append(due, r.token.next)
	}
	if len(due) > 0 {
		timer.Reset(max(time.Until(slices.MinFunc(due, time.Time.Compare)), 0))
	}
}

// gather takes along what is there already, so that it shares the commit. Once ctx
// has ended it intends nothing more.
func (r *recorder) gather(ctx context.Context) {
	for {
		select {
		case e := <-r.ends:
			r.receive(e)
			continue
		default:
		}
		break
	}
	if ctx.Err() != nil && !r.draining {
		r.drain()
	}
	now := time.Now()
	for r.canRetry() && len(r.waiting) > 0 && !r.waiting[0].due.After(now) {
		t := r.waiting[0]
		r.waiting = r.waiting[1:]
		t.attempt++
		r.intend(t, now)
	}
	for r.canIntend() && !r.eof {
		select {
		case together, ok := <-r.rows:
			r.accept(ctx, together, ok)
			continue
		default:
		}
		return
	}
}

// accept takes the rows of a request from the reader; the record of a row that has
// one goes on counting: such a row comes alone.
func (r *recorder) accept(ctx context.Context, rows []Row, ok bool) {
	if !ok {
		r.eof = true
		return
	}
	row := rows[0]
	t := &task{row: row, more: rows[1:], attempt: 1}
	if r.Recorded(row.Num) {
		prior, _, has, err := r.Ledger.Record(context.WithoutCancel(ctx), row.Num)
		if err != nil {
			// What is on its way still has to be recorded.
			r.broken = fmt.Errorf("the ledger cannot be read, nothing more is sent: %w", err)
			return
		}
		if has {
			t.prior, t.attempt = &prior, prior.Attempts+1
			if len(r.Steps) > 1 {
				err = r.takeUp(context.WithoutCancel(ctx), t)
			}
			if err != nil {
				r.broken = fmt.Errorf("the ledger cannot be read, nothing more is sent: %w", err)
				return
			}
		}
	}
	r.intend(t, time.Now())
}

func (r *recorder) intend(t *task, now time.Time) {
	r.sending++
	if t.prior != nil && t.prior.Status == Unknown && t.attempt == t.prior.Attempts+1 {
		// A person accepts that this may make a duplicate. Until this commit the
		// row is unknown, whatever happens.
		accepted := *t.prior
		accepted.Status = Pending
		r.entries = append(r.entries, Entry{Kind: Settle, Record: accepted})
	}
	r.entries = append(r.entries, Entry{Kind: Intend, Record: Record{
		Row: t.row.Num, Line: t.row.Line, Status: Sending, Attempts: t.attempt, StartedAt: now,
	}})
	for _, row := range t.more {
		r.entries = append(r.entries, Entry{Kind: Intend, Record: Record{
			Row: row.Num, Line: row.Line, Status: Sending, Attempts: t.attempt, StartedAt: now,
		}})
	}
	r.intended = append(r.intended, t)
}

// withdraw takes an intent back of which nothing was sent; the row is left.
func (r *recorder) withdraw(t *task) {
	r.sending--
	r.left = true
	r.takeBack(t)
}

// takeBack records that nothing was sent of an intent: the row is what it was
// before.
func (r *recorder) takeBack(t *task) {
	if t.prior != nil && t.attempt == t.prior.Attempts+1 {
		r.entries = append(r.entries, Entry{Kind: Settle, Record: *t.prior})
		return
	}
	r.entries = append(r.entries, Entry{Kind: Withdraw, Record: Record{Row: t.row.Num, Line: t.row.Line, Attempts: t.attempt - 1}})
	for _, row := range t.more {
		r.entries = append(r.entries, Entry{Kind: Withdraw, Record: Record{Row: row.Num, Line: row.Line, Attempts: t.attempt - 1}})
	}
}

// receive takes one end: settled, taken back, or to be tried again.
func (r *recorder) receive(e end) {
	r.held = r.held || e.held
	if e.kind == Withdraw {
		r.withdraw(e.task)
		return
	}
	r.sending--
	if e.own != nil {
		r.receiveEach(&e)
		return
	}
	if e.Status == Succeeded && e.token == r.current.Load().number {
		r.token.accepted = true
	}
	if len(r.Steps) > 1 && r.advance(&e) {
		return
	}
	switch prior := e.task.prior; {
	case prior != nil && prior.Status == Unknown && e.login:
		// The server has not looked at the row: it is as unknown as it was, also if
		// the run ends before the row goes out.
		again := *prior
		again.Attempts = e.Attempts
		again.Message = fmt.Sprintf("sent again: %s; the earlier attempt: %s", e.Message, prior.Message)
		e.task.prior = &again
		r.entries = append(r.entries, Entry{Kind: Settle, Record: again})
		r.again(&e)
		r.wait(e.task)
	case prior != nil && prior.Status == Unknown && e.Attempts == prior.Attempts:
		r.tokenRefused(&e)
		again := *prior
		again.Message = fmt.Sprintf("not sent again: %s; the earlier attempt: %s", e.Message, prior.Message)
		e.Record = again
		r.settle(e)
	case prior != nil && prior.Status == Unknown && e.Status != Succeeded:
		// A person sent it again, and the earlier attempt may still have created
		// it: nothing but a success ends that.
		if !r.tokenRefused(&e) {
			r.watch.see(&e.Record, 1)
		}
		e.Message = fmt.Sprintf("sent again: %s (%s); the earlier attempt: %s", e.Message, e.Status, prior.Message)
		e.Status, e.Cause = Unknown, prior.Cause
		r.settle(e)
	case !e.login && r.waitForToken(&e):
		if e.Attempts < e.task.attempt { // a look-up was refused, before the row was sent
			r.takeBack(e.task)
			e.task.attempt = e.Attempts
			break
		}
		r.putBack(Tried, &e)
	case e.retry && r.again(&e):
		r.putBack(Tried, &e)
		r.wait(e.task)
	case r.watch.see(&e.Record, e.task.count()):
		r.putBack(Settle, &e)
	default:
		r.settle(e)
	}
}

// putBack makes the rows of an attempt Pending again.
func (r *recorder) putBack(kind EntryKind, e *end) {
	e.Status = Pending
	for _, rec := range e.records() {
		r.entries = append(r.entries, Entry{Kind: kind, Record: rec})
	}
}

// settle records the outcome of the rows of a request that share it.
func (r *recorder) settle(e end) {
	for i := range e.steps {
		if s := &e.steps[i]; !s.Done() {
			s.Status, s.Cause, s.Message = e.Status, e.Cause, e.Message
			e.Message = fmt.Sprintf("request %d of %d, %s: %s", s.Number, len(r.Steps), s.Name, e.Message)
		}
	}
	for _, rec := range e.records() {
		r.settleRecord(rec, e.steps)
	}
}

func (r *recorder) settleRecord(rec Record, steps []StepRecord) {
	r.counts.Add(rec.Status, 1)
	r.settled = append(r.settled, rec)
	r.entries = append(r.entries, Entry{Kind: Settle, Record: rec, Steps: steps})
}

// again decides whether a row whose attempt provably created nothing is tried
// again, and when.
func (r *recorder) again(e *end) bool {
	t, now := e.task, time.Now()
	if e.login { // at once: nothing is wrong
		t.logins++
		t.due = now
		return true
	}
	wait := e.wait
	if !e.asked || wait == 0 { // at once would only hammer the server
		wait = backoff(r.RunID, t.row.Num, t.retries+1+int(t.waited/time.Second))
	}
	switch left := r.MaxWait - t.waited; {
	case e.limited && left <= 0:
		e.Message = fmt.Sprintf("%s; gave up after waiting %s for the server's rate limit (--max-wait)", e.Message, t.waited.Round(time.Second))
		return false
	case e.limited:
		wait = min(wait, left)
		t.waited += wait
	case t.retries >= r.Retries:
		return false
	default:
		wait = min(wait, r.MaxWait)
		t.retries++
	}
	t.due = now.Add(wait)
	if e.asked || e.limited {
		r.Pacer.Throttled(now)
		r.Pacer.Pause(t.due)
		r.Emit(Event{Pause: &Pause{Until: t.due, Reason: fmt.Sprintf("the server answered %d", e.HTTPStatus)}})
	}
	return true
}

// wait puts a task among the retries, by due time.
func (r *recorder) wait(t *task) {
	at, _ := slices.BinarySearchFunc(r.waiting, t, func(a, b *task) int { return a.due.Compare(b.due) })
	r.waiting = slices.Insert(r.waiting, at, t)
}

// drain stops new attempts: intents that nobody took are withdrawn, retries
// stay Pending as they are recorded.
func (r *recorder) drain() {
	r.draining = true
	r.left = r.left || len(r.waiting) > 0 || len(r.rows) > 0
	close(r.halt)
	r.stopAsking()
	for _, t := range r.intended {
		r.withdraw(t)
	}
	r.intended = r.intended[:0]
	for {
		select {
		case t := <-r.ready:
			r.withdraw(t)
			continue
		default:
		}
		break
	}
	r.Emit(Event{Stopping: &Stopping{InFlight: r.sending}})
}

// commit makes what was gathered durable, and only then lets it take effect.
func (r *recorder) commit(ctx context.Context) error {
	if len(r.entries) == 0 {
		return nil
	}
	// Recording must not be cut short by the end of the run.
	if err := r.Ledger.Commit(context.WithoutCancel(ctx), r.entries); err != nil {
		return fmt.Errorf("the ledger cannot be written, nothing more is sent: %w", err)
	}
	r.entries = r.entries[:0]
	for _, t := range r.intended {
		r.ready <- t
	}
	r.intended = r.intended[:0]
	for i := range r.settled {
		rec := r.settled[i]
		r.Emit(Event{Row: &RowResult{Record: rec}})
	}
	if len(r.settled) > 0 {
		r.Emit(Event{Progress: &Progress{Total: r.Total, Counts: r.counts, InFlight: r.sending, Slowed: r.Pacer.Slowed(), At: time.Now()}})
	}
	r.settled = r.settled[:0]
	return nil
}

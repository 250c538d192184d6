package batch

import (
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection/request"
)

// attempt makes one attempt of a task's step and says what came of it.
func (r *recorder) attempt(ctx context.Context, t *task, filled *request.Filled) end {
	now := r.current.Load()
	e := end{
		task: t, kind: Settle, token: now.number, next: t.step + 1,
		Record: Record{Row: t.row.Num, Line: t.row.Line, Attempts: t.attempt, Ref: t.ref, Captures: t.captures},
	}
	template := now.Templates[t.step]
	if r.Scripts != nil {
		var over bool
		if template, over = r.before(t, &e, template); over {
			return e
		}
	}
	if err := t.fill(template, filled); err != nil {
		// Preflight has filled every row before; something changed since, such
		// as a file part that was deleted. Nothing was sent.
		e.Attempts--
		e.Status, e.Cause, e.Rule = NotSent, CauseFormat, "fill"
		var bad *request.FillError
		if errors.As(err, &bad) {
			e.Status = Invalid
		}
		e.Message = r.mask(err.Error())
		e.unfilled(err)
		return e
	}
	if now.LookupFirst != nil {
		if there := r.askFirst(now.LookupFirst, t, &e); there {
			return e
		}
	}
	sent := r.Sender.Send(ctx, filled)
	e.StartedAt, e.Duration = sent.Started, sent.Duration
	if sent.Login && t.logins < mostLogins {
		e.Status, e.Cause, e.Rule, e.retry, e.login = NotSent, CauseToken, "the server asked for credentials", true, true
		e.HTTPStatus, e.Message = sent.Answer.Status, "the server asked for credentials (digest) before it looks at the request"
		return e
	}
	switch sent.Ending {
	case Answered:
		r.judge(&e, &sent.Answer, filled.Body)
		if r.Scripts != nil && !e.retry {
			r.after(ctx, &e, filled, &sent)
		}
		r.capture(&e, &sent.Answer)
		if r.Scripts != nil {
			r.hideSet(&e)
		}
	case NothingSent:
		e.Status, e.Cause, e.Rule, e.retry = NotSent, sent.Cause, "nothing was sent", true
		e.Message = r.mask(sent.Message)
	case Uncertain:
		e.Status, e.Cause, e.Rule = Unknown, sent.Cause, "bytes were sent and no answer came"
		e.Message = r.mask(sent.Message)
	}
	return e
}

// askFirst asks the server for the row's record before it is sent. It reports
// whether the end of the attempt is known without sending.
func (r *recorder) askFirst(finder *Finder, t *task, e *end) bool {
	ids, err := finder.Find(r.asking, t.row)
	e.Attempts--
	switch {
	case r.asking.Err() != nil:
		e.kind = Withdraw
		return true
	case err != nil:
		e.Status, e.Cause, e.Rule = NotSent, CauseNetwork, "look-up before sending"
		if errors.Is(err, ErrTokenRefused) {
			e.Cause = CauseToken
		}
		e.Message = "the row was not sent, because it could not be looked up: " + err.Error()
		return true
	case len(ids) > 0:
		e.Status, e.Cause, e.Rule, e.Ref = Skipped, CauseDuplicate, "look-up before sending", ids[0]
		e.Message = "the server has it already"
		return true
	}
	// The look-up has used up the permit.
	if WaitTurn(r.asking, r.Pacer) != nil || r.halted() {
		e.kind = Withdraw
		return true
	}
	e.Attempts++
	return false
}

// judge puts an answer's meaning into the end of an attempt.
func (r *recorder) judge(e *end, a *Answer, body []byte) {
	v := r.Steps[e.task.step].Judge.Judge(a)
	e.HTTPStatus = a.Status
	e.Status, e.Cause, e.Rule, e.retry = v.Status, v.Cause, v.Rule, v.Retry
	e.Code = r.mask(v.Code)
	if v.Ref != "" {
		e.Ref = r.mask(v.Ref)
	}
	if v.Status != Succeeded {
		e.Message = short(r.mask(v.Message))
		e.Answer = r.keptAnswer(a)
	}
	e.limited = a.Status == http.StatusTooManyRequests
	e.wait, e.asked = retryAfter(a.Header, time.Now())
	if r.BatchJudge != nil {
		r.judgeEach(e, a, v, body)
	}
}

// keptAnswer is what the ledger keeps of an answer. It is cut after masking, so
// that a secret at the edge is not left in half.
func (r *recorder) keptAnswer(a *Answer) []byte {
	answer := r.current.Load().Masker.MaskBytes(a.Body)
	return append([]byte(nil), answer[:min(len(answer), AnswerLimit)]...)
}

// capture keeps the values of an answer that the job asked for.
func (r *recorder) capture(e *end, a *Answer) {
	capture := r.Steps[e.task.step].Capture
	if capture == nil {
		return
	}
	if scripts := e.task.scripts; scripts != nil && !e.retry {
		a.Variables = scripts.Set()
	}
	values, ref := capture(a)
	e.Captures = make(map[string]string, len(values))
	maps.Copy(e.Captures, e.task.captures) // of the steps before
	for name, value := range values {
		if value != "" || e.Captures[name] == "" {
			e.Captures[name] = r.mask(value)
		}
	}
	if ref != "" {
		e.Ref = r.mask(ref)
	}
}

// messageLimit bounds a server's message in the record, in bytes; the answer
// itself is kept beside it.
const messageLimit = 1000

func short(text string) string {
	if len(text) <= messageLimit {
		return text
	}
	return strings.ToValidUTF8(text[:messageLimit], "") + "..."
}

// backoff is how long to wait before retry n, from 1, of a row when the server
// does not say: doubling from half a second to half a minute, jittered so that
// rows do not come back together. The jitter is seeded by run, row and n.
func backoff(runID string, row int64, n int) time.Duration {
	const first, most = 500 * time.Millisecond, 30 * time.Second
	d := most
	if n < 8 {
		d = min(first<<(n-1), most)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(runID))
	rnd := rand.New(rand.NewPCG(h.Sum64(), uint64(row)<<8|uint64(n&0xff)))
	return d/2 + time.Duration(rnd.Int64N(int64(d/2)+1))
}

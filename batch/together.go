package batch

import (
	"errors"
	"fmt"

	"github.com/pmrun/pmrun/collection/request"
)

// gathering collects the rows of one request.
type gathering struct {
	rows  []Row
	bytes int // of their cells
}

// mostTogether bounds the cells of the rows of a request, in bytes; a row that has
// more goes alone or ends its request.
const mostTogether = 1 << 20

func (g *gathering) add(row Row) {
	g.rows = append(g.rows, row)
	for _, cell := range row.Cells {
		g.bytes += len(cell)
	}
}

func (g *gathering) full(size int) bool { return len(g.rows) >= size || g.bytes >= mostTogether }

func (g *gathering) take() []Row {
	rows := g.rows
	*g = gathering{}
	return rows
}

// count is how many rows share the task's request.
func (t *task) count() int { return 1 + len(t.more) }

// records returns what e says of each row of its task, in order.
func (e *end) records() []Record {
	if e.own != nil {
		return e.own
	}
	records := make([]Record, e.task.count())
	records[0] = e.Record
	for i, row := range e.task.more {
		records[1+i] = e.Record
		records[1+i].Row, records[1+i].Line = row.Num, row.Line
	}
	return records
}

// fill makes the task's request; a *request.ListError says which of its rows cannot
// be put into it.
func (t *task) fill(template *request.Template, filled *request.Filled) error {
	if len(t.more) == 0 {
		return template.Fill(filled, t.row.Cells, t.row.Num)
	}
	rows := make([]request.ListRow, 0, t.count())
	rows = append(rows, request.ListRow{Cells: t.row.Cells, Num: t.row.Num})
	for _, row := range t.more {
		rows = append(rows, request.ListRow{Cells: row.Cells, Num: row.Num})
	}
	return template.FillList(filled, rows)
}

// unfilled puts the one row that kept a request from being made apart from those
// that could have been sent.
func (e *end) unfilled(err error) {
	var one *request.ListError
	if len(e.task.more) == 0 || !errors.As(err, &one) {
		return
	}
	records := e.records()
	bad := records[one.Index]
	for i := range records {
		if i != one.Index {
			records[i].Status = NotSent
			records[i].Message = fmt.Sprintf("not sent: row %d, which shares its request, cannot be: %s", bad.Row, bad.Message)
		}
	}
	e.own = records
}

// judgeEach gives each row of a request its own outcome, as far as the answer
// speaks of it; the others share what the whole answer means.
func (r *recorder) judgeEach(e *end, a *Answer, whole Verdict, body []byte) {
	rows := e.task.count()
	verdicts := r.BatchJudge.JudgeEach(a, whole, body, rows)
	spoken := false
	for _, v := range verdicts {
		spoken = spoken || v != nil
	}
	if rows > 1 { // an id or message of the whole is no single row's
		e.Ref = ""
		switch {
		case e.Status == Failed && !e.retry:
			e.Message += fmt.Sprintf(" (refused together with the other rows of its request, %d in all)", rows)
		case e.Status != Succeeded:
			e.Message += fmt.Sprintf(" (the answer to a request of %d rows)", rows)
		}
		e.Rule += fmt.Sprintf("; the whole answer to %d rows", rows)
	}
	if !spoken {
		return
	}
	e.retry = false
	records := e.records()
	for i, v := range verdicts {
		if v == nil {
			continue
		}
		rec := &records[i]
		rec.Status, rec.Cause, rec.Rule = v.Status, v.Cause, v.Rule
		rec.Code, rec.Ref, rec.Message = r.mask(v.Code), r.mask(v.Ref), short(r.mask(v.Message))
		rec.Answer = nil
		if v.Status != Succeeded {
			rec.Answer = r.keptAnswer(a)
		}
	}
	if rows == 1 {
		e.Record = records[0]
		return
	}
	e.own = records
}

// receiveEach records rows that have outcomes of their own: all are final.
func (r *recorder) receiveEach(e *end) {
	for _, rec := range e.own {
		if rec.Status == Succeeded && e.token == r.current.Load().number {
			r.token.accepted = true
		}
		// A refused token would make the row Pending; here others of the same
		// request were judged, so it is not the token alone.
		r.watch.see(&rec, 1)
		r.settleRecord(rec, nil)
	}
}

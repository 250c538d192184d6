package main

import (
	"errors"
	"fmt"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
)

// mostBatch bounds --batch-size: after a crash every row of the requests on their
// way is unknown.
const mostBatch = 1000

// batched reports whether requests may carry several rows.
func (p *prepared) batched() bool { return p.job.BatchSize > 1 }

// list is the member of the body that the rows of a request fill, "" when a
// request carries one row.
func (p *prepared) list() string {
	if !p.batched() {
		return ""
	}
	return p.contract.Batch.List
}

// checkBatch refuses a batch size that the contract or other settings do not allow.
func (p *prepared) checkBatch() error {
	n := p.job.BatchSize
	switch {
	case n < 0 || n > mostBatch:
		return fmt.Errorf("batch-size is %d: it has to be from 1 to %d", n, mostBatch)
	case !p.batched():
		return nil
	case p.contract == nil || p.contract.Batch == nil:
		return errors.New("batch-size: the contract does not say how a request carries several rows; leave batch-size out, or write it into a contract of your own (batch: in docs/contracts.md)")
	case p.contract.Batch.Max > 0 && n > p.contract.Batch.Max:
		return fmt.Errorf("batch-size is %d: the contract %s allows %d rows a request", n, p.contract.Name, p.contract.Batch.Max)
	case p.scripted():
		return errors.New("batch-size and scripts do not go together: a script is about the answer to one row; use --no-scripts, or leave batch-size out")
	case p.job.LookupFirst:
		return errors.New("batch-size and lookup-first do not go together: a row that is there already would have to leave its request; use one of them")
	case p.job.IdempotencyHeader != "":
		return errors.New("batch-size and idempotency-header do not go together: the rows of a request share its headers; use one of them")
	case len(p.job.Capture) > 0:
		return errors.New("batch-size and capture do not go together: a capture is a value of the whole answer, not of one row; use one of them")
	}
	return nil
}

// batch lets an engine send several rows a request, as the job says.
func (p *prepared) batch(e *batch.Engine) error {
	if !p.batched() {
		return nil
	}
	judge, err := contract.NewBatchJudge(p.contract.Batch)
	if err != nil {
		return err
	}
	e.BatchSize, e.BatchJudge = p.job.BatchSize, judge
	return nil
}

// requests is how many requests so many rows take.
func (p *prepared) requests(rows int64) int64 {
	n := int64(max(p.job.BatchSize, 1))
	return (rows + n - 1) / n
}

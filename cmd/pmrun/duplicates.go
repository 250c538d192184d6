package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// rowKey is the digest of a row's key; 128 bits do not meet by accident.
type rowKey [16]byte

// keyIndex finds rows whose key was there before: in the file, or in an earlier
// run against the same host. It takes some 60 bytes a row.
type keyIndex struct {
	columns []int
	seen    map[rowKey]origin
}

// origin is where a key was first: a row of this file, or of an earlier run.
type origin struct {
	row, line int64
	run       string
	status    batch.Status
}

// newKeyIndex returns the index that a job asks for, nil when it asks for none.
func newKeyIndex(header, key []string, earlier bool) (*keyIndex, error) {
	if len(key) == 0 && !earlier {
		return nil, nil
	}
	columns, err := keyColumns(header, key)
	return &keyIndex{columns: columns, seen: make(map[rowKey]origin)}, err
}

// keyColumns finds the columns of a key; without names the whole row is the key.
func keyColumns(header, key []string) ([]int, error) {
	var columns []int
	for i, name := range header {
		if len(key) == 0 && !request.Reserved(name) {
			columns = append(columns, i)
		}
	}
	for _, name := range key {
		i := slices.Index(header, name)
		if i < 0 {
			msg := fmt.Sprintf("--key names the column %q, which the data file does not have", name)
			if near, ok := collection.Nearest(name, header); ok {
				msg += fmt.Sprintf("; did you mean %q?", near)
			}
			return nil, errors.New(msg)
		}
		columns = append(columns, i)
	}
	return columns, nil
}

// keyOf returns a row's key; ok is false when every cell of it is empty.
func keyOf(cells []string, columns []int) (key rowKey, ok bool) {
	h := sha256.New()
	var length [8]byte
	for _, i := range columns {
		cell := ""
		if i < len(cells) {
			cell = cells[i]
		}
		ok = ok || strings.TrimSpace(cell) != ""
		binary.BigEndian.PutUint64(length[:], uint64(len(cell)))
		h.Write(length[:])
		h.Write([]byte(cell))
	}
	copy(key[:], h.Sum(nil))
	return key, ok
}

// check returns the record of a row that is left out for its key; ok is false
// when the row may be sent.
func (k *keyIndex) check(row batch.Row) (rec batch.Record, ok bool) {
	rec = batch.Record{Row: row.Num, Line: row.Line, Rule: preflight.DuplicateKey, Cause: batch.CauseDuplicate}
	key, has := keyOf(row.Cells, k.columns)
	if !has {
		rec.Status, rec.Cause, rec.Rule = batch.Invalid, batch.CauseField, preflight.KeyEmpty
		rec.Message = "the key is empty, so it cannot be told whether the row is a duplicate"
		return rec, true
	}
	first, twice := k.seen[key]
	if !twice {
		k.seen[key] = origin{row: row.Num, line: row.Line}
		return rec, false
	}
	rec.Status = batch.Skipped
	switch {
	case first.run == "":
		rec.Message = fmt.Sprintf("the same key as row %d (line %d)", first.row, first.line)
	case first.status == batch.Succeeded:
		rec.Message = fmt.Sprintf("the same key as row %d of %s, which was inserted", first.row, first.run)
	default:
		rec.Message = fmt.Sprintf("the same key as row %d of %s, which is %s there: it may have been inserted; reconcile that run", first.row, first.run, first.status)
	}
	return rec, true
}

// addRun adds the keys that an earlier run inserted, or may have inserted.
func (k *keyIndex) addRun(ctx context.Context, path string, to destination, key []string) (err error) {
	dir := batch.RunDir(path)
	l, err := ledger.OpenReadOnly(ctx, dir.Path(batch.LedgerFile))
	if err != nil {
		return fmt.Errorf("the earlier run %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	start, err := batch.LoadStart(ctx, l)
	if err != nil {
		return fmt.Errorf("the earlier run %s: %w", path, err)
	}
	if was := (destination{start.Host, start.Operation, start.Mock}); was != to {
		return &otherTarget{path: path, was: was, is: to}
	}
	columns, err := keyColumns(start.Header, key)
	if err != nil {
		return fmt.Errorf("the earlier run %s: %w", path, err)
	}
	open := func() (batch.Source, error) { return openInput(dir, start) }
	sent := func(r batch.Record) bool {
		return r.Status == batch.Succeeded || r.Status == batch.Unknown || r.Status == batch.Sending
	}
	return batch.EachRow(ctx, l, open, sent, func(row batch.Row, rec batch.Record) error {
		if key, has := keyOf(row.Cells, columns); has {
			k.seen[key] = origin{row: row.Num, line: row.Line, run: path, status: rec.Status}
		}
		return nil
	})
}

// destination is where the rows of a run go. What went to a mock was not inserted
// anywhere else.
type destination struct {
	host, operation string
	mock            bool
}

func (d destination) String() string {
	if d.mock {
		return "the mock"
	}
	return strings.TrimSpace(d.host + " " + d.operation)
}

// otherTarget says that an earlier run went somewhere else, so that its keys say
// nothing about this one.
type otherTarget struct {
	path    string
	was, is destination
}

func (e *otherTarget) Error() string {
	return fmt.Sprintf("the earlier run %s went to %s, this one goes to %s: its keys say nothing here", e.path, e.was, e.is)
}

// compareKeys prepares the comparison of keys that the job asks for.
func (p *prepared) compareKeys(ctx context.Context, s *settings) (err error) {
	p.keys, err = newKeyIndex(p.header, p.job.Key, s.Against != "" || s.History != "")
	if err != nil || p.keys == nil {
		return err
	}
	return p.earlierRuns(ctx, s)
}

// earlierRuns adds the keys of --against and of every run of --history.
func (p *prepared) earlierRuns(ctx context.Context, s *settings) error {
	add := func(path string) error {
		return p.keys.addRun(ctx, path, destination{p.host(), p.masker.Mask(p.operation()), s.Mock}, p.job.Key)
	}
	if s.Against != "" {
		if err := add(s.Against); err != nil {
			return err
		}
	}
	if s.History == "" {
		return nil
	}
	entries, err := os.ReadDir(s.History)
	if err != nil {
		return fmt.Errorf("cannot read the history: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(s.History, e.Name())
		if _, err := os.Stat(batch.RunDir(path).Path(batch.LedgerFile)); err != nil {
			continue
		}
		var other *otherTarget
		if err := add(path); err != nil && !errors.As(err, &other) {
			return err
		}
	}
	return nil
}

// keyProblem shows a row that was left out for its key like any other finding.
func keyProblem(rec batch.Record) preflight.Problem {
	p := preflight.Problem{Rule: rec.Rule, Row: rec.Row, Line: rec.Line, Message: rec.Message, Cause: rec.Cause}
	for _, rule := range preflight.Rules() {
		if rule.ID == rec.Rule {
			p.Severity, p.Mend = rule.Severity, rule.Mend
		}
	}
	return p
}

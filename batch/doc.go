// Package batch inserts the rows of a data file through one request of a
// collection, and keeps a durable record of what became of each.
//
// It declares the words (Job, Row, Status, Record, Event) and the seams
// (Source, Ledger, Judge, Sender, Pacer) of a load, and the engine, Run, that
// drives them. The parts behind the seams live in sub-packages and are wired
// together by the command.
//
// The promise: a row is never sent twice unless a person said so, and never
// lost without a line in the report that names it.
package batch

package ledger

import (
	"fmt"

	"github.com/pmrun/pmrun/batch"
)

const (
	// applicationID marks a SQLite file as one of ours: "pmru" in ASCII.
	applicationID = 0x706d7275
	// schemaVersion is the file's user_version. It changes whenever a file
	// written before could be misread after.
	schemaVersion = 3
	// pageSize is the unit of the file, in bytes.
	pageSize = 4096
)

// schema is what a new file holds.
//
// A row that is Sending is in flights alone, beside what is known of earlier
// attempts: that is one small row for all of them, so that most rows are written
// once, at their end, and in order. Rules are few and long, and stand in rows as
// numbers. Few rows end otherwise than Succeeded (2); unfinished finds them.
//
// Steps are those of rows that have several; others have none there.
//
// Columns that a scan of many rows reads come first and large ones last, so
// that a scan does not touch the pages on which long answers overflow. Times
// are milliseconds since 1970 UTC, durations microseconds. Absent text is NULL.
func schema() []string {
	return []string{
		`CREATE TABLE meta (
			key   TEXT PRIMARY KEY,
			value TEXT NOT NULL
		) STRICT, WITHOUT ROWID`,

		`CREATE TABLE rules (
			id   INTEGER PRIMARY KEY,
			text TEXT NOT NULL UNIQUE
		) STRICT`,

		`CREATE TABLE rows (
			row         INTEGER PRIMARY KEY,
			line        INTEGER NOT NULL,
			status      INTEGER NOT NULL,
			attempts    INTEGER NOT NULL,
			http_status INTEGER NOT NULL DEFAULT 0,
			started_at  INTEGER,
			duration_us INTEGER NOT NULL DEFAULT 0,
			rule        INTEGER,
			cause       TEXT,
			code        TEXT,
			ref         TEXT,
			message     TEXT,
			captures    TEXT,
			answer      BLOB
		) STRICT`,

		`CREATE INDEX unfinished ON rows (status) WHERE status <> 2`,

		`CREATE TABLE flights (
			id   INTEGER PRIMARY KEY CHECK (id = 1),
			runs TEXT NOT NULL
		) STRICT`,
		`INSERT INTO flights (id, runs) VALUES (1, '[]')`,

		`CREATE TABLE attempts (
			row         INTEGER NOT NULL,
			number      INTEGER NOT NULL,
			started_at  INTEGER,
			duration_us INTEGER NOT NULL,
			http_status INTEGER NOT NULL,
			cause       TEXT,
			message     TEXT,
			PRIMARY KEY (row, number)
		) STRICT, WITHOUT ROWID`,

		`CREATE TABLE steps (
			row         INTEGER NOT NULL,
			number      INTEGER NOT NULL,
			name        TEXT NOT NULL,
			status      INTEGER NOT NULL,
			http_status INTEGER NOT NULL,
			started_at  INTEGER,
			duration_us INTEGER NOT NULL,
			cause       TEXT,
			code        TEXT,
			ref         TEXT,
			message     TEXT,
			rule        TEXT,
			captures    TEXT,
			state       BLOB,
			PRIMARY KEY (row, number)
		) STRICT, WITHOUT ROWID`,

		fmt.Sprintf(`PRAGMA application_id = %d`, applicationID),
		fmt.Sprintf(`PRAGMA user_version = %d`, schemaVersion),
	}
}

// uptoKey is the fact up to which row all are recorded, or a row before that.
const uptoKey = "recorded_up_to"

// The numbers of statuses in the file. They never change and are never used
// again, whatever becomes of the constants in package batch. The statements in
// commit.go spell them out.
const (
	codePending   = 0
	codeSending   = 1
	codeSucceeded = 2
	codeFailed    = 3
	codeUnknown   = 4
	codeNotSent   = 5
	codeInvalid   = 6
	codeSkipped   = 7
)

// codeOf returns the number that stands for s in the file.
func codeOf(s batch.Status) (code int64, ok bool) {
	switch s {
	case batch.Pending:
		return codePending, true
	case batch.Sending:
		return codeSending, true
	case batch.Succeeded:
		return codeSucceeded, true
	case batch.Failed:
		return codeFailed, true
	case batch.Unknown:
		return codeUnknown, true
	case batch.NotSent:
		return codeNotSent, true
	case batch.Invalid:
		return codeInvalid, true
	case batch.Skipped:
		return codeSkipped, true
	}
	return 0, false
}

// statusOf is the inverse of codeOf.
func statusOf(code int64) (s batch.Status, ok bool) {
	switch code {
	case codePending:
		return batch.Pending, true
	case codeSending:
		return batch.Sending, true
	case codeSucceeded:
		return batch.Succeeded, true
	case codeFailed:
		return batch.Failed, true
	case codeUnknown:
		return batch.Unknown, true
	case codeNotSent:
		return batch.NotSent, true
	case codeInvalid:
		return batch.Invalid, true
	case codeSkipped:
		return batch.Skipped, true
	}
	return 0, false
}

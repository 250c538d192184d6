package report

import (
	"reflect"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// ResultNames lists the columns that a report of rows adds, in their order;
// captures come after them.
func ResultNames() []string {
	t := reflect.TypeFor[resultColumns]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("csv")
	}
	return names
}

// ResultValues returns what a record has in those columns: numbers, text as it is,
// and nil where there is nothing.
func ResultValues(r *batch.Record) []any {
	var httpStatus, duration any
	if r.HTTPStatus > 0 {
		httpStatus = r.HTTPStatus
	}
	if ended(r) {
		duration = r.Duration.Round(time.Millisecond).Milliseconds()
	}
	return []any{r.Row, r.Line, r.Status.String(), r.Cause, r.Attempts, httpStatus, r.Code, r.Message, r.Ref, duration, timestamp(r.StartedAt)}
}

package batch

import "fmt"

// Limits bound what a data file may have, so that a damaged file, or one that is
// something else, is refused before it fills memory or disk. 0 is the default.
type Limits struct {
	CellBytes   int64 `yaml:"cell-bytes,omitempty" doc:"most bytes of a cell; a row with a longer one is invalid (1 MiB)"`
	RowBytes    int64 `yaml:"row-bytes,omitempty" doc:"most bytes of a row's cells together; it also ends a quote that is never closed (64 MiB)"`
	HeaderBytes int64 `yaml:"header-bytes,omitempty" doc:"most bytes of the names of all columns together (4 MiB)"`
	Columns     int64 `yaml:"columns,omitempty" doc:"most columns (16384)"`
	Rows        int64 `yaml:"rows,omitempty" doc:"most data rows (10^9)"`
	FileBytes   int64 `yaml:"file-bytes,omitempty" doc:"most bytes of the file; of a workbook also of each part, unpacked (1 TiB)"`
}

// DefaultLimits are wider than what a spreadsheet program can write, but for the
// cell: a larger one is nearly always a mistake.
func DefaultLimits() Limits {
	return Limits{CellBytes: 1 << 20, RowBytes: 64 << 20, HeaderBytes: 4 << 20, Columns: 16_384, Rows: 1_000_000_000, FileBytes: 1 << 40}
}

// fields lists the limits with the names of their settings.
func (l *Limits) fields() []limit {
	return []limit{
		{"cell-bytes", &l.CellBytes}, {"row-bytes", &l.RowBytes}, {"header-bytes", &l.HeaderBytes},
		{"columns", &l.Columns}, {"rows", &l.Rows}, {"file-bytes", &l.FileBytes},
	}
}

type limit struct {
	name  string
	value *int64
}

// OrDefault returns the limits with the default for each that is 0.
func (l Limits) OrDefault() Limits {
	defaults := DefaultLimits()
	from := defaults.fields()
	for i, f := range l.fields() {
		if *f.value == 0 {
			*f.value = *from[i].value
		}
	}
	return l
}

// Check reports a limit that nothing could keep.
func (l Limits) Check() error {
	for _, f := range l.fields() {
		if *f.value < 0 {
			return fmt.Errorf("limits: %s is %d: it has to be 1 or more", f.name, *f.value)
		}
	}
	return nil
}

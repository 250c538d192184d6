// Package golang writes programs in Go.
package golang

import (
	"github.com/pmrun/pmrun/collection/convert"
)

// Go is a program in Go that sends the requests, of the standard library alone.
func Go() convert.Format {
	return convert.Format{Name: "go", Title: "program in Go (net/http)", Write: write}
}

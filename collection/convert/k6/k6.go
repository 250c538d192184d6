// Package k6 writes scripts of k6 (https://k6.io).
package k6

import "github.com/pmrun/pmrun/collection/convert"

// K6 is a script of k6 that sends the requests and checks the answers.
func K6() convert.Format {
	return convert.Format{Name: "k6", Title: "script of k6", Write: write}
}

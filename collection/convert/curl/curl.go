// Package curl writes scripts that call curl, and reads commands of curl.
package curl

import (
	"github.com/pmrun/pmrun/collection/convert"
)

// Curl is the format of commands of curl: read, and written as a script of bash or PowerShell.
func Curl() convert.Format {
	return convert.Format{Name: "curl", Title: "commands of curl (bash, PowerShell)", Detect: detect, Read: read, Write: write}
}

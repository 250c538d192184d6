// Package hurl reads and writes the files of Hurl (https://hurl.dev).
package hurl

import (
	"path"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
)

// Hurl is the format of .hurl files.
func Hurl() convert.Format {
	return convert.Format{
		Name: "hurl", Title: "Hurl file", Read: read, Write: write,
		Detect: func(in *convert.Input) bool { return !in.IsDir() && strings.EqualFold(path.Ext(in.Path), ".hurl") },
	}
}

// Package har reads and writes HTTP Archives (HAR 1.2): what browsers and proxies record
// of the requests that they send.
package har

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
)

// HAR is the HTTP Archive, version 1.2.
func HAR() convert.Format {
	return convert.Format{Name: "har", Title: "HTTP Archive (HAR 1.2) of browsers and proxies", Detect: detect, Read: read, Write: write}
}

// creator names pmrun as the program that wrote an archive, version the shape of it.
const (
	creator = "pmrun"
	version = "1"
)

var logFirst = regexp.MustCompile(`^\s*\{\s*"log"\s*:\s*\{`)

// detect looks at the first member; an archive that begins in another way is known by its name.
func detect(in *convert.Input) bool {
	if in.IsDir() {
		return false
	}
	const head = 4 << 10
	data := bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf"))
	if logFirst.Match(data[:min(len(data), head)]) {
		return bytes.Contains(data, []byte(`"entries"`))
	}
	return strings.EqualFold(path.Ext(in.Path), ".har")
}

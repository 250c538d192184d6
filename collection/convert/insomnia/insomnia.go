// Package insomnia reads collections of Insomnia, as version 5 keeps them (YAML) and as
// versions 3 and 4 export them (JSON), and writes those of version 5.
package insomnia

import (
	"bytes"
	"regexp"

	"github.com/pmrun/pmrun/collection/convert"
)

// Insomnia is the format of Insomnia's collections.
func Insomnia() convert.Format {
	return convert.Format{Name: "insomnia", Title: "Insomnia collection (v5 YAML; v4 exports are read)", Detect: detect, Read: read, Write: write}
}

const typeCollection = "collection.insomnia.rest/5.0"

var (
	fileV5   = regexp.MustCompile(`(?m)^["']?type["']?:\s*["']?[a-z-]+\.insomnia\.rest/|^\s*\{\s*"type"\s*:\s*"[a-z-]+\.insomnia\.rest/`)
	exportV4 = regexp.MustCompile(`"?_type"?\s*:\s*"?export\b`)
	formatV4 = regexp.MustCompile(`"?__export_format"?\s*:`)
)

// detect looks for the marks that both kinds of files have near their beginnings.
func detect(in *convert.Input) bool {
	if in.IsDir() {
		return false
	}
	const head = 4 << 10
	data := bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf"))
	data = data[:min(len(data), head)]
	return fileV5.Match(data) || exportV4.Match(data) && formatV4.Match(data)
}

// Package httpfile reads and writes .http files, in what JetBrains' HTTP Client and
// VS Code's REST Client have in common.
package httpfile

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

// HTTP is the format of .http and .rest files.
func HTTP() convert.Format {
	return convert.Format{Name: "http", Title: ".http files (JetBrains, VS Code)", Detect: detect, Read: read, Write: write}
}

var (
	separator = regexp.MustCompile(`(?m)^###`)
	markdown  = regexp.MustCompile("(?m)^(?:```|## |\\|)")
)

// detect takes files and directories by the names of files, and what has another name,
// or none, by a separator and a request.
func detect(in *convert.Input) bool {
	if in.IsDir() {
		for _, other := range []string{"bruno.json", "opencollection.yml", ".resources"} {
			if _, err := fs.Stat(in.Dir, other); err == nil {
				return false
			}
		}
		return len(list(in.Dir, 1)) > 0
	}
	if isName(in.Path) {
		return true
	}
	text := string(in.Data)
	return separator.MatchString(text) && textform.HasRequestLine(text) && !textform.HasHurlSection(text) && !markdown.MatchString(text)
}

func isName(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".http" || ext == ".rest"
}

// maxFiles bounds how many files of a directory are read.
const maxFiles = 20000

// list gives the .http files of a directory, sorted, at most limit.
func list(dir fs.FS, limit int) (names []string) {
	seen := 0
	_ = fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read has no requests
		}
		if seen++; seen > maxFiles*5 || len(names) >= limit {
			return fs.SkipAll
		}
		if d.IsDir() && name != "." && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if d.Type().IsRegular() && isName(name) {
			names = append(names, name)
		}
		return nil
	})
	return names
}

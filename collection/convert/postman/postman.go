// Package postman reads collections of every version of Postman and writes its own
// formats.
package postman

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// V1 is Postman's collection v1, which is only read.
func V1() convert.Format {
	return convert.Format{Name: "postman-1", Title: "Postman collection v1 (JSON)", Detect: detect(1), Read: read}
}

// V20 is Postman's collection v2.0.
func V20() convert.Format {
	return convert.Format{
		Name: "postman-2.0", Title: "Postman collection v2.0 (JSON)", Detect: detect(20), Read: read,
		Write: func(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
			text, err := writeV20(document(c, o, notes), notes)
			return []convert.File{{Name: fileName, Data: text}}, err
		},
	}
}

// V21 is Postman's collection v2.1.
func V21() convert.Format {
	return convert.Format{
		Name: "postman-2.1", Title: "Postman collection v2.1 (JSON)", Detect: detect(21), Read: read,
		Write: func(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
			return []convert.File{{Name: fileName, Data: document(c, o, notes)}}, nil
		},
	}
}

const fileName = "collection.postman_collection.json"

// read reads a collection of any version: whoever says that a file is of v2.0 and has one
// of v2.1 means that one.
func read(in *convert.Input, _ *convert.Notes) (*collection.Collection, error) {
	if in.IsDir() || collection.IsV3(in.Path) {
		return collection.Load(in.Path)
	}
	return collection.Parse(in.Path, in.Data)
}

// detect tells the versions apart: 1, 20, 21 (which takes the JSON of a version that is not
// named, too) or 3.
func detect(version int) func(*convert.Input) bool {
	return func(in *convert.Input) bool { return versionOf(in) == version }
}

var schemaV20 = regexp.MustCompile(`/v2\.0\.\d`)

// versionOf looks at the shape of the input; 0 is no collection.
func versionOf(in *convert.Input) int {
	if in.IsDir() {
		if isTree(in.Dir) {
			return 3
		}
		return 0
	}
	if collection.IsV3(in.Path) {
		return 3
	}
	data := bytes.TrimLeft(bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(data) == 0 || data[0] != '{' {
		return 0
	}
	m := membersOf(data)
	if inner, wrapped := m["collection"]; wrapped && !m.has("item") && !m.has("info") && !m.has("requests") && inner.IsObject() {
		m = membersOf([]byte(inner.Raw))
	}
	switch {
	case m.has("item"), m["info"].IsObject() && !m.has("openapi") && !m.has("swagger") && !m.has("asyncapi"):
		if schemaV20.MatchString(m["info"].Get("schema").Str) {
			return 20
		}
		return 21
	case m.has("requests") && m.has("order"),
		m["requests"].IsArray() && (m.has("folders_order") || m["requests"].Get("0.dataMode").Exists() || m["requests"].Get("0.collectionId").Exists()):
		return 1
	}
	return 0
}

// members are those of an object that tell what it is.
type members map[string]gjson.Result

func (m members) has(key string) bool { return m[key].Exists() }

func membersOf(data []byte) members {
	keys := []string{"item", "info", "collection", "requests", "order", "folders_order", "openapi", "swagger", "asyncapi"}
	m := make(members, len(keys))
	gjson.ParseBytes(data).ForEach(func(key, value gjson.Result) bool {
		for _, known := range keys {
			if key.Str == known {
				m[known] = value
			}
		}
		return true
	})
	return m
}

// maxLook is how many files and directories are looked at, to find a request in a
// directory that has no definition.
const maxLook = 5000

// isTree tells the directory of a collection v3: it has a definition, or a request
// somewhere below.
func isTree(dir fs.FS) bool {
	for _, name := range []string{"definition.yaml", "definition.yml"} {
		if info, err := fs.Stat(dir, path.Join(".resources", name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	looked, found := 0, false
	_ = fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		looked++
		switch {
		case looked > maxLook:
			return fs.SkipAll
		case err != nil:
			return fs.SkipDir
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
			return fs.SkipDir
		case !entry.IsDir() && isRequest(entry.Name()):
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

func isRequest(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".request.yaml") || strings.HasSuffix(name, ".request.yml")
}

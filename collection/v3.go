package collection

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"
)

// Postman's collection v3 is a directory with a YAML file for each request. It is turned into a document of
// v2.1 and read as one. Keys that v2.1 has no name for keep theirs, so that nothing is lost; one that means
// something else there gets the prefix "v3_".

const (
	resourcesDir = ".resources"
	maxTreeFiles = 100_000 // entries of directories; a collection has far fewer, a home directory more
	maxFileSize  = 64 << 20
)

// IsV3 reports whether path is, by its name, a collection v3: a directory, the .resources/definition.yaml of
// one, or one NAME.request.yaml. Whether it can be read is left to Load.
func IsV3(path string) bool {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return true
	}
	_, _, ok := v3Place(path)
	return ok
}

// v3Place gives the root directory of the collection that a file stands for, and the file in it when that alone
// is the collection.
func v3Place(path string) (root, request string, ok bool) {
	dir, name := filepath.Dir(path), filepath.Base(path)
	if _, is := cutYAML(name, "definition"); is && filepath.Base(dir) == resourcesDir {
		return filepath.Dir(dir), "", true
	}
	if stem, is := cutYAML(name, ".request"); is && stem != "" {
		return dir, name, true
	}
	return "", "", false
}

// cutYAML removes suffix and .yaml or .yml from a file's name.
func cutYAML(name, suffix string) (stem string, ok bool) {
	for _, ext := range []string{".yaml", ".yml"} {
		if n := len(name) - len(suffix+ext); n >= 0 && strings.EqualFold(name[n:], suffix+ext) {
			return name[:n], true
		}
	}
	return "", false
}

// loadV3 reads the collection in the directory root, or one request of it. The error is a *FileError.
func loadV3(file, root, request string) (*Collection, error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, readError(root, nounCollection, err)
	}
	defer dir.Close()
	t := &v3Tree{dir: dir, path: root, single: request}
	made, err := t.collection()
	if err != nil {
		return nil, err
	}
	text := writeJSON(made)
	return parse(&document{file: file, text: text, root: gjson.Parse(text), made: true})
}

// v3Tree reads one directory. Nothing outside of it is read: links and paths that lead out are errors. Links to
// directories are not followed.
type v3Tree struct {
	dir     *os.Root
	path    string // of the directory, for messages
	single  string // the one request that counts; empty for all
	entries int    // of directories, so far
}

// v3Item is a folder or request among its siblings.
type v3Item struct {
	value jsonObject
	order float64 // +Inf when there is none
	name  string
}

// collection gives the v2.1 document.
func (t *v3Tree) collection() (jsonObject, error) {
	if t.single != "" {
		item, err := t.request(".", t.single)
		if err != nil {
			return nil, err
		}
		return jsonObject{{"info", jsonObject{{"name", item.name}, {"schema", schemaV21}}}, {"item", []any{item.value}}}, nil
	}
	folder, found, err := t.folder(".", 1)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, &FileError{File: t.path, Problem: "is a directory without a collection: no *.request.yaml and no " + resourcesDir + "/definition.yaml in it",
			Hint: "give the directory of a collection v3, or the collection's JSON file"}
	}
	info := jsonObject{}
	if id := folder.value.take("id"); id != nil {
		info.add("_postman_id", id[0].value)
	}
	info = append(info, folder.value.take("name")...)
	info = append(info, folder.value.take("description")...)
	info.add("schema", schemaV21)
	info.addOthers(folder.value.take(prefixV3 + "info"))
	return append(jsonObject{{"info", info}}, folder.value...), nil
}

// addOthers adds the members of what a key of this package's own holds: those of an object of v2.1 for which v3 has
// no place. What is there already stays; a value that is no object is kept under its key.
func (o *jsonObject) addOthers(taken jsonObject) {
	for _, t := range taken {
		others, isObject := t.value.(jsonObject)
		if !isObject {
			o.add(t.key, t.value)
			continue
		}
		for _, m := range others {
			if !slices.ContainsFunc(*o, func(own jsonMember) bool { return own.key == m.key }) {
				o.add(m.key, m.value)
			}
		}
	}
}

// folder reads a directory; found is false when there is nothing of a collection in it. depth counts from 1.
func (t *v3Tree) folder(dir string, depth int) (item v3Item, found bool, err error) {
	if depth > maxDepth+1 {
		return item, false, &FileError{File: t.name(dir), Problem: fmt.Sprintf("folders are nested more than %d levels deep", maxDepth), Hint: "give a directory further down"}
	}
	entries, err := fs.ReadDir(t.dir.FS(), dir)
	if err != nil {
		return item, false, t.readError(dir, err)
	}
	if t.entries += len(entries); t.entries > maxTreeFiles {
		return item, false, &FileError{File: t.path, Problem: fmt.Sprintf("is a directory with more than %d files in it", maxTreeFiles), Hint: "give the collection's own directory"}
	}
	var children []v3Item
	for _, entry := range entries {
		name := entry.Name()
		stem, isRequest := cutYAML(name, ".request")
		var child v3Item
		has := true
		switch {
		case entry.IsDir() && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".resources"):
			child, has, err = t.folder(path.Join(dir, name), depth+1)
		case !entry.IsDir() && isRequest && stem != "":
			child, err = t.request(dir, name)
		default:
			continue
		}
		if err != nil {
			return item, false, err
		}
		if has {
			children = append(children, child)
		}
	}
	item, defined, err := t.definition(dir, children)
	return item, defined || len(children) > 0, err
}

// definition reads the metadata of a folder and puts its children in order.
func (t *v3Tree) definition(dir string, children []v3Item) (item v3Item, found bool, err error) {
	resources := path.Join(dir, resourcesDir)
	var f *yamlFile
	var o yamlObject
	for _, name := range []string{"definition.yaml", "definition.yml"} {
		f, o, err = t.yaml(path.Join(resources, name))
		if !errors.Is(err, fs.ErrNotExist) {
			found = true
			break
		}
	}
	if found && err != nil {
		return item, false, err
	}
	if !found {
		f, err = &yamlFile{file: t.name(dir)}, nil
	}
	item = v3Item{name: f.name(o, t.base(dir)), order: f.order(o)}
	item.value.add("name", item.name)
	if err := f.keepTexts(&item.value, o, "id", "description"); err != nil {
		return item, false, err
	}
	item.value.add("item", inOrder(children))
	auth, err := f.auth(o.get("auth"))
	if err != nil {
		return item, false, err
	}
	if auth != nil {
		item.value.add("auth", auth)
	}
	if err := t.addShared(&item.value, f, o, []string{resources, dir, path.Join(resources, "scripts")}, false); err != nil {
		return item, false, err
	}
	read := []string{"$kind", "id", "name", "description", "auth", "scripts", "settings", "variables"}
	return item, found, f.carry(&item.value, o, f.withOrder(o, read)...)
}

// inOrder sorts by the order, what has none last, by name.
func inOrder(items []v3Item) []any {
	slices.SortStableFunc(items, func(a, b v3Item) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)), cmp.Compare(a.name, b.name))
	})
	list := []any{}
	for _, item := range items {
		list = append(list, item.value)
	}
	return list
}

// name gives the name that a file says, which may be empty; without one, that of the file.
func (f *yamlFile) name(o yamlObject, file string) string {
	if n := o.get("name"); isText(n) && !isNull(n) {
		return n.Value
	}
	return file
}

// withOrder adds the sort key to the keys that were read: in v2.1 the place in the list says it. One that is no
// number says nothing of the place, and is kept.
func (f *yamlFile) withOrder(o yamlObject, read []string) []string {
	if !math.IsInf(f.order(o), 1) {
		read = append(slices.Clone(read), "order")
	}
	return read
}

// order gives the sort key.
func (f *yamlFile) order(o yamlObject) float64 {
	order, err := strconv.ParseFloat(f.text(o.get("order")), 64)
	if err != nil || math.IsNaN(order) {
		return math.Inf(1)
	}
	return order
}

// keepTexts adds members that are texts.
func (f *yamlFile) keepTexts(to *jsonObject, o yamlObject, keys ...string) error {
	for _, key := range keys {
		switch n := o.get(key); {
		case isNull(n):
		case isText(n):
			to.add(key, n.Value)
		default:
			value, err := f.json(n)
			if err != nil {
				return err
			}
			to.add(key, value)
		}
	}
	return nil
}

// request reads one request file with its examples and scripts.
func (t *v3Tree) request(dir, name string) (item v3Item, err error) {
	file := path.Join(dir, name)
	stem, _ := cutYAML(name, ".request")
	f, o, err := t.yaml(file)
	if err != nil {
		return item, err
	}
	if o == nil {
		return item, &FileError{File: t.name(file), Problem: "is empty", Hint: "remove it, or write a request: method and url"}
	}
	item = v3Item{name: f.name(o, stem), order: f.order(o)}
	item.value.add("name", item.name)
	if err := f.keepTexts(&item.value, o, "id"); err != nil {
		return item, err
	}
	kind := f.text(o.get("$kind"))
	if kind != "" && kind != kindHTTP && kind != kindGraphQL {
		// Another protocol: it is listed and saved, and cannot be sent.
		return item, f.carry(&item.value, o, f.withOrder(o, []string{"id", "name"})...)
	}
	auth, err := f.auth(o.get("auth"))
	if err != nil {
		return item, err
	}
	request, err := f.request(o, auth)
	if err != nil {
		return item, err
	}
	item.value.add("request", request)
	beside, inside := path.Join(dir, stem+".resources"), path.Join(dir, resourcesDir, stem+".resources")
	bases := []string{dir, beside, path.Join(beside, "scripts"), inside, path.Join(inside, "scripts")}
	if err := t.addShared(&item.value, f, o, bases, kind == kindGraphQL); err != nil {
		return item, err
	}
	examples := []string{path.Join(beside, "examples"), path.Join(inside, "examples")}
	read := v3RequestKeys
	if kind == kindGraphQL {
		read = append(slices.Clone(read), "query", "operationName")
	}
	if n := o.get("examples"); isText(n) && !isNull(n) {
		examples = append(examples, path.Join(dir, n.Value))
		read = append(slices.Clone(read), "examples")
	}
	responses, err := t.examples(examples)
	if err != nil {
		return item, err
	}
	item.value.add("response", responses)
	if err := f.carry(&item.value, o, f.withOrder(o, read)...); err != nil {
		return item, err
	}
	request.addOthers(item.value.take(prefixV3 + "request"))
	item.value.set("request", request)
	return item, nil
}

// addShared adds what a collection, a folder and a request have in common; bases are the directories in which
// script files are looked for.
func (t *v3Tree) addShared(to *jsonObject, f *yamlFile, o yamlObject, bases []string, graphQL bool) error {
	events, err := t.events(f, o.get("scripts"), bases, graphQL)
	if err != nil {
		return err
	}
	if len(events) > 0 {
		to.add("event", events)
	}
	if n := o.get("variables"); !isNull(n) && !graphQL {
		variables, err := f.pairsOnly(n, "variables")
		if err != nil {
			return err
		}
		to.add("variable", variables)
	}
	behaviour, err := f.settings(o.get("settings"))
	if behaviour != nil {
		to.add("protocolProfileBehavior", behaviour)
	}
	return err
}

// v3Moments are the script types that have a name in v2.1.
var v3Moments = map[string]string{
	"beforeRequest": "prerequest", "prerequest": "prerequest", "http:beforeRequest": "prerequest",
	"afterResponse": "test", "test": "test", "http:afterResponse": "test",
}

// events reads scripts: a list of {type, code or path}. Several of one type run in order. A type for another
// protocol keeps its name, so that it never runs.
func (t *v3Tree) events(f *yamlFile, n *yaml.Node, bases []string, graphQL bool) ([]any, error) {
	if isNull(n) {
		return nil, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, f.wrongKind(n, "scripts", "a list of {type, code}")
	}
	var events []any
	for i, element := range n.Content {
		o, err := f.object(resolved(element), numbered("scripts", i+1))
		if err != nil {
			return nil, err
		}
		code := f.text(o.get("code"))
		if place := o.get("path"); isNull(o.get("code")) && !isNull(place) {
			if code, err = t.script(f, place, bases); err != nil {
				return nil, err
			}
		}
		listen := f.text(o.get("type"))
		if graphQL && (listen == "beforeQuery" || listen == "graphql:beforeQuery") {
			listen = "prerequest"
		} else if graphQL && listen == "graphql:afterResponse" {
			listen = "test"
		} else if moment := v3Moments[listen]; moment != "" {
			listen = moment
		}
		script := jsonObject{{"type", cmp.Or(f.text(o.get("language")), "text/javascript")}, {"exec", texts(strings.Split(code, "\n"))}}
		if err := f.carry(&script, o, "type", "code", "path", "language", "disabled"); err != nil {
			return nil, err
		}
		others := script.take(prefixV3 + "event")
		event := jsonObject{{"listen", listen}, {"script", script}}
		if n := o.get("disabled"); !isNull(n) {
			event.add("disabled", f.flag(n))
		}
		event.addOthers(others)
		events = append(events, event)
	}
	return events, nil
}

// script reads a script file. Its path starts at the file that names it, or at the place for its scripts.
func (t *v3Tree) script(f *yamlFile, n *yaml.Node, bases []string) (string, error) {
	const hint = "write a path inside the collection, or the script itself as code:"
	place := f.text(n)
	if place == "" || path.IsAbs(place) || filepath.IsAbs(place) || filepath.VolumeName(place) != "" {
		return "", f.errorAt(n, fmt.Sprintf("the script's path %.200q is not relative", place), hint)
	}
	for _, base := range bases {
		file := path.Join(base, place)
		if !filepath.IsLocal(filepath.FromSlash(file)) {
			continue
		}
		data, err := t.read(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return "", err
		}
		text, err := decodeText(data)
		if err != nil || !utf8.Valid(text) {
			return "", &FileError{File: t.name(file), Problem: "is not a text in UTF-8", Hint: "save the script as UTF-8", Err: err}
		}
		return string(text), nil
	}
	return "", f.errorAt(n, fmt.Sprintf("there is no script file %.200q in the collection", place), hint)
}

// examples reads the saved examples in directories that may not be there.
func (t *v3Tree) examples(dirs []string) ([]any, error) {
	var found []v3Item
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		if !filepath.IsLocal(filepath.FromSlash(dir)) {
			continue
		}
		entries, err := fs.ReadDir(t.dir.FS(), dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, t.readError(dir, err)
		}
		for _, entry := range entries {
			stem, is := cutYAML(entry.Name(), ".example")
			if !is || entry.IsDir() {
				continue
			}
			f, o, err := t.yaml(path.Join(dir, entry.Name()))
			if err != nil {
				return nil, err
			}
			example, err := f.example(o, stem)
			if err != nil {
				return nil, err
			}
			found = append(found, v3Item{value: example, order: f.order(o), name: stem})
		}
	}
	return inOrder(found), nil
}

// name gives the path of a file of the tree, for messages.
func (t *v3Tree) name(file string) string { return filepath.Join(t.path, filepath.FromSlash(file)) }

// base gives the name of a directory of the tree.
func (t *v3Tree) base(dir string) string {
	if dir != "." {
		return path.Base(dir)
	}
	if abs, err := filepath.Abs(t.path); err == nil {
		return filepath.Base(abs)
	}
	return filepath.Base(t.path)
}

func (t *v3Tree) yaml(file string) (*yamlFile, yamlObject, error) {
	data, err := t.read(file)
	if err != nil {
		return nil, nil, err
	}
	return parseYAML(t.name(file), data)
}

// read reads a file of the tree. A missing one is fs.ErrNotExist.
func (t *v3Tree) read(file string) ([]byte, error) {
	info, err := t.dir.Stat(filepath.FromSlash(file))
	if err != nil {
		return nil, t.readError(file, err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, &FileError{File: t.name(file), Problem: "is not a regular file", Hint: "put the file itself there"}
	case info.Size() > maxFileSize:
		return nil, &FileError{File: t.name(file), Problem: fmt.Sprintf("is larger than %d MiB", maxFileSize>>20), Hint: "make it smaller"}
	}
	data, err := t.dir.ReadFile(filepath.FromSlash(file))
	if err != nil {
		return nil, t.readError(file, err)
	}
	return data, nil
}

func (t *v3Tree) readError(file string, err error) error {
	if info, linkErr := t.dir.Lstat(filepath.FromSlash(file)); linkErr == nil && info.Mode()&fs.ModeSymlink != 0 {
		return &FileError{File: t.name(file), Problem: "is a link that leads out of the collection, or nowhere", Hint: "put the file itself there", Err: err}
	}
	return readError(t.name(file), nounCollection, err)
}

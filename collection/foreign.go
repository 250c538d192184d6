package collection

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// What a user may hand over in place of a collection or an environment. Each is recognised so that the
// message can say what the file is.

// foreign is a kind of file that Parse or ParseEnvironment does not take.
type foreign struct {
	what           string // completes "the file is ..."
	forCollection  string // what to do when a collection was wanted; empty: export one
	forEnvironment string // what to do when an environment was wanted; empty: export one
}

const (
	exportCollection  = "export the collection from Postman as Collection v2.1 (JSON)"
	exportEnvironment = "export the environment from Postman (JSON with \"values\")"
	convertFirst      = "turn it into one: pmrun convert FILE -t postman-2.1 -o collection.json"
	passAsGlobals     = "pass it with -g/--globals, and give the collection's own file here"
	passAsEnvironment = "pass it with -e/--environment, and give the collection's own file here"
	passAsCollection  = "give it as the collection, and the environment with -e/--environment"
	passTheDirectory  = "give the collection's directory, or its .resources/definition.yaml, or a file named NAME.request.yaml"
	passAsData        = "a list may be a data file: pass that with -d/--data"
)

const (
	nounCollection  = "collection"
	nounEnvironment = "environment"
)

// notA says that a file is something else than what the caller wanted.
func notA(file, noun string, is foreign) error {
	if noun == nounEnvironment {
		return &FileError{File: file, Problem: "is " + is.what + ", not an environment", Hint: cmp.Or(is.forEnvironment, exportEnvironment)}
	}
	return &FileError{File: file, Problem: "is " + is.what + ", not a collection", Hint: cmp.Or(is.forCollection, exportCollection)}
}

// magics are the first bytes of files that are not text.
var magics = []struct{ prefix, what string }{
	{"\xD0\xCF\x11\xE0", "an old Excel workbook (or another Office file)"},
	{"\x1F\x8B", "a gzip archive"},
	{"%PDF", "a PDF"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"\x89PNG", "an image"},
	{"\xFF\xD8\xFF", "an image"},
}

// binaryKind recognises files that are not text by their first bytes; "" when none fits.
func binaryKind(data []byte) string {
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06")) {
		// The names of a workbook's parts stand in clear in the archive's first entries.
		head := data[:min(len(data), 64<<10)]
		if bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("xl/")) {
			return "an Excel workbook (XLSX)"
		}
		return "a ZIP archive"
	}
	for _, m := range magics {
		if bytes.HasPrefix(data, []byte(m.prefix)) {
			return m.what
		}
	}
	return ""
}

var (
	yamlLine      = regexp.MustCompile(`^(---|- |[A-Za-z_$"'][\w$ ."'-]*:(\s|$))`)
	yamlV3        = regexp.MustCompile(`(?m)^\$kind:`)
	yamlOpenAPI   = regexp.MustCompile(`(?m)^(openapi|swagger):`)
	yamlInsomnia  = regexp.MustCompile(`(?m)^type: *collection\.insomnia\.rest`)
	yamlEnvValues = regexp.MustCompile(`(?m)^values:`)
)

// yamlEnvironment is what textKind says of an environment of collection v3.
const yamlEnvironment = "a YAML environment (v3)"

// looksLikeYAML tells a YAML file from JSON and from what textKind knows by other signs.
func looksLikeYAML(text string) bool {
	start := strings.TrimLeft(text, " \t\r\n\uFEFF")
	return !strings.HasPrefix(start, "{") && !strings.HasPrefix(start, "[") && yamlLine.MatchString(firstLine(start)) &&
		!yamlV3.MatchString(start) && !yamlOpenAPI.MatchString(start) && !yamlInsomnia.MatchString(start)
}

// textKind recognises text that is not JSON by its beginning; the zero value when it may be JSON.
func textKind(text string) foreign {
	start := strings.TrimLeft(text, " \t\r\n\uFEFF")
	if start == "" || start[0] == '{' || start[0] == '[' || gjson.Valid(start) {
		return foreign{}
	}
	head := start[:min(len(start), 16<<10)]
	lower := strings.ToLower(head[:min(len(head), 512)])
	switch {
	case strings.HasPrefix(lower, "<!doctype html") || strings.HasPrefix(lower, "<html") || strings.HasPrefix(lower, "<head"):
		return foreign{what: "an HTML page (a login or error page saved in place of the export?)"}
	case strings.HasPrefix(lower, "<"):
		return foreign{what: "an XML file"}
	case yamlV3.MatchString(head):
		return foreign{what: "a piece of a collection v3 (YAML)", forCollection: passTheDirectory, forEnvironment: passAsCollection}
	case yamlOpenAPI.MatchString(head):
		return foreign{what: "an OpenAPI document (YAML)"}
	case yamlInsomnia.MatchString(head):
		return foreign{what: "an Insomnia export (YAML)", forCollection: convertFirst}
	case strings.HasPrefix(lower, "curl "):
		return foreign{what: "a curl command"}
	case yamlLine.MatchString(firstLine(head)) && yamlEnvValues.MatchString(head):
		return foreign{what: yamlEnvironment, forCollection: passAsEnvironment}
	case yamlLine.MatchString(firstLine(head)):
		return foreign{what: "a YAML file"}
	case looksLikeCSV(head):
		return foreign{what: "a CSV file"}
	}
	return foreign{}
}

// firstLine gives the first line that is not blank and not a comment.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimRight(line, "\r\n"); strings.TrimSpace(trimmed) != "" && !strings.HasPrefix(trimmed, "#") {
			return trimmed
		}
	}
	return ""
}

// looksLikeCSV wants the same number of delimiters, at least one, in the first two lines; a single line
// that has blanks is more likely a sentence.
func looksLikeCSV(text string) bool {
	lines := strings.SplitN(strings.TrimRight(text, "\r\n"), "\n", 3)
	for _, delimiter := range []string{",", ";", "\t"} {
		n := strings.Count(lines[0], delimiter)
		if n > 0 && (len(lines) == 1 && !strings.Contains(lines[0], " ") || len(lines) > 1 && strings.Count(lines[1], delimiter) == n) {
			return true
		}
	}
	return false
}

// identify recognises JSON documents that are not what was asked for. It returns the zero value for one
// that it does not know.
func identify(r gjson.Result) foreign {
	if !r.IsObject() {
		return identifyNonObject(r)
	}
	f := fields(r)
	switch {
	case f.get("item").IsArray() || looksLikeInfo(f.get("info")):
		return foreign{what: "a Postman collection", forEnvironment: passAsCollection}
	case textOf(f.get("_postman_variable_scope")) == "globals":
		return foreign{what: "a file of Postman globals", forCollection: passAsGlobals}
	case f.get("values").Exists():
		return foreign{what: "a Postman environment", forCollection: passAsEnvironment}
	case f.get("openapi").Exists(), f.get("swagger").Exists():
		return foreign{what: "an OpenAPI (Swagger) document", forCollection: convertFirst}
	case fields(f.get("log")).get("entries").Exists():
		return foreign{what: "a HAR file (a browser's record of requests)", forCollection: convertFirst}
	case f.get("__export_format").Exists(), strings.HasPrefix(textOf(f.get("type")), "collection.insomnia"):
		return foreign{what: "an Insomnia export", forCollection: convertFirst}
	case isThunderClient(f):
		return foreign{what: "a Thunder Client export", forCollection: "export it from Thunder Client in Postman's format"}
	case f.get("brunoConfig").Exists():
		return foreign{what: "a Bruno export", forCollection: "export it from Bruno as a Postman collection"}
	case isHoppscotch(f):
		return foreign{what: "a Hoppscotch export", forCollection: convertFirst}
	case isV1(f):
		return foreign{what: "a Postman collection v1", forEnvironment: passAsCollection}
	case f.get("collections").IsArray():
		return foreign{what: "a Postman data dump of several collections"}
	case fields(f.get("environment")).get("values").Exists():
		return foreign{what: "a Postman environment", forCollection: passAsEnvironment}
	case fields(f.get("globals")).get("values").Exists():
		return foreign{what: "a file of Postman globals", forCollection: passAsGlobals}
	case f.get("collection").IsObject():
		return identify(f.get("collection"))
	}
	return foreign{}
}

func identifyNonObject(r gjson.Result) foreign {
	if !r.IsArray() {
		return foreign{what: "a JSON file that holds only " + kindOf(r)}
	}
	var first gjson.Result
	r.ForEach(func(_, value gjson.Result) bool {
		first = value
		return false
	})
	f := fields(first)
	switch {
	case isHoppscotch(f):
		return foreign{what: "a Hoppscotch export", forCollection: convertFirst}
	case f.get("key").Exists() && f.get("value").Exists():
		return foreign{what: "a JSON list of variables", forEnvironment: `give each of them a "key"`}
	case f.get("request").Exists() || looksLikeInfo(f.get("info")):
		return foreign{what: "a JSON list"}
	}
	return foreign{what: "a JSON list", forCollection: passAsData, forEnvironment: passAsData}
}

// isHoppscotch: its collections carry a numeric version "v" beside folders and requests.
func isHoppscotch(f object) bool {
	return f.get("v").Exists() && f.get("folders").IsArray() && f.get("requests").IsArray()
}

func isThunderClient(f object) bool {
	return textOf(f.get("client")) == "Thunder Client" || textOf(f.get("clientName")) == "Thunder Client"
}

// looksLikeInfo tells a collection's info from that of an OpenAPI document.
func looksLikeInfo(info gjson.Result) bool {
	f := fields(info)
	return strings.Contains(textOf(f.get("schema")), "collection") || f.get("_postman_id").Exists()
}

// memberNames lists the first keys of an object, for a message; keys are names, not secrets.
func memberNames(r gjson.Result) string {
	const shown = 5
	all := pairs(r)
	if len(all) == 0 {
		return "an empty object"
	}
	var names []string
	for _, p := range all[:min(len(all), shown)] {
		names = append(names, fmt.Sprintf("%.60q", p.key))
	}
	if len(all) > shown {
		names = append(names, "...")
	}
	return "an object with " + strings.Join(names, ", ")
}

package httpfile

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// auth turns an Authorization header that a client computes into Postman's auth.
func (f *file) auth(r *reading) {
	req := r.item.Request
	i := slices.IndexFunc(req.Headers, func(h collection.Header) bool { return !h.Disabled && strings.EqualFold(h.Key, "Authorization") })
	if i < 0 {
		return
	}
	words := strings.Fields(req.Headers[i].Value)
	if len(words) < 2 {
		return
	}
	var auth *convert.DraftAuth
	switch kind := strings.ToLower(words[0]); {
	case kind == "bearer" && len(words) == 2:
		auth = draftAuth("bearer", "token", words[1])
	case kind == "basic" || kind == "digest":
		user, password, ok := strings.Cut(words[1], ":")
		switch {
		case len(words) == 3:
			user, password = words[1], words[2]
		case !ok && kind == "basic" && !strings.Contains(words[1], "{{"):
			plain, err := base64.StdEncoding.DecodeString(words[1])
			if err != nil {
				return
			}
			if user, password, ok = strings.Cut(string(plain), ":"); !ok {
				return
			}
		case !ok:
			return
		}
		auth = draftAuth(kind, "username", user, "password", password)
	case kind == "aws" && len(words) >= 3:
		auth = draftAuth("awsv4", "accessKey", words[1], "secretKey", words[2])
		for _, w := range words[3:] {
			key, value, _ := strings.Cut(w, ":")
			if key == "token" {
				key = "sessionToken"
			}
			auth.Params = append(auth.Params, collection.AuthParam{Key: key, Value: value})
		}
	default:
		return
	}
	req.Auth = auth
	req.Headers = slices.Delete(req.Headers, i, i+1)
}

func draftAuth(kind string, pairs ...string) *convert.DraftAuth {
	a := &convert.DraftAuth{Type: kind}
	for i := 0; i+1 < len(pairs); i += 2 {
		a.Params = append(a.Params, collection.AuthParam{Key: pairs[i], Value: pairs[i+1]})
	}
	return a
}

// body reads what follows the headers: the body, and what is done with the answer.
func (f *file) body(r *reading) {
	var lines []string
	for f.at < len(f.lines) && !f.separator() {
		trimmed := strings.TrimSpace(f.lines[f.at])
		switch {
		case strings.HasPrefix(trimmed, "> {%"):
			f.foreignScript(r, "test", "%}")
			continue
		case strings.HasPrefix(trimmed, ">> "), strings.HasPrefix(trimmed, ">>! "), strings.HasPrefix(trimmed, "<> "):
			f.notes.AddAt(r.item.Name, "file "+strings.TrimSpace(strings.TrimLeft(trimmed, "<>!")), "left out: answers are not kept in files")
		case strings.HasPrefix(trimmed, "> ") && strings.HasSuffix(trimmed, ".js"):
			f.notes.AddAt(r.item.Name, "script "+strings.TrimSpace(trimmed[2:]), "left out: it is in a file of its own")
		case strings.HasPrefix(trimmed, "?? "):
			f.notes.AddAt(r.item.Name, "check", "written as a comment of the test script")
			r.scripts["test"] = append(r.scripts["test"], "// "+trimmed)
		default:
			lines = append(lines, f.lines[f.at])
		}
		f.at++
	}
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return
	}
	req := r.item.Request
	kind, params := contentType(req)
	if req.Method == "GRAPHQL" || takeHeader(req, "X-Request-Type", "graphql") {
		f.graphQL(r, lines)
		return
	}
	if b := params["boundary"]; strings.HasPrefix(kind, "multipart/") && b != "" {
		if kind == "multipart/form-data" && f.multipart(r, lines, b) {
			dropHeader(req, "Content-Type")
			return
		}
		f.notes.AddAt(r.item.Name, "body", "is kept as text: it is no form")
	}
	if src, ok := fileOf(lines[0]); ok && len(lines) == 1 {
		if strings.HasPrefix(strings.TrimSpace(lines[0]), "<@") {
			f.notes.AddAt(r.item.Name, "file "+src, "is sent as it is: Postman fills in no placeholders of a file")
		}
		req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Src: src}}
		return
	}
	for _, l := range lines {
		if src, ok := fileOf(l); ok {
			f.notes.AddAt(r.item.Name, "file "+src, "stays as a line of the body: Postman puts no files into a text")
		}
	}
	text := f.placeholders(strings.Join(lines, "\n"), r.item.Name)
	if kind == "application/x-www-form-urlencoded" {
		if fields, ok := formFields(text); ok {
			req.Body = &convert.DraftBody{Mode: collection.ModeURLEncoded, URLEncoded: fields}
			dropHeader(req, "Content-Type")
			return
		}
	}
	req.Body = convert.RawBody(text, language(kind))
}

var fileLine = regexp.MustCompile(`^\s*<(?:@(?:\w[\w-]*)?)?[ \t]+(\S.*?)\s*$`)

func fileOf(line string) (string, bool) {
	m := fileLine.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return strings.TrimPrefix(m[1], "./"), true
}

func contentType(req *convert.DraftRequest) (string, map[string]string) {
	for _, h := range req.Headers {
		if !h.Disabled && strings.EqualFold(h.Key, "Content-Type") {
			kind, params, err := mime.ParseMediaType(h.Value)
			if err != nil {
				kind, _, _ = strings.Cut(h.Value, ";")
				return strings.ToLower(strings.TrimSpace(kind)), nil
			}
			return kind, params
		}
	}
	return "", nil
}

func takeHeader(req *convert.DraftRequest, name, value string) bool {
	n := len(req.Headers)
	req.Headers = slices.DeleteFunc(req.Headers, func(h collection.Header) bool {
		return strings.EqualFold(h.Key, name) && strings.EqualFold(h.Value, value)
	})
	return len(req.Headers) < n
}

func dropHeader(req *convert.DraftRequest, name string) {
	req.Headers = slices.DeleteFunc(req.Headers, func(h collection.Header) bool { return !h.Disabled && strings.EqualFold(h.Key, name) })
}

func language(kind string) string {
	switch {
	case strings.HasSuffix(kind, "json"):
		return "json"
	case strings.HasSuffix(kind, "xml"):
		return "xml"
	case kind == "text/html":
		return "html"
	case kind == "text/plain":
		return "text"
	}
	return ""
}

// formFields takes an urlencoded body apart; false when its fields would not come out
// the same again.
func formFields(text string) ([]collection.Param, bool) {
	text = strings.ReplaceAll(text, "\n", "")
	var fields []collection.Param
	for pair := range strings.SplitSeq(text, "&") {
		key, value, _ := strings.Cut(pair, "=")
		k, err := url.QueryUnescape(strings.TrimSpace(key))
		if err != nil {
			return nil, false
		}
		v, err := url.QueryUnescape(strings.TrimSpace(value))
		if err != nil {
			return nil, false
		}
		fields = append(fields, collection.Param{Key: k, Value: v, Type: "text"})
	}
	return fields, true
}

// graphQL reads a query and, after an empty line, its variables.
func (f *file) graphQL(r *reading, lines []string) {
	req := r.item.Request
	if req.Method == "GRAPHQL" {
		req.Method = "POST"
	}
	query, variables := strings.Join(lines, "\n"), ""
	for i := len(lines) - 1; i > 0; i-- {
		if strings.TrimSpace(lines[i-1]) == "" && strings.HasPrefix(strings.TrimSpace(lines[i]), "{") {
			query, variables = strings.TrimSpace(strings.Join(lines[:i], "\n")), strings.Join(lines[i:], "\n")
			break
		}
	}
	dropHeader(req, "Content-Type")
	g := &collection.GraphQL{Query: f.placeholders(query, r.item.Name), Variables: f.placeholders(variables, r.item.Name)}
	for i, h := range req.Headers {
		if strings.EqualFold(h.Key, "X-GraphQL-Operation") {
			g.OperationName = h.Value
			req.Headers = slices.Delete(req.Headers, i, i+1)
			break
		}
	}
	req.Body = &convert.DraftBody{Mode: collection.ModeGraphQL, GraphQL: g}
}

// multipart reads the parts of a form; false when it is none.
func (f *file) multipart(r *reading, lines []string, boundary string) bool {
	var params []collection.Param
	i := 0
	for i < len(lines) && strings.TrimSpace(lines[i]) != "--"+boundary {
		if strings.TrimSpace(lines[i]) == "--"+boundary+"--" {
			break
		}
		i++
	}
	for i < len(lines) && strings.TrimSpace(lines[i]) == "--"+boundary {
		i++
		p := collection.Param{Type: "text"}
		fileName := ""
		for ; i < len(lines) && strings.TrimSpace(lines[i]) != ""; i++ {
			name, value, ok := strings.Cut(lines[i], ":")
			value = strings.TrimSpace(value)
			switch {
			case !ok:
				return false
			case strings.EqualFold(strings.TrimSpace(name), "Content-Disposition"):
				p.Key, fileName = dispositionName(value, "name"), dispositionName(value, "filename")
			case strings.EqualFold(strings.TrimSpace(name), "Content-Type"):
				p.ContentType = value
			default:
				f.notes.AddAt(r.item.Name, fmt.Sprintf("field %s, header %s", p.Key, name), "left out")
			}
		}
		i++
		var content []string
		for ; i < len(lines); i++ {
			if t := strings.TrimSpace(lines[i]); t == "--"+boundary || t == "--"+boundary+"--" {
				break
			}
			content = append(content, lines[i])
		}
		for len(content) > 1 && content[len(content)-1] == "" && fileName != "" {
			content = content[:len(content)-1]
		}
		if len(content) == 1 {
			src, ok := fileOf(content[0])
			if ok && fileName == "" {
				text, err := f.textBeside(src)
				if err == nil {
					p.Value = f.placeholders(text, r.item.Name)
					params = append(params, p)
					continue
				}
				f.notes.AddAt(r.item.Name, "field "+p.Key, "is sent with the name of its file")
			}
			if ok {
				p.Type, p.Src = "file", []string{src}
				if base := src[strings.LastIndexAny(src, "/\\")+1:]; fileName != base && fileName != "" {
					p.FileName = fileName
				}
				params = append(params, p)
				continue
			}
		}
		p.Value = f.placeholders(strings.Join(content, "\n"), r.item.Name)
		if fileName != "" {
			f.notes.AddAt(r.item.Name, "field "+p.Key, "is a text: the file "+cmp.Or(fileName, "of it")+" is written out here")
		}
		params = append(params, p)
	}
	if len(params) == 0 {
		return false
	}
	r.item.Request.Body = &convert.DraftBody{Mode: collection.ModeFormData, FormData: params}
	return true
}

// maxText is the largest file, in bytes, whose text becomes a field's value.
const maxText = 4 << 20

// textBeside reads a text that a form has in a file below the directory of its own.
func (f *file) textBeside(src string) (string, error) {
	h, err := f.beside.Open(path.Clean(src))
	if err != nil {
		return "", err
	}
	defer func() { _ = h.Close() }()
	if info, err := h.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxText {
		return "", fmt.Errorf("%s is no file of text: %w", src, err)
	}
	data, err := io.ReadAll(io.LimitReader(h, maxText))
	if err != nil || !utf8.Valid(data) {
		return "", fmt.Errorf("%s is no text in UTF-8: %w", src, err)
	}
	return string(data), nil
}

var dispositionParam = regexp.MustCompile(`(?i)(?:^|;)\s*(name|filename)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))`)

func dispositionName(value, name string) string {
	for _, m := range dispositionParam.FindAllStringSubmatch(value, -1) {
		if strings.EqualFold(m[1], name) {
			return strings.NewReplacer("%22", "\"", "%0D", "\r", "%0A", "\n", "\\\\", "\\", "\\\"", "\"").Replace(cmp.Or(m[2], m[3]))
		}
	}
	return ""
}

var (
	foreignHolder = regexp.MustCompile(`\{\{([^{}\n]+)\}\}`)
	refName       = regexp.MustCompile(`^([A-Za-z_]\w*)\.response\.(body|headers)\.(\S+)$`)
)

// placeholders turns what the clients compute into what Postman does.
func (f *file) placeholders(text, item string) string {
	return foreignHolder.ReplaceAllStringFunc(text, func(m string) string {
		name := strings.TrimSpace(m[2 : len(m)-2])
		words := strings.Fields(strings.TrimPrefix(name, "%"))
		if len(words) == 0 {
			return m
		}
		if ref := refName.FindStringSubmatch(name); ref != nil {
			if f.refs == nil {
				f.refs, f.known = map[string][]string{}, map[string]bool{}
			}
			if !f.known[name] {
				f.known[name] = true
				f.refs[ref[1]] = append(f.refs[ref[1]], name)
			}
			return "{{" + name + "}}"
		}
		if !strings.HasPrefix(words[0], "$") {
			return "{{" + strings.TrimPrefix(name, "%") + "}}"
		}
		if made, exact := dynamicOf(words); made != "" {
			if !exact {
				f.notes.AddAt(item, "variable "+name, "became "+made)
			}
			return "{{" + made + "}}"
		}
		made := strings.TrimPrefix(strings.Join(words, "_"), "$")
		switch words[0] {
		case "$processEnv", "$dotenv":
			made = strings.TrimPrefix(words[len(words)-1], "%")
		}
		if rest, ok := strings.CutPrefix(words[0], "$env."); ok {
			made = rest
		}
		f.notes.AddAt(item, "variable "+name, "became {{"+made+"}}: give it a value")
		return "{{" + made + "}}"
	})
}

func dynamicOf(words []string) (made string, exact bool) {
	// JetBrains has arguments: $random.integer(1, 5).
	name, _, called := strings.Cut(words[0], "(")
	if called {
		made, _ = dynamicOf([]string{name})
		return made, false
	}
	switch words[0] {
	case "$guid", "$uuid", "$random.uuid":
		return "$guid", len(words) == 1
	case "$timestamp":
		return "$timestamp", len(words) == 1
	case "$randomInt":
		return "$randomInt", len(words) == 1
	case "$random.integer":
		return "$randomInt", false
	case "$isoTimestamp":
		return "$isoTimestamp", true
	case "$datetime", "$localDatetime":
		return "$isoTimestamp", len(words) == 2 && words[1] == "iso8601" && words[0] == "$datetime"
	case "$random.email":
		return "$randomEmail", true
	case "$random.alphabetic", "$random.alphanumeric":
		return "$randomAlphaNumeric", false
	}
	return "", false
}

// references makes the requests whose answers others use keep those values.
func (f *file) references() {
	names := make([]string, 0, len(f.refs))
	for name := range f.refs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		item := f.named[name]
		var lines []string
		for _, ref := range f.refs[name] {
			expr := refExpression(refName.FindStringSubmatch(ref))
			if item == nil || expr == "" {
				f.notes.AddAt(name, "placeholder "+ref, "stays as it is: give it a value")
				continue
			}
			quoted, _ := json.Marshal(ref)
			lines = append(lines, fmt.Sprintf("pm.collectionVariables.set(%s, %s);", quoted, expr))
			f.notes.AddAt(item.Name, "placeholder "+ref, "its value is kept by a test script")
		}
		if len(lines) > 0 {
			item.Events = append(item.Events, convert.DraftEvent{Listen: "test", Script: convert.DraftScript{Type: "text/javascript", Exec: lines}})
		}
	}
}

var memberPath = regexp.MustCompile(`^(?:\$\.?)?((?:[A-Za-z_]\w*|\[\d+\])(?:\.[A-Za-z_]\w*|\[\d+\])*)$`)

func refExpression(ref []string) string {
	if ref[2] == "headers" {
		quoted, _ := json.Marshal(ref[3])
		return "pm.response.headers.get(" + string(quoted) + ")"
	}
	if ref[3] == "*" {
		return "pm.response.text()"
	}
	m := memberPath.FindStringSubmatch(ref[3])
	if m == nil {
		return ""
	}
	if strings.HasPrefix(m[1], "[") {
		return "pm.response.json()" + m[1]
	}
	return "pm.response.json()." + m[1]
}

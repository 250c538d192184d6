package mockcrm

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// insert creates a case. Its checks run in the order that the documentation
// of the API suggests; the first that fails is the answer.
func (s *Server) insert(r *http.Request) ([]map[string]string, string, error) {
	f, err := s.open(r)
	if err != nil {
		return nil, "", err
	}
	operation, _ := f.get("operation")
	if err := s.checkOperation(operation); err != nil {
		return nil, "", err
	}
	for _, name := range []string{"case-type", "responsible", "owner", "contact", "description", "status", "priority"} {
		switch v, sent := f.get(name); {
		case !sent:
			return nil, "", refuse(codeBad, "the field %s is required and was not sent", name)
		case v == "":
			return nil, "", refuse(codeBad, "the field %s is required and is empty", name)
		}
	}
	if err := s.checkValues(f); err != nil {
		return nil, "", err
	}
	files, err := checkNames(f, "operation", "case-type", "responsible", "owner", "contact",
		"description", "status", "priority", "form", "solution")
	if err != nil {
		return nil, "", err
	}
	id, err := s.cases.insert(f.stored(), files, s.now())
	if err != nil {
		return nil, "", err
	}
	return []map[string]string{{"wolkvox_id": id}}, "Case created", nil
}

// open does what insert and update have in common: method, token, body.
func (s *Server) open(r *http.Request) (*form, error) {
	if err := s.checkCaller(r); err != nil {
		return nil, err
	}
	return readForm(r)
}

// checkCaller checks method and token. Its messages never show the token.
func (s *Server) checkCaller(r *http.Request) error {
	if r.Method != http.MethodPost {
		return refuse(codeMethod, "method not allowed: this API is consumed with POST only, not %s", show(r.Method))
	}
	tokens := r.Header.Values("Wolkvox-Token")
	switch {
	case len(tokens) == 0:
		return refuse(codeToken, "the token is missing: send the header Wolkvox-Token")
	case len(tokens) > 1:
		return refuse(codeToken, "the token is incorrect: the header Wolkvox-Token was sent %d times", len(tokens))
	}
	if problem := tokenProblem(tokens[0]); problem != "" {
		return refuse(codeToken, "the token is incorrect: the value of the header Wolkvox-Token %s", problem)
	}
	if len(s.tokens) > 0 && !s.tokens[tokens[0]] {
		return refuse(codeToken, "the token is incorrect or expired")
	}
	return nil
}

func (s *Server) checkOperation(v string) error {
	if v == "" {
		return refuse(codeBad, "the field operation is required and was not sent or is empty")
	}
	if s.opts.Operation != "" && v != s.opts.Operation {
		return refuse(codeBad, "the operation %s does not exist: write its exact name", show(v))
	}
	return nil
}

// checkValues checks the values of the fields that were sent.
func (s *Server) checkValues(f *form) error {
	for _, system := range []struct {
		name   string
		values []string
	}{
		{"status", []string{"open", "closed", "on hold", "solved"}},
		{"priority", []string{"low", "normal", "high"}},
	} {
		if v, sent := f.get(system.name); sent && !slices.Contains(system.values, v) {
			return refuse(codeBad, "the field %s has the value %s: system default values must be in English, one of %s",
				system.name, show(v), strings.Join(system.values, ", "))
		}
	}
	for _, name := range []string{"responsible", "owner"} {
		if v, sent := f.get(name); sent && !s.knownUser(v) {
			return refuse(codeBad, "the field %s names a user that does not exist: %s; write user@operation of an existing user", name, show(v))
		}
	}
	if v, sent := f.get("contact"); sent && !s.knownContact(v) {
		return refuse(codeBad, "the field contact names a contact that does not exist: %s; write the e-mail of an existing contact", show(v))
	}
	if v, _ := f.get("form"); v != "" && !isObject(v) {
		return refuse(codeBad, "the field form must be one JSON object, such as {\"Subject\": \"...\"}; it is %s", show(v))
	}
	return nil
}

func (s *Server) knownUser(v string) bool {
	if len(s.users) > 0 {
		return s.users[v]
	}
	_, _, ok := splitAt(v)
	return ok
}

func (s *Server) knownContact(v string) bool {
	if len(s.contacts) > 0 {
		return s.contacts[v]
	}
	_, domain, ok := splitAt(v)
	return ok && strings.Contains(strings.Trim(domain, "."), ".")
}

// splitAt cuts at the only @ of a text without blanks or control characters.
func splitAt(v string) (before, after string, ok bool) {
	before, after, _ = strings.Cut(v, "@")
	odd := strings.ContainsFunc(v, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	return before, after, before != "" && after != "" && !strings.Contains(after, "@") && !odd
}

func isObject(v string) bool {
	return strings.HasPrefix(strings.TrimLeft(v, " \t\r\n"), "{") && json.Valid([]byte(v))
}

// checkNames refuses fields that are unknown, repeated or of the wrong kind,
// and returns the attachments.
func checkNames(f *form, known ...string) ([]File, error) {
	seen := make(map[string]bool, len(f.fields))
	for _, v := range f.fields {
		switch {
		case v.name == "file" && v.value == "": // an attachment that was left out
		case v.name == "file":
			return nil, refuse(codeBad, "the field file was sent as text: attach a file")
		case !slices.Contains(known, v.name):
			return nil, refuse(codeBad, "the field %s is unknown: custom fields travel inside the field form", show(v.name))
		case seen[v.name]:
			return nil, refuse(codeBad, "the field %s was sent more than once", v.name)
		}
		seen[v.name] = true
	}
	var files []File
	for _, u := range f.files {
		switch {
		case u.field == "file":
			files = append(files, u.File)
		case slices.Contains(known, u.field):
			return nil, refuse(codeBad, "the field %s was sent as a file: send it as text", u.field)
		default:
			return nil, refuse(codeBad, "the field %s is unknown: attachments travel in the field file", show(u.field))
		}
	}
	return files, nil
}

// stored are the text fields to keep, without the ones named and without an
// attachment that was left out.
func (f *form) stored(without ...string) []field {
	kept := make([]field, 0, len(f.fields))
	for _, v := range f.fields {
		if v.name != "file" && !slices.Contains(without, v.name) {
			kept = append(kept, v)
		}
	}
	return kept
}

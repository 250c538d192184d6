package mockcrm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// query finds cases by one field. Values match exactly.
func (s *Server) query(r *http.Request) ([]map[string]string, string, error) {
	if err := s.checkCaller(r); err != nil {
		return nil, "", err
	}
	q, err := readQuery(r)
	if err != nil {
		return nil, "", err
	}
	if err := s.checkOperation(q["operation"]); err != nil {
		return nil, "", err
	}
	for _, name := range []string{"field", "value"} {
		if q[name] == "" {
			return nil, "", refuse(codeBad, "%s is required and was not sent or is empty", name)
		}
	}
	rows, err := s.find(q["field"], q["value"])
	if err != nil {
		return nil, "", err
	}
	return rows, fmt.Sprintf("%d records were are found", len(rows)), nil
}

// find looks up by the query API's own field names.
func (s *Server) find(name, value string) ([]map[string]string, error) {
	switch name {
	case "wolkvox-id", "idCase":
		return s.cases.findID(value), nil
	case "idPrefijo":
		return s.cases.findPrefix(value), nil
	case "status", "priority", "description", "solution":
		return s.cases.find(name, value), nil
	case "email contact":
		return s.cases.find("contact", value), nil
	case "type case":
		return s.cases.find("case-type", value), nil
	case "responsible user":
		return s.cases.find("responsible", value), nil
	case "owner user":
		return s.cases.find("owner", value), nil
	}
	return nil, refuse(codeBad, "the field %s cannot be searched: use one of status, priority, email contact, description, "+
		"idCase, idPrefijo, wolkvox-id, type case, responsible user, owner user, solution", show(name))
}

// readQuery reads the JSON body: one object of text values. Names are taken
// exactly; those that the API does not have are refused.
func readQuery(r *http.Request) (map[string]string, error) {
	const want = "the body must be raw JSON with operation, field and value"
	if ct := r.Header.Get("Content-Type"); ct != "" {
		media, _, _ := mime.ParseMediaType(ct)
		if media == "application/x-www-form-urlencoded" || strings.HasPrefix(media, "multipart/") {
			return nil, refuse(codeBad, "%s: it was sent as %s", want, media)
		}
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, err
	case err != nil:
		return nil, refuse(codeBad, "%s: it ended early", want)
	}
	var q map[string]any
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, refuse(codeBad, "%s: %v", want, err)
	}
	texts := make(map[string]string, len(q))
	for _, name := range slices.Sorted(maps.Keys(q)) {
		text, ok := q[name].(string)
		switch {
		case !slices.Contains([]string{"operation", "field", "value"}, name):
			return nil, refuse(codeBad, "%s: it has %s, which is unknown", want, show(name))
		case !ok:
			return nil, refuse(codeBad, "%s: the value of %s must be text", want, name)
		}
		texts[name] = text
	}
	return texts, nil
}

package mockcrm

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

const customBody = "the body must be raw JSON with module and fields"

// customInsert stores one record of a custom module.
func (s *Server) customInsert(r *http.Request) ([]map[string]string, string, error) {
	module, fields, err := s.customRequest(r)
	if err != nil {
		return nil, "", err
	}
	record, err := customRecord(module, fields, "fields")
	if err != nil {
		return nil, "", err
	}
	data, err := s.storeCustom([][]field{record})
	return data, "Record created", err
}

// customInsertMany stores the records of a list, all or none, and answers with an
// entry for each in the order of the list, or with none.
func (s *Server) customInsertMany(r *http.Request) ([]map[string]string, string, error) {
	module, fields, err := s.customRequest(r)
	if err != nil {
		return nil, "", err
	}
	var list []json.RawMessage
	if json.Unmarshal(fields, &list) != nil || len(list) == 0 {
		return nil, "", refuse(codeBad, "fields must be a list of objects, one for each record")
	}
	var records [][]field
	for _, one := range list {
		record, err := customRecord(module, one, "each of fields")
		if err != nil {
			return nil, "", err
		}
		records = append(records, record)
	}
	data, err := s.storeCustom(records)
	if s.opts.NoEntries {
		data = []map[string]string{}
	}
	return data, "Records created", err
}

// customRequest reads the members of the body that both calls have.
func (s *Server) customRequest(r *http.Request) (module string, fields json.RawMessage, err error) {
	if err := s.checkCaller(r); err != nil {
		return "", nil, err
	}
	if ct := r.Header.Get("Content-Type"); strings.HasPrefix(ct, "multipart/") || strings.HasPrefix(ct, "application/x-www-form-urlencoded") {
		return "", nil, refuse(codeBad, "%s: it was sent as a form", customBody)
	}
	text, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", nil, err
	case err != nil:
		return "", nil, refuse(codeBad, "%s: it ended early", customBody)
	}
	var body struct {
		Operation *string         `json:"operation"`
		Module    string          `json:"module"`
		Fields    json.RawMessage `json:"fields"`
	}
	switch err := json.Unmarshal(text, &body); {
	case err != nil:
		return "", nil, refuse(codeBad, "%s: %v", customBody, err)
	case body.Module == "":
		return "", nil, refuse(codeBad, "module is required and was not sent or is empty")
	case body.Operation != nil:
		if err := s.checkOperation(*body.Operation); err != nil {
			return "", nil, err
		}
	}
	return body.Module, body.Fields, nil
}

// customRecord reads one record's fields; values that are not text are kept as
// they are written.
func customRecord(module string, text json.RawMessage, what string) ([]field, error) {
	var values map[string]json.RawMessage
	if json.Unmarshal(text, &values) != nil || len(values) == 0 {
		return nil, refuse(codeBad, "%s must be an object with at least one field", what)
	}
	record := []field{{"module", module}}
	for name, value := range values {
		var t string
		if json.Unmarshal(value, &t) != nil {
			t = string(value)
		}
		record = append(record, field{name, t})
	}
	slices.SortFunc(record[1:], func(a, b field) int { return strings.Compare(a.name, b.name) })
	return record, nil
}

func (s *Server) storeCustom(records [][]field) ([]map[string]string, error) {
	ids, err := s.cases.insertAll(records, nil, s.now())
	var data []map[string]string
	for _, id := range ids {
		data = append(data, map[string]string{"wolkvox_id": id})
	}
	return data, err
}

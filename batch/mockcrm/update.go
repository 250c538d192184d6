package mockcrm

import "net/http"

// update changes the fields that were sent of one case and adds attachments.
func (s *Server) update(r *http.Request) ([]map[string]string, string, error) {
	f, err := s.open(r)
	if err != nil {
		return nil, "", err
	}
	operation, _ := f.get("operation")
	if err := s.checkOperation(operation); err != nil {
		return nil, "", err
	}
	id, _ := f.get("wolkvox-id")
	if id == "" {
		return nil, "", refuse(codeBad, "the field wolkvox-id is required and was not sent or is empty")
	}
	for _, name := range []string{"case-type", "responsible", "status", "priority"} {
		if v, sent := f.get(name); sent && v == "" {
			return nil, "", refuse(codeBad, "the field %s was sent empty: send a value or leave the field out", name)
		}
	}
	if err := s.checkValues(f); err != nil {
		return nil, "", err
	}
	files, err := checkNames(f, "operation", "wolkvox-id", "case-type", "responsible", "status", "priority", "form")
	if err != nil {
		return nil, "", err
	}
	changes := f.stored("operation", "wolkvox-id")
	if len(changes)+len(files) == 0 {
		return nil, "", refuse(codeBad, "nothing to change: send at least one of case-type, responsible, status, priority, form, file")
	}
	if !s.cases.update(id, changes, files) {
		return nil, "", refuse(codeNotFound, "there is no case with the wolkvox-id %s", show(id))
	}
	return []map[string]string{{"wolkvox_id": id}}, "Case updated", nil
}

package collection

import (
	"maps"
	"testing"
)

func TestBehavior(t *testing.T) {
	// The collection, a folder, a folder in it and the request, each with its own.
	document := func(root, folder, inner, item string) string {
		with := func(behavior string) string {
			if behavior == "" {
				return ""
			}
			return `"protocolProfileBehavior": ` + behavior + ", "
		}
		return `{` + with(root) + `"info": {"name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
			"item": [{` + with(folder) + `"name": "F", "item": [{` + with(inner) + `"name": "G", "item": [{` + with(item) + `"name": "R", "request": "http://h/"}]}]}]}`
	}
	tests := []struct {
		name                      string
		root, folder, inner, item string
		prune, encode             bool
		headers                   map[string]bool
	}{
		{"none", "", "", "", "", false, false, nil},
		{"the request's", "", "", "", `{"disableBodyPruning": true}`, true, false, nil},
		{"the folder's", "", `{"disableBodyPruning": true, "disableUrlEncoding": true}`, "", `{"followRedirects": false}`, true, true, nil},
		{"the collection's", `{"disableUrlEncoding": true}`, "", "", "", false, true, nil},
		{"the nearest wins", `{"disableBodyPruning": true}`, `{"disableBodyPruning": true}`, `{"disableBodyPruning": false}`, "", false, false, nil},
		{"headers, whole", `{"disabledSystemHeaders": {"accept": true}}`, "", "", `{"disabledSystemHeaders": {"User-Agent": true, "host": false}}`, false, false, map[string]bool{"user-agent": true}},
		{"odd shapes", `[1]`, `null`, `{"disabledSystemHeaders": ["accept"], "disableBodyPruning": "true"}`, `"x"`, true, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("t.json", []byte(document(tt.root, tt.folder, tt.inner, tt.item)))
			if err != nil {
				t.Fatal(err)
			}
			for item := range c.Requests() {
				b := item.Behavior()
				if b.DisableBodyPruning != tt.prune || b.DisableURLEncoding != tt.encode || !maps.Equal(b.DisabledSystemHeaders, tt.headers) {
					t.Errorf("got %+v", b)
				}
			}
		})
	}
}

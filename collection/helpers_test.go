package collection

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// withItems wraps the JSON of items into a collection.
func withItems(items string) string {
	return `{"info":{"name":"C","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[` + items + `]}`
}

// withRequest wraps the JSON of a request into a collection.
func withRequest(request string) string {
	return withItems(`{"name":"R","request":` + request + `}`)
}

func mustParse(t *testing.T, text string) *Collection {
	t.Helper()
	c, err := Parse("test.json", []byte(text))
	if err != nil {
		t.Fatalf("Parse: %v\n%s", err, text)
	}
	return c
}

// only parses a collection of one request and gives it.
func only(t *testing.T, text string) *Item {
	t.Helper()
	items := slices.Collect(mustParse(t, text).Requests())
	if len(items) != 1 {
		t.Fatalf("got %d requests, want 1:\n%s", len(items), text)
	}
	return items[0]
}

// wantFileError checks that err is a FileError whose message holds all of parts.
func wantFileError(t *testing.T, err error, parts ...string) {
	t.Helper()
	var fileErr *FileError
	if !errors.As(err, &fileErr) {
		t.Fatalf("got %v (%T), want a *FileError with %q", err, err, parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
}

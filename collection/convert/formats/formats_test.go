package formats

import (
	"slices"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

// TestNothingIsDroppedSilently: what a folder says of its requests is noted by every
// format that is none of Postman's, in an order that stays.
func TestNothingIsDroppedSilently(t *testing.T) {
	c, err := collection.Parse("c.json", []byte(`{"info": {"name": "C"}, "item": [{"name": "F", "protocolProfileBehavior": {"tlsPreferServerCiphers": true, "tlsDisabledProtocols": ["TLSv1"]},
		"item": [{"name": "r", "request": {"method": "GET", "url": "http://h.test/a"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range All() {
		if f.Write == nil || slices.Contains([]string{"postman-2.1", "postman-2.0", "postman-3"}, f.Name) {
			continue
		}
		for range 5 {
			var notes convert.Notes
			if _, err := f.Write(c, convert.Options{Scopes: &vars.Scopes{}, Shell: "bash"}, &notes); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			var fields []string
			for _, n := range notes.All() {
				if n.Request == "F/r" && n.Became == "left out" {
					fields = append(fields, n.Field)
				}
			}
			if want := []string{"protocolProfileBehavior tlsDisabledProtocols", "protocolProfileBehavior tlsPreferServerCiphers"}; !slices.Equal(fields, want) {
				t.Errorf("%s: noted %q in %v", f.Name, fields, notes.All())
				break
			}
		}
	}
}

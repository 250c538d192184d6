package postman

import (
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// FuzzWrite: whatever can be read can be written in every version, and read again.
func FuzzWrite(f *testing.F) {
	for seed := range uint64(60) {
		for _, text := range [][]byte{newGenerator(seed).collection(), newGenerator(seed).v1()} {
			if len(text) < 3000 { // small ones are changed faster
				f.Add(text)
			}
		}
	}
	f.Add(inAuth(`{"type": "basic", "basic": [{"key": "a", "value": "\ud83d"}, null, {}]}`))
	f.Add([]byte(`{"item": [{"name": {}, "item": {}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		versionOf(&convert.Input{Path: "fuzz.json", Data: data})
		c, err := collection.Parse("fuzz.json", data)
		if err != nil {
			return
		}
		v20, _ := write(t, V20(), c)
		parse(t, v20)
		files, _ := writeAll(t, V3(), c)
		if _, err := collection.Load(writeTree(t, files)); err != nil {
			t.Errorf("%v\n%s", err, contents(files))
		}
	})
}

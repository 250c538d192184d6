package strictyaml_test

import (
	"testing"

	"github.com/pmrun/pmrun/batch/internal/strictyaml"
)

func TestLines(t *testing.T) {
	lines := strictyaml.NewLines([]byte("# x\nname: a\ndoors:\n  - {width: 1}\n  - &d\n    width: 2\n  - *d\nnotes:\n\n  a: >-\n    b\n"))
	for path, want := range map[string]int{
		"name": 2, "doors": 3, "doors[0]": 4, "doors[0].width": 4, "doors[1].width": 6, "doors[2].width": 6,
		"notes.a": 10, "notes.b": 8, "doors[1].height": 5, "doors[7]": 3, "doors[x]": 3, "name.x": 2, "nothing": 0, "": 0,
	} {
		if got := lines.Of(path); got != want {
			t.Errorf("%q is in line %d, want %d", path, got, want)
		}
	}
	for _, text := range []string{"", "a: [", "# x", "*x"} {
		if got := strictyaml.NewLines([]byte(text)).Of("a"); got != 0 {
			t.Errorf("%q: line %d", text, got)
		}
	}
}

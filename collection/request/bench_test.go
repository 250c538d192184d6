package request

import (
	"fmt"
	"testing"
)

// caseTemplate is the shape of a bulk load: eight fields of a form-data body
// from eight columns, URL and headers the same for every row.
func caseTemplate(t testing.TB) (*Template, []string) {
	params, columns, cells := []obj{}, []string{}, []string{}
	for i := range 8 {
		name := fmt.Sprintf("field-%d", i)
		params, columns = append(params, kv(name, "sample")), append(columns, name)
		cells = append(cells, fmt.Sprintf("the cell of row 4711 in column %d", i))
	}
	o := Options{Columns: columns, ProtectedHeaders: []string{"Token"}, Scopes: scopesOf(t, "environment server=crm.example.com", "secret token=tok-4711")}
	return compile(t, obj{"method": "POST", "url": "https://{{server}}/cases/insert.php", "header": []obj{kv("Token", "{{token}}")}, "body": formData(params...)}, o), cells
}

func TestFillAllocations(t *testing.T) {
	tpl, cells := caseTemplate(t)
	var f Filled
	allocs := testing.AllocsPerRun(100, func() {
		if err := tpl.Fill(&f, cells, 1); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 0 {
		t.Errorf("Fill allocates %v times", allocs)
	}
}

func BenchmarkFill(b *testing.B) {
	tpl, cells := caseTemplate(b)
	var f Filled
	b.ReportAllocs()
	for b.Loop() {
		if err := tpl.Fill(&f, cells, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(f.Length)
}

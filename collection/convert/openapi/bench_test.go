package openapi

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection/convert"
)

// largeDocument makes a document of about size bytes whose schemas refer to each other.
func largeDocument(size int, asJSON bool) []byte {
	var paths, schemas strings.Builder
	for i := 0; paths.Len()+schemas.Len() < size; i++ {
		fmt.Fprintf(&paths, "  /things%d/{id}:\n", i)
		for _, method := range []string{"get", "put", "post", "delete"} {
			fmt.Fprintf(&paths, `    %[1]s:
      tags: [group%[3]d]
      summary: %[1]s thing %[2]d
      operationId: %[1]sThing%[2]d
      description: Does what has to be done with the thing of that number, and says what became of it.
      parameters:
        - name: id
          in: path
          required: true
          description: The number of the thing.
          schema: {type: string, example: a%[2]d}
        - name: limit
          in: query
          description: How many there may be.
          schema: {type: integer, default: 10}
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Thing%[2]d'}
      responses:
        '200':
          description: It is done.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing%[2]d'}
        '404':
          description: There is none of that number.
`, method, i, i%50)
		}
		fmt.Fprintf(&schemas, "    Thing%d:\n      type: object\n      required: [field0]\n      properties:\n", i)
		for j := range 8 {
			fmt.Fprintf(&schemas, "        field%d:\n          type: string\n          description: Field %d of thing %d, as the service keeps it.\n", j, j, i)
		}
		fmt.Fprintf(&schemas, "        next:\n          $ref: '#/components/schemas/Thing%d'\n", i/2)
	}
	data := []byte("openapi: 3.0.3\ninfo:\n  title: Large\n  version: '1'\nservers:\n  - url: https://api.example.com/v1\npaths:\n" +
		paths.String() + "components:\n  schemas:\n" + schemas.String())
	if !asJSON {
		return data
	}
	n, err := parse("large.yaml", data)
	if err != nil {
		panic(err)
	}
	e := &emitter{indent: "  ", left: len(data)}
	if err := e.value(n, 0); err != nil {
		panic(err)
	}
	return e.b.Bytes()
}

// BenchmarkRead reads 50 MB.
func BenchmarkRead(b *testing.B) {
	for _, asJSON := range []bool{true, false} {
		name := map[bool]string{true: "json", false: "yaml"}[asJSON]
		b.Run(name, func(b *testing.B) {
			data := largeDocument(50<<20, asJSON)
			b.SetBytes(int64(len(data)))
			b.ResetTimer()
			for b.Loop() {
				if _, err := read(&convert.Input{Path: "large", Data: data}, &convert.Notes{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

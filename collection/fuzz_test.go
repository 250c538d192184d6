package collection

import (
	"errors"
	"slices"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, tt := range shapes {
		f.Add([]byte(tt.text))
	}
	for _, tt := range foreignTests {
		f.Add([]byte(tt.text))
	}
	for _, tt := range methodTests {
		f.Add([]byte(withRequest(tt.json)))
	}
	for _, tt := range urlTests {
		f.Add([]byte(withRequest(`{"url":` + tt.json + `}`)))
	}
	for _, tt := range headerTests {
		f.Add([]byte(withRequest(`{"header":` + tt.json + `}`)))
	}
	for _, tt := range bodyTests {
		f.Add([]byte(withRequest(`{"body":` + tt.json + `}`)))
	}
	for _, tt := range authShapes {
		f.Add([]byte(withRequest(`{"auth":` + tt.json + `}`)))
		f.Add([]byte(withItems(`{"name":"f","auth":` + tt.json + `,"item":[{}]}`)))
	}
	for _, tt := range variableShapes {
		f.Add([]byte(`{"item":[],"variable":[` + tt.json + `]}`))
		f.Add([]byte(`{"values":[` + tt.json + `]}`))
	}
	for _, tt := range slices.Concat(v1Requests, v1Items) {
		f.Add([]byte(withV1(tt.json)))
	}
	for _, tt := range v1Trees {
		f.Add([]byte(`{"name":"C",` + tt.json + `}`))
	}
	for _, tt := range v21Tests {
		f.Add([]byte(inPlace(tt.place, tt.json)))
	}
	f.Add([]byte(findable))
	f.Add([]byte(zipped(f, "xl/workbook.xml")))
	f.Add([]byte("\xFF\xFE{\x00}\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var fileErr *FileError
		if _, err := ParseEnvironment("fuzz.json", data); err != nil && !errors.As(err, &fileErr) {
			t.Errorf("ParseEnvironment: %v is a %T", err, err)
		}
		c, err := Parse("fuzz.json", data)
		if err != nil {
			if !errors.As(err, &fileErr) || fileErr.Problem == "" {
				t.Errorf("Parse: %v is a %T", err, err)
			}
			return
		}
		c.Variables()
		for item := range c.Requests() {
			checkAnswers(t, item)
			if _, err := c.Find(item.Name); err != nil && err.Error() == "" {
				t.Error("Find gave an error without text")
			}
		}
		checkSaved(t, c)
		// What Bytes gives is the same collection.
		again, err := Parse("fuzz.json", c.Bytes())
		if err != nil {
			t.Fatalf("the bytes of a collection do not parse: %v", err)
		}
		if again.Raw.Raw != c.Raw.Raw || again.Name != c.Name || len(again.Items) != len(c.Items) {
			t.Error("the bytes of a collection are another collection")
		}
	})
}

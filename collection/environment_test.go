package collection

import (
	"slices"
	"testing"
)

func TestParseEnvironment(t *testing.T) {
	tests := []struct {
		name, text string
		want       Environment
	}{
		{"export", `{"id":"i","name":"Prod","values":[{"key":"a","value":"1","type":"default","enabled":true},{"key":"b","value":"2","type":"secret","enabled":false}],"_postman_variable_scope":"environment"}`,
			Environment{Name: "Prod", ID: "i", Variables: []Variable{{Key: "a", Value: "1", Type: "default"}, {Key: "b", Value: "2", Type: "secret", Disabled: true}}}},
		{"BOM", "\xEF\xBB\xBF" + `{"values":[{"key":"a","value":"1"}]}`, Environment{Variables: []Variable{{Key: "a", Value: "1"}}}},
		{"globals", `{"name":"Globals","values":[{"key":"a","value":1}],"_postman_variable_scope":"globals"}`, Environment{Name: "Globals", Variables: []Variable{{Key: "a", Value: "1"}}}},
		{"API answer", `{"environment":{"uid":"u","name":"x","values":[{"key":"a"}]}}`, Environment{Name: "x", ID: "u", Variables: []Variable{{Key: "a"}}}},
		{"globals answer", `{"globals":{"values":[{"key":"a"}]}}`, Environment{Variables: []Variable{{Key: "a"}}}},
		{"repeated keys", `{"values":[{"key":"a","value":"1"},{"key":"a","value":"2"},{"key":"a","value":"3","enabled":false}]}`,
			Environment{Variables: []Variable{{Key: "a", Value: "1"}, {Key: "a", Value: "2"}, {Key: "a", Value: "3", Disabled: true}}}},
		{"bare list", `[{"key":"a","value":"1"},{"key":"b","value":"2","enabled":false}]`, Environment{Variables: []Variable{{Key: "a", Value: "1"}, {Key: "b", Value: "2", Disabled: true}}}},
		{"empty list", `[]`, Environment{}},
		{"null values", `{"name":null,"values":null}`, Environment{}},
		{"null entries", `{"values":[null,{"key":"a"},null]}`, Environment{Variables: []Variable{{Key: "a"}}}},
	}
	for _, tt := range variableShapes {
		tests = append(tests, struct {
			name, text string
			want       Environment
		}{tt.json, `{"values":[` + tt.json + `]}`, Environment{Variables: []Variable{tt.want}}})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseEnvironment("env.json", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if got.File != "env.json" || got.Name != tt.want.Name || got.ID != tt.want.ID || !slices.Equal(got.Variables, tt.want.Variables) {
				t.Errorf("got %+v, want %+v", *got, tt.want)
			}
		})
	}
}

func TestParseEnvironmentBroken(t *testing.T) {
	for text, want := range map[string]string{
		`{"values":{"a":"secret"}}`:               `"values" is an object; expected a list`,
		`[{"key":"a"},{"name":"b"}]`:              `is a JSON list`,
		`["secret"]`:                              `is a JSON list`,
		`{"values":"secret"}`:                     `"values" is a string`,
		"{\"values\":[{\"key\":\"a\"},\n\"x\"]}":  `env.json:2:1: environment: variable 2 is a string`,
		`{"values":[5]}`:                          `variable 1 is a number`,
		`{"environment":{"name":"x"}}`:            `without "values"`,
		`{"environment":{"values":[["secret"]]}}`: `variable 1 is a list`,
	} {
		_, err := ParseEnvironment("env.json", []byte(text))
		wantFileError(t, err, want)
	}
}

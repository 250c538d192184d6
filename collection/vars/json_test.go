package vars

import (
	"encoding/json"
	"slices"
	"testing"
)

// jsonCases are texts that are JSON. The fuzz test is seeded from them too.
func jsonCases() []expandCase {
	return []expandCase{
		{"column in a string", nil, []string{"c"}, `{"a":"{{c}}"}`, Segments{lit(`{"a":"`), col("c", 0, JSONString), lit(`"}`)}},
		{"column as a value", nil, []string{"c"}, `{"a":{{c}}}`, Segments{lit(`{"a":`), col("c", 0, JSONValue), lit(`}`)}},
		{"column in a key", nil, []string{"c"}, `{"{{c}}":1}`, Segments{lit(`{"`), col("c", 0, JSONString), lit(`":1}`)}},
		{"column after an escaped quote", nil, []string{"c"}, `{"a":"say \"{{c}}\""}`, Segments{lit(`{"a":"say \"`), col("c", 0, JSONString), lit(`\""}`)}},
		{"column after an escaped backslash", nil, []string{"c"}, `{"a":"C:\\{{c}}"}`, Segments{lit(`{"a":"C:\\`), col("c", 0, JSONString), lit(`"}`)}},
		{"column after a string that ends in a backslash", nil, []string{"c"}, `["\\",{{c}}]`, Segments{lit(`["\\",`), col("c", 0, JSONValue), lit(`]`)}},
		{"two columns", nil, []string{"c", "d"}, `["{{c}}",{{d}},"<<c>>"]`, Segments{lit(`["`), col("c", 0, JSONString), lit(`",`), col("d", 1, JSONValue), lit(`,"`), col("c", 0, JSONString), lit(`"]`)}},
		{"dynamic", nil, nil, `["{{$guid}}",{{$timestamp}}]`, Segments{lit(`["`), dyn("$guid", 1, JSONString), lit(`",`), dyn("$timestamp", 2, JSONValue), lit(`]`)}},

		{"constant in a string", []string{`environment v=a"b\c`}, nil, `["{{v}}"]`, Segments{lit(`["a\"b\\c"]`)}},
		{"constant with a line break", []string{"environment v=a\nb\t\x01"}, nil, `["{{v}}"]`, Segments{lit(`["a\nb\t\u0001"]`)}},
		{"constant as a value", []string{`environment v={"x":"y"}`}, nil, `[{{v}}]`, Segments{lit(`[{"x":"y"}]`)}},
		{"column after a constant with quotes", []string{`environment v=a"b`}, []string{"c"}, `["{{v}}","{{c}}",{{c}}]`, Segments{lit(`["a\"b","`), col("c", 0, JSONString), lit(`",`), col("c", 0, JSONValue), lit(`]`)}},
		{"column after a value with quotes", []string{`environment v={"x":"y"}`}, []string{"c"}, `[{{v}},"{{c}}"]`, Segments{lit(`[{"x":"y"},"`), col("c", 0, JSONString), lit(`"]`)}},

		{"nested constant is escaped once", []string{`environment v=a"{{w}}`, `environment w=b"c`}, nil, `["{{v}}"]`, Segments{lit(`["a\"b\"c"]`)}},
		{"nested column in a string", []string{`environment v={"x":{{c}}}`}, []string{"c"}, `["{{v}}"]`, Segments{lit(`["{\"x\":`), col("c", 0, JSONString), lit(`}"]`)}},
		{"nested column in a value's string", []string{`environment v={"x":"{{c}}"}`}, []string{"c"}, `[{{v}}]`, Segments{lit(`[{"x":"`), col("c", 0, JSONString), lit(`"}]`)}},
		{"nested column as a value's value", []string{`environment v={"x":{{c}}}`}, []string{"c"}, `[{{v}}]`, Segments{lit(`[{"x":`), col("c", 0, JSONValue), lit(`}]`)}},
		{"name made of a placeholder", []string{"environment n=1", `environment v1=a"b`}, nil, `["{{v{{n}}}}"]`, Segments{lit(`["a\"b"]`)}},

		{"secret in a string", []string{`secret s=a"b`}, nil, `["{{s}}"]`, Segments{lit(`["`), hidden(`a\"b`), lit(`"]`)}},
		{"secret as a value", []string{`secret s={"x":1}`}, nil, `[{{s}}]`, Segments{lit(`[`), hidden(`{"x":1}`), lit(`]`)}},
		{"column after a secret that opens a string", []string{`secret s={"x":"`}, []string{"c"}, `{{s}}{{c}}"}`, Segments{hidden(`{"x":"`), col("c", 0, JSONString), lit(`"}`)}},
		{"secret and column in one value in a string", []string{`secret s="{{c}}"`}, []string{"c"}, `["{{s}}"]`, Segments{lit(`["`), hidden(`\"`), col("c", 0, JSONString), hidden(`\"`), lit(`"]`)}},
		{"secret in a nested constant in a string", []string{`environment v="{{s}}"`, `secret s=a"b`}, nil, `["{{v}}"]`, Segments{lit(`["\"`), hidden(`a\"b`), lit(`\""]`)}},
	}
}

func TestExpandJSON(t *testing.T) {
	for _, tt := range jsonCases() {
		t.Run(tt.name, func(t *testing.T) {
			got, err := scopesOf(t, tt.vars...).Expand(tt.text, Options{Column: columns(tt.columns...), JSON: true})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(merged(got), tt.want) {
				t.Errorf("%s gave\n%+v, want\n%+v", tt.text, merged(got), tt.want)
			}
		})
	}
}

// A backslash before a placeholder would pair with the escape of the value's
// first character: a cell `","admin":"1` would then add a member.
func TestBackslashBeforePlaceholder(t *testing.T) {
	s := scopesOf(t, "environment v=n")
	for _, text := range []string{`{"a":"\{{c}}"}`, `{"a":"\\\{{c}}"}`, `{"a":"\{{v}}"}`} {
		_, err := s.Expand(text, Options{Column: columns("c"), JSON: true})
		wantError(t, err, "backslash", "right before {{")
	}
	for _, text := range []string{`{"a":"\\{{c}}"}`, `{"a":"\n{{c}}"}`, `["\\\\{{v}}"]`} {
		if _, err := s.Expand(text, Options{Column: columns("c"), JSON: true}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := s.Expand(`\{{c}}`, Options{Column: columns("c")}); err != nil {
		t.Errorf("a text that is not JSON: %v", err)
	}
}

func TestEscapeJSON(t *testing.T) {
	tests := map[string]string{
		"":                         "",
		"plain é 漢 😀":              "plain é 漢 😀",
		`"`:                        `\"`,
		`\`:                        `\\`,
		"a\nb\rc\td":               `a\nb\rc\td`,
		"\x00\x1f\x7f":             `\u0000\u001f` + "\x7f",
		`x"y\z`:                    `x\"y\\z`,
		"<>&":                      "<>&",
		"{{a}}":                    "{{a}}",
		"\u2028 line separator":    "\u2028 line separator",
		"ends with a backslash \\": `ends with a backslash \\`,
	}
	for text, want := range tests {
		got := EscapeJSON(text)
		if got != want {
			t.Errorf("EscapeJSON(%q) = %s, want %s", text, got, want)
		}
		var back string
		if err := json.Unmarshal([]byte(`"`+got+`"`), &back); err != nil || back != text {
			t.Errorf("%s reads back as %q, %v", got, back, err)
		}
		if appended := string(AppendJSON([]byte("x"), text)); appended != "x"+want {
			t.Errorf("AppendJSON gave %s", appended)
		}
	}
}

func TestValidJSON(t *testing.T) {
	tests := map[string]bool{"1": true, `"a"`: true, "{}": true, " null ": true, "": false, "abc": false, "{} {}": false, "{'a':1}": false}
	for text, want := range tests {
		if got := ValidJSON(text); got != want {
			t.Errorf("ValidJSON(%q) = %t", text, got)
		}
	}
}

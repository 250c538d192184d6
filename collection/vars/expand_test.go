package vars

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// expandCase is one text and what becomes of it. The fuzz test is seeded from
// these cases.
type expandCase struct {
	name    string
	vars    []string // see scopesOf
	columns []string
	text    string
	want    Segments
}

func expandCases() []expandCase {
	return []expandCase{
		{"no placeholder", nil, nil, "a {b} <c> }} {{ >> <<", Segments{lit("a {b} <c> }} {{ >> <<")}},
		{"empty text", nil, nil, "", nil},
		{"both spellings", []string{"environment a=1", "environment b=2"}, nil, "{{a}}-<<b>>", Segments{lit("1-2")}},
		{"empty braces are text", nil, nil, "{{}} <<>>", Segments{lit("{{}} <<>>")}},
		{"a lone brace at either side", []string{"environment a=1"}, nil, "{{{a}}}", Segments{lit("{1}")}},
		{"blanks belong to the name", []string{"environment  a =1"}, nil, "{{ a }}", Segments{lit("1")}},
		{"names keep their case", []string{"environment A=1", "environment a=2"}, nil, "{{A}}{{a}}", Segments{lit("12")}},
		{"an empty value is a value", []string{"environment a="}, nil, "[{{a}}]", Segments{lit("[]")}},
		{"a line break ends the other spelling", nil, nil, "1 <<2\n3>> 4", Segments{lit("1 <<2\n3>> 4")}},

		{"nested value", []string{"environment a=x{{b}}z", "environment b=<<c>>", "environment c=y"}, nil, "{{a}}", Segments{lit("xyz")}},
		{"nested value with a column", []string{"environment a=x{{c}}z"}, []string{"c"}, "{{a}}", Segments{lit("x"), col("c", 0, Plain), lit("z")}},
		{"name made of a placeholder", []string{"environment who=b", "environment b=1"}, nil, "{{{{who}}}}", Segments{lit("1")}},
		{"name made in part", []string{"environment n=1", "environment host1=h"}, nil, "{{host{{n}}}}", Segments{lit("h")}},
		{"name made in part, mixed spellings", []string{"environment n=1", "environment host1=h"}, nil, "<<host{{n}}>>", Segments{lit("h")}},
		{"name of a column made of a placeholder", []string{"environment n=1"}, []string{"c1"}, "{{c{{n}}}}", Segments{col("c1", 0, Plain)}},
		{"the same variable twice is no circle", []string{"environment a={{b}}{{b}}", "environment b=1"}, nil, "{{a}}{{a}}", Segments{lit("1111")}},

		{"local before row", []string{"local a=1"}, []string{"a"}, "{{a}}", Segments{lit("1")}},
		{"row before environment", []string{"environment a=1"}, []string{"a"}, "{{a}}", Segments{col("a", 0, Plain)}},
		{"environment before collection", []string{"collection a=2", "environment a=1"}, nil, "{{a}}", Segments{lit("1")}},
		{"collection before globals", []string{"globals a=2", "collection a=1"}, nil, "{{a}}", Segments{lit("1")}},
		{"globals before dynamic", []string{"globals $guid=mine"}, nil, "{{$guid}}", Segments{lit("mine")}},
		{"a column named like a dynamic variable", nil, []string{"$guid"}, "{{$guid}}", Segments{col("$guid", 0, Plain)}},
		{"dynamic variables are numbered", nil, nil, "{{$guid}} {{$randomInt}} {{$guid}}", Segments{dyn("$guid", 1, Plain), lit(" "), dyn("$randomInt", 2, Plain), lit(" "), dyn("$guid", 3, Plain)}},
		{"a dynamic variable in a value, twice", []string{"environment id={{$guid}}"}, nil, "{{id}}{{id}}", Segments{dyn("$guid", 1, Plain), dyn("$guid", 2, Plain)}},

		{"a column stays a slot", []string{"environment secret=s"}, []string{"a"}, "x {{a}} y", Segments{lit("x "), col("a", 0, Plain), lit(" y")}},
		{"second column", nil, []string{"a", "b c"}, "{{b c}}", Segments{col("b c", 1, Plain)}},
		{"a column is no part of a name", nil, []string{"a"}, "{{a}}}}", Segments{col("a", 0, Plain), lit("}}")}},

		{"secret", []string{"secret t=abc"}, nil, "Bearer {{t}}.", Segments{lit("Bearer "), hidden("abc"), lit(".")}},
		{"secret around a column", []string{"secret t=a{{c}}b"}, []string{"c"}, "{{t}}", Segments{hidden("a"), col("c", 0, Plain), hidden("b")}},
		{"secret in a plain variable", []string{"environment h=Bearer {{t}}", "secret t=abc"}, nil, "{{h}}", Segments{lit("Bearer "), hidden("abc")}},
		{"a plain variable in a secret", []string{"secret t=a{{p}}", "environment p=b"}, nil, "{{t}}", Segments{hidden("ab")}},
		{"a secret that looks like structure", []string{"secret t={\"{>"}, nil, "{{t}}", Segments{hidden("{\"{>")}},
	}
}

func TestExpand(t *testing.T) {
	for _, tt := range expandCases() {
		t.Run(tt.name, func(t *testing.T) {
			got, err := scopesOf(t, tt.vars...).Expand(tt.text, Options{Column: columns(tt.columns...)})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(merged(got), tt.want) {
				t.Errorf("%q gave\n%+v, want\n%+v", tt.text, merged(got), tt.want)
			}
		})
	}
}

func TestExpandErrors(t *testing.T) {
	tests := []struct {
		name    string
		vars    []string
		columns []string
		text    string
		is      func(error) bool // nil for any error
		parts   []string
	}{
		{"unresolved", nil, nil, "a {{b}}", isUnresolved, []string{"{{b}} has no value"}},
		{"unresolved in the other spelling", nil, nil, "a <<b>>", isUnresolved, []string{"{{b}} has no value"}},
		{"unresolved in a value", []string{"environment a={{b}}"}, nil, "{{a}}", isUnresolved, []string{"{{b}}"}},
		{"unresolved, of other case", []string{"environment a=1"}, nil, "{{A}}", isUnresolved, []string{"{{A}}"}},
		{"unresolved dynamic", nil, nil, "{{$randomCyti}}", isUnresolved, []string{"{{$randomCyti}}", "did you mean {{$randomCity}}"}},
		{"unresolved dynamic of a family", nil, nil, "{{$email}}", isUnresolved, []string{"{{$randomEmail}} or {{$randomExampleEmail}}"}},
		{"unresolved dynamic, nothing near", nil, nil, "{{$quux}}", isUnresolved, []string{"such as {{$guid}}"}},
		{"a made-up name without a value", []string{"environment n=1"}, nil, "{{host{{n}}}}", isUnresolved, []string{"{{host1}}"}},

		{"self reference", []string{"environment a=x{{a}}"}, nil, "{{a}}", isCircle, []string{"circle: a -> a"}},
		{"circle", []string{"environment a={{b}}", "collection b=<<c>>", "globals c={{a}}"}, nil, "{{a}}", isCircle, []string{"circle: a -> b -> c -> a"}},
		{"circle further in", []string{"environment x={{a}}", "environment a={{b}}", "environment b={{a}}"}, nil, "{{x}}", isCircle, []string{"x -> a -> b -> a"}},

		{"name from a column", nil, []string{"c"}, "{{x{{c}}}}", nil, []string{"{{x...}}", "depends on a cell or a secret"}},
		{"name from a column, other spelling", nil, []string{"c"}, "<<x<<c>>>>", nil, []string{"{{x...}}", "depends on a cell or a secret"}},
		{"name from a secret", []string{"secret s=abc"}, nil, "{{x{{s}}}}", nil, []string{"{{x...}}", "depends on a cell or a secret"}},
		{"name from a column, in a secret", []string{"secret s={{x{{c}}}}"}, []string{"c"}, "{{s}}", nil, []string{"depends on a cell or a secret"}},
		{"placeholder made with a secret", []string{"secret s={x}}", "environment x=1"}, nil, "{{{s}}", nil, []string{"secret variable makes a placeholder"}},

		{"NUL in the text", nil, nil, "a\x000\x00", nil, []string{"NUL"}},
		{"NUL in a value", []string{"environment a=\x000\x00"}, nil, "{{a}}", nil, []string{`variable "a"`, "NUL"}},
		{"too deep", []string{"environment a=a"}, nil, strings.Repeat("{{", 30) + "a" + strings.Repeat("}}", 30), nil, []string{"nested more than 20 deep"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := scopesOf(t, tt.vars...).Expand(tt.text, Options{Column: columns(tt.columns...)})
			wantError(t, err, tt.parts...)
			if got != nil {
				t.Errorf("segments beside the error: %+v", got)
			}
			if tt.is != nil && !tt.is(err) {
				t.Errorf("the error is a %T", err)
			}
		})
	}
}

func TestExpandErrorsKeepSecrets(t *testing.T) {
	const token = "tok-4711"
	s := scopesOf(t, "secret s="+token, "environment x=1")
	for _, text := range []string{"{{x{{s}}}}", "<<{{s}}>>", "{{ {{s}} }}"} {
		_, err := s.Expand(text, Options{})
		wantError(t, err)
		if strings.Contains(err.Error(), token) {
			t.Errorf("%q: the error %q shows the secret", text, err)
		}
	}
}

func TestForbiddenColumn(t *testing.T) {
	o := Options{Forbidden: func(name string) string {
		if name == "host" {
			return "not here"
		}
		return ""
	}}
	_, err := scopesOf(t).Expand("{{host}}", o)
	wantError(t, err, "{{host}} has no value: not here")
	_, err = scopesOf(t).Expand("{{other}}", o)
	if err == nil || strings.Contains(err.Error(), "not here") {
		t.Errorf("got %v", err)
	}
	segs, err := scopesOf(t, "environment host=h").Expand("{{host}}", o)
	if text, _ := segs.Constant(); err != nil || text != "h" {
		t.Errorf("got %q, %v: a variable of the environment is allowed", text, err)
	}
}

func TestUnresolvedNearest(t *testing.T) {
	err := &UnresolvedError{Name: "tokn", Nearest: "token"}
	wantError(t, err, "{{tokn}} has no value; did you mean {{token}}?")
}

// Each variable names the one before it ten times: written out, the text would
// have 10^40 characters.
func TestExpandIsBounded(t *testing.T) {
	lines := []string{"environment v0=x"}
	for i := 1; i <= 40; i++ {
		lines = append(lines, fmt.Sprintf("environment v%d=%s", i, strings.Repeat(fmt.Sprintf("{{v%d}}", i-1), 10)))
	}
	_, err := scopesOf(t, lines...).Expand("{{v40}}", Options{})
	wantError(t, err, "64 MiB", "repeat each other")
}

func TestOccurrenceIsShared(t *testing.T) {
	var count int
	for i, want := range []int{1, 2} {
		segs, err := scopesOf(t).Expand("{{$guid}}", Options{Occurrence: &count})
		if err != nil || segs[0].Index != want {
			t.Errorf("text %d: occurrence %+v, error %v; want %d", i, segs, err, want)
		}
	}
}

func TestHasPlaceholder(t *testing.T) {
	tests := map[string]bool{
		"": false, "a": false, "{{}}": false, "<<>>": false, "{a}": false, "{{a": false, "<a>": false, "<<a\n>>": false,
		"{{a}}": true, "<<a>>": true, "x{{{a}}}y": true, "{{ }}": true, "{{{{a}}}}": true, "<<a b>>": true,
	}
	for text, want := range tests {
		if got := HasPlaceholder(text); got != want {
			t.Errorf("HasPlaceholder(%q) = %t", text, got)
		}
	}
}

func TestBlank(t *testing.T) {
	tests := map[string]string{
		"":                  "",
		"a/b?c":             "a/b?c",
		"{{a/b}}/c":         "xxxxxxx/c",
		"<<a&b>>&c":         "xxxxxxx&c",
		"{{x{{a/b}}/y}}/{}": "xxxxxxxxxxxxxx/{}",
		"{{}}/{{é}}":        "{{}}/xxxxxx",
		"{{a}/b}}":          "{{a}/b}}",
	}
	for text, want := range tests {
		if got := Blank(text); got != want {
			t.Errorf("Blank(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSegments(t *testing.T) {
	tests := []struct {
		segs     Segments
		text     string
		constant bool
		secret   bool
	}{
		{nil, "", true, false},
		{Segments{lit("a"), lit("b")}, "ab", true, false},
		{Segments{lit("a"), hidden("b")}, "ab", true, true},
		{Segments{lit("a"), col("c", 0, Plain)}, "", false, false},
		{Segments{dyn("$guid", 1, Plain), hidden("x")}, "", false, true},
	}
	for _, tt := range tests {
		text, constant := tt.segs.Constant()
		if text != tt.text || constant != tt.constant || tt.segs.Secret() != tt.secret {
			t.Errorf("%+v: Constant gave %q, %t; Secret %t", tt.segs, text, constant, tt.segs.Secret())
		}
	}
}

package vars

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	tests := []struct {
		name    string
		secrets []string
		text    string
		want    string
	}{
		{"nothing known", nil, "abcd", "abcd"},
		{"nothing there", []string{"abcd"}, "abc d", "abc d"},
		{"raw, twice", []string{"abcd"}, "xabcdyabcd", "x••••y••••"},
		{"text is the secret", []string{"abcd"}, "abcd", "••••"},
		{"empty text", []string{"abcd"}, "", ""},
		{"other case is other text", []string{"abcd"}, "ABCD", "ABCD"},

		{"three characters are left alone", []string{"abc"}, "abc", "abc"},
		{"three characters are left alone when encoded too", []string{"a b"}, "a%20b a+b", "a%20b a+b"},
		{"four characters", []string{"abcd"}, "abcd", "••••"},
		{"empty and blank secrets", []string{"", "    ", "\n\n\n\n\n"}, "a    b\n\n\n\n\n", "a    b\n\n\n\n\n"},

		{"with blanks around", []string{" abcd\n"}, "[ abcd\n] [abcd]", "[••••] [••••]"},
		{"a longer secret first", []string{"abcd", "abcdefgh"}, "abcdefgh abcd", "•••• ••••"},
		{"a secret inside another one", []string{"cdef", "abcdefgh"}, "abcdefgh cdef", "•••• ••••"},
		{"secrets that overlap", []string{"abcdef", "defghi"}, "<abcdefghi>", "<••••>"},
		{"a chain of overlaps", []string{"abcd", "defg", "ghij"}, "abcdefghij", "••••"},
		{"a secret that overlaps itself", []string{"abab"}, "xababab", "x••••"},
		{"neighbours", []string{"abcd", "efgh"}, "abcdefgh", "••••••••"},
		{"the same secret twice", []string{"abcd", "abcd"}, "abcd", "••••"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := NewMasker(tt.secrets)
			if got := m.Mask(tt.text); got != tt.want {
				t.Errorf("Mask(%q) = %q, want %q", tt.text, got, tt.want)
			}
			if got := string(m.MaskBytes([]byte(tt.text))); got != tt.want {
				t.Errorf("MaskBytes gave %q", got)
			}
			if got := m.Has(tt.text); got != (tt.want != tt.text) {
				t.Errorf("Has gave %t", got)
			}
		})
	}
}

// A server or a URL repeats a secret in the spelling of the place.
func TestMaskSpellings(t *testing.T) {
	jsonOf := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	secrets := []string{`p&ss/w"rd =1`, `"quoted"`, "contraseña+/ 😀", `back\slash`, "a<b>&c", "line\nbreak", "100%/sure"}
	for _, secret := range secrets {
		m := NewMasker([]string{secret})
		spelled := map[string]string{
			"raw":                  secret,
			"query":                url.QueryEscape(secret),
			"percent":              strings.ReplaceAll(url.QueryEscape(secret), "+", "%20"),
			"path":                 url.PathEscape(secret),
			"percent, lower case":  lowerHex(strings.ReplaceAll(url.QueryEscape(secret), "+", "%20")),
			"JSON":                 `"` + EscapeJSON(secret) + `"`,
			"JSON, HTML escaped":   jsonOf(secret),
			"JSON, slashes":        `"` + strings.ReplaceAll(EscapeJSON(secret), "/", `\/`) + `"`,
			"JSON, ASCII":          `"` + asciiJSON(secret) + `"`,
			"JSON, ASCII, slashes": `"` + strings.ReplaceAll(asciiJSON(secret), "/", `\/`) + `"`,
		}
		for how, text := range spelled {
			want := Masked
			if strings.HasPrefix(how, "JSON") {
				want = `"` + Masked + `"`
			}
			if got := m.Mask(text); got != want {
				t.Errorf("%q as %s (%s) became %s", secret, how, text, got)
			}
		}
	}
}

func TestASCIIJSON(t *testing.T) {
	const text = "ñ \"漢\" 😀\n"
	got := asciiJSON(text)
	if want := `\u00f1 \"\u6f22\" \ud83d\ude00\n`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var back string
	if err := json.Unmarshal([]byte(`"`+got+`"`), &back); err != nil || back != text {
		t.Errorf("reads back as %q, %v", back, err)
	}
}

func TestMaskBytesDoesNotCopy(t *testing.T) {
	m := NewMasker([]string{"abcd"})
	text := []byte("nothing to see")
	if got := m.MaskBytes(text); &got[0] != &text[0] || len(got) != len(text) {
		t.Error("MaskBytes copied")
	}
	text = []byte("x abcd")
	got := m.MaskBytes(text)
	if string(got) != "x ••••" || string(text) != "x abcd" {
		t.Errorf("got %q; the argument is now %q", got, text)
	}
	if m.MaskBytes(nil) != nil {
		t.Error("nil became something")
	}
}

func TestNilMasker(t *testing.T) {
	var m *Masker
	if m.Mask("abcd") != "abcd" || m.Has("abcd") || string(m.MaskBytes([]byte("abcd"))) != "abcd" {
		t.Error("a nil Masker changed something")
	}
}

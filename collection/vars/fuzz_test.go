package vars

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzExpand expands any text with two variables, a secret and a column.
func FuzzExpand(f *testing.F) {
	for _, tt := range append(expandCases(), jsonCases()...) {
		values := []string{"", "", ""}
		for i, line := range tt.vars {
			if i < len(values) {
				_, values[i], _ = strings.Cut(line, "=")
			}
		}
		f.Add(tt.text, values[0], values[1], values[2], false)
		f.Add(tt.text, values[0], values[1], values[2], true)
	}
	f.Add("{{a}}{{c}}", "{{b}}", "<<s>>", `x"{`, true)
	f.Add("{{{s}}", "{{a}}", "", "{c}}", false)
	f.Fuzz(func(t *testing.T, text, a, b, secret string, isJSON bool) {
		s := &Scopes{}
		s.Set(Environment, Variable{Name: "a", Value: a})
		s.Set(Collection, Variable{Name: "b", Value: b})
		s.Set(Environment, Variable{Name: "s", Value: secret, Secret: true})
		o := Options{Column: columns("c", "d"), JSON: isJSON}
		segs, err := s.Expand(text, o)
		if err != nil {
			return
		}
		if whole, ok := segs.Constant(); !HasPlaceholder(text) && (!ok || whole != text) {
			t.Fatalf("%q has no placeholder and became %+v", text, segs)
		}
		run := "" // literals that stand together
		for _, seg := range append(segs, Segment{Kind: Column}) {
			if seg.Kind == Literal {
				run += seg.Text
				continue
			}
			if HasPlaceholder(run) {
				t.Fatalf("%q left a placeholder in %q", text, run)
			}
			run = ""
			if (seg.Context == Plain) == isJSON && seg.Name != "" {
				t.Fatalf("%q: JSON is %t, the slot says %d", text, isJSON, seg.Context)
			}
		}
	})
}

// FuzzExpandJSON fills a JSON text's column as a request would: whatever cell
// and variable hold, the text stays the same object.
func FuzzExpandJSON(f *testing.F) {
	f.Add("plain", "plain")
	f.Add(`"`, `\`)
	f.Add(`","admin":"1`, "a\nb\x00")
	f.Add("{{c}}", "<<v>>")
	f.Fuzz(func(t *testing.T, value, cell string) {
		s := &Scopes{}
		s.Set(Environment, Variable{Name: "v", Value: value})
		s.Set(Environment, Variable{Name: "nested", Value: "<{{v}}>"})
		s.Set(Environment, Variable{Name: "t", Value: value, Secret: true})
		if strings.ContainsAny(value, "{}<>\x00") {
			return // values can make up placeholders, as in Postman
		}
		segs, err := s.Expand(`{"v":"{{v}}","nested":"{{nested}}","t":"{{t}}","cell":"{{c}}"}`, Options{Column: columns("c"), JSON: true})
		if err != nil {
			t.Fatal(err)
		}
		var text []byte
		for _, seg := range segs {
			if seg.Kind == Literal {
				text = append(text, seg.Text...)
			} else {
				text = AppendJSON(text, cell)
			}
		}
		var got map[string]string
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		value, cell = readable(value), readable(cell)
		if len(got) != 4 || got["v"] != value || got["nested"] != "<"+value+">" || got["t"] != value || got["cell"] != cell {
			t.Fatalf("%s gave %q", text, got)
		}
	})
}

// readable is text as encoding/json decodes it: each byte that is not UTF-8
// becomes a replacement character.
func readable(text string) string { return string([]rune(text)) }

// FuzzMask hides any secret in any text.
func FuzzMask(f *testing.F) {
	f.Add("abcd", "defg", "xabcdefgy")
	f.Add("abab", "\n\n\n\n", "ababab")
	f.Fuzz(func(t *testing.T, one, two, text string) {
		m := NewMasker([]string{one, two})
		masked := m.Mask(text)
		if string(m.MaskBytes([]byte(text))) != masked {
			t.Fatal("Mask and MaskBytes differ")
		}
		if !m.Has(text) && masked != text {
			t.Fatalf("%q became %q without a secret in it", text, masked)
		}
		for _, piece := range strings.Split(masked, Masked) {
			for _, secret := range []string{one, two} {
				if len(strings.TrimSpace(secret)) >= minSecret && strings.Contains(piece, secret) {
					t.Fatalf("%q kept %q in %q", text, secret, masked)
				}
			}
		}
	})
}

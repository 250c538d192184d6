package vars

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// scopesOf makes scopes from lines "scope name=value"; the scope "secret" is a
// secret variable of the environment.
func scopesOf(t testing.TB, lines ...string) *Scopes {
	t.Helper()
	s := &Scopes{}
	for _, line := range lines {
		scope, rest, ok1 := strings.Cut(line, " ")
		name, value, ok2 := strings.Cut(rest, "=")
		if !ok1 || !ok2 {
			t.Fatalf("bad line %q", line)
		}
		v := Variable{Name: name, Value: value}
		if scope == "secret" {
			scope, v.Secret = string(Environment), true
		}
		s.Set(Scope(scope), v)
	}
	return s
}

// columns makes the Column option for a data file's header.
func columns(names ...string) func(string) (int, bool) {
	return func(name string) (int, bool) {
		i := slices.Index(names, name)
		return i, i >= 0
	}
}

// Short constructors of segments, for tables.
func lit(text string) Segment { return Segment{Text: text} }

func hidden(text string) Segment { return Segment{Text: text, Secret: true} }

func col(name string, index int, ctx Context) Segment {
	return Segment{Kind: Column, Name: name, Index: index, Context: ctx}
}

func dyn(name string, occurrence int, ctx Context) Segment {
	return Segment{Kind: DynamicSlot, Name: name, Index: occurrence, Context: ctx}
}

// merged joins neighbouring literals of the same kind, which Expand may cut
// anywhere.
func merged(segs Segments) Segments {
	var out Segments
	for _, s := range segs {
		if last := len(out) - 1; last >= 0 && s.Kind == Literal && out[last].Kind == Literal && out[last].Secret == s.Secret {
			out[last].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q lacks %q", err, part)
		}
	}
}

func isUnresolved(err error) bool {
	var e *UnresolvedError
	return errors.As(err, &e)
}

func isCircle(err error) bool {
	var e *CircleError
	return errors.As(err, &e)
}

package vars

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Options say what a text may refer to, beside the scopes.
type Options struct {
	// Column returns the position of a column of the data file by its exact
	// name; nil where cells may not go.
	Column func(name string) (int, bool)
	// Forbidden reports a column that exists but may not be used here; its
	// answer, when not empty, explains that and becomes part of the error.
	Forbidden func(name string) string
	// Late reports a variable without a value that scripts set later; nil when none do.
	Late func(name string) bool
	// JSON marks the text as JSON: placeholders inside strings are escaped.
	JSON bool
	// Occurrence numbers dynamic variables, so that two of one name in a
	// request differ; nil counts within this text.
	Occurrence *int
}

// UnresolvedError is a placeholder that has no value: the request must not be sent.
type UnresolvedError struct {
	Name    string
	Hint    string
	Nearest string
}

func (e *UnresolvedError) Error() string {
	msg := fmt.Sprintf("{{%s}} has no value", e.Name)
	if e.Hint != "" {
		return msg + ": " + e.Hint
	}
	if e.Nearest != "" {
		return msg + fmt.Sprintf("; did you mean {{%s}}?", e.Nearest)
	}
	return msg
}

// CircleError is a variable that refers to itself over others.
type CircleError struct{ Path []string }

func (e *CircleError) Error() string {
	return "variables refer to each other in a circle: " + strings.Join(e.Path, " -> ")
}

// token matches one innermost placeholder in either spelling. The empty {{}}
// is no placeholder.
var token = regexp.MustCompile(`\{\{([^{}\x00]+?)\}\}|<<([^<>{}\x00\r\n]+?)>>`)

// Placeholders returns the names of a text's innermost placeholders, in order,
// each once.
func Placeholders(text string) []string {
	var names []string
	for _, m := range token.FindAllStringSubmatch(text, -1) {
		if name := m[1] + m[2]; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// HasPlaceholder reports whether text holds a placeholder in either spelling.
func HasPlaceholder(text string) bool { return token.MatchString(text) }

// Blank returns text with every placeholder overwritten by letters, byte for
// byte: what remains is the text's own structure, at the same positions.
func Blank(text string) string {
	for range maxPasses {
		blank := token.ReplaceAllStringFunc(text, func(m string) string { return strings.Repeat("x", len(m)) })
		if blank == text {
			break
		}
		text = blank
	}
	return text
}

// maxPasses bounds how often a text is read again for placeholders whose names
// were themselves put together from placeholders.
const maxPasses = 20

// A hostile file can make variables repeat each other until memory ends: each
// placeholder costs its value's bytes and a share, out of a budget for the text.
const (
	budget        = 64 << 20
	resolvedShare = 512
)

// Expand resolves the placeholders of text. Values of variables are expanded in
// turn; cells and dynamic values never are. Errors are *UnresolvedError,
// *CircleError, or say what about the text cannot be resolved; each means that
// nothing may be sent.
func (s *Scopes) Expand(text string, o Options) (Segments, error) {
	if strings.Contains(text, mark) {
		return nil, errors.New("the text holds a NUL character; remove it")
	}
	if o.Occurrence == nil {
		o.Occurrence = new(int)
	}
	left := budget
	e := expansion{scopes: s, o: o, left: &left}
	out, err := e.expand(text, nil)
	if err != nil {
		return nil, err
	}
	segs := e.segments(out)
	if err := refuseJoined(segs); err != nil {
		return nil, err
	}
	return segs, nil
}

// refuseJoined refuses a placeholder that only appears where the text of a
// secret meets its surroundings: it was never resolved.
func refuseJoined(segs Segments) error {
	run := ""
	for _, seg := range segs {
		if seg.Kind != Literal || seg.Verbatim {
			run = ""
			continue
		}
		if run += seg.Text; token.MatchString(run) {
			return errors.New("the value of a secret variable makes a placeholder together with the text around it; write the placeholder out")
		}
	}
	return nil
}

// composed matches a placeholder whose name holds a marker.
var composed = regexp.MustCompile(`\{\{([^{}\x00]*)\x00[^{}]*\}\}|<<([^<>{}\x00\r\n]*)\x00[^<>{}\r\n]*>>`)

// expansion keeps slots and secret texts out of the text while it is read
// again: each is a marker, NUL index NUL, that no placeholder can match.
type expansion struct {
	scopes *Scopes
	o      Options
	slots  []Segment
	left   *int // of the budget
}

const mark = "\x00"

func (e *expansion) marker(seg Segment) string {
	e.slots = append(e.slots, seg)
	return mark + strconv.Itoa(len(e.slots)-1) + mark
}

func (e *expansion) expand(text string, stack []string) (string, error) {
	for range maxPasses {
		found := token.FindAllStringSubmatchIndex(text, -1)
		if found == nil {
			if m := composed.FindStringSubmatch(text); m != nil {
				return "", fmt.Errorf("the name of the placeholder {{%s...}} depends on a cell or a secret; write the name out", m[1]+m[2])
			}
			return text, nil
		}
		var b strings.Builder
		var state jsonState
		last := 0
		for _, m := range found {
			literal := text[last:m[0]]
			b.WriteString(literal)
			last = m[1]
			e.scan(&state, literal)
			nameAt := 2
			if m[2] < 0 {
				nameAt = 4
			}
			value, err := e.resolve(text[m[nameAt]:m[nameAt+1]], stack, state)
			if err != nil {
				return "", err
			}
			e.scan(&state, value)
			b.WriteString(value)
		}
		b.WriteString(text[last:])
		text = b.String()
	}
	return "", fmt.Errorf("placeholders are nested more than %d deep", maxPasses)
}

// scan follows the JSON state over a text with markers; a secret's own text
// counts, and a slot never ends a string.
func (e *expansion) scan(state *jsonState, text string) {
	for i, part := range strings.Split(text, mark) {
		if i%2 == 0 {
			state.scan(part)
			continue
		}
		n, _ := strconv.Atoi(part)
		state.scan(e.slots[n].Text)
	}
}

// resolve returns the text, with markers, that stands for one placeholder.
func (e *expansion) resolve(name string, stack []string, state jsonState) (string, error) {
	ctx := Plain
	if e.o.JSON {
		ctx = JSONValue
		if state.inString {
			ctx = JSONString
		}
		if state.escaped {
			// It would pair with the escape of the value's first character and
			// so let a cell that starts with a quote end the string.
			return "", fmt.Errorf(`a backslash stands right before {{%s}} in a JSON string and would change its value: remove it, or write two of them for a backslash`, name)
		}
	}
	if v, scope, ok := e.scopes.Lookup(name); ok && scope == Local {
		return e.variable(v, stack, ctx)
	}
	if e.o.Column != nil {
		if i, ok := e.o.Column(name); ok {
			return e.marker(Segment{Kind: Column, Name: name, Index: i, Context: ctx}), nil
		}
	}
	if v, _, ok := e.scopes.Lookup(name); ok {
		return e.variable(v, stack, ctx)
	}
	if IsDynamic(name) {
		*e.o.Occurrence++
		return e.marker(Segment{Kind: DynamicSlot, Name: name, Index: *e.o.Occurrence, Context: ctx}), nil
	}
	if e.o.Late != nil && e.o.Late(name) {
		return e.marker(Segment{Kind: LateSlot, Name: name, Context: ctx}), nil
	}
	err := &UnresolvedError{Name: name}
	if e.o.Forbidden != nil {
		err.Hint = e.o.Forbidden(name)
	}
	if strings.HasPrefix(name, "$") && err.Hint == "" {
		err.Hint = noDynamic(name)
	}
	return "", err
}

// kept returns a secret that is kept elsewhere: data, with no placeholders.
func (e *expansion) kept(v Variable, ctx Context) (string, error) {
	if e.scopes.Fetch == nil {
		return "", &UnresolvedError{Name: v.Name, Hint: "its value is kept elsewhere"}
	}
	secret, err := e.scopes.Fetch(v)
	switch {
	case err != nil:
		return "", fmt.Errorf("{{%s}} has no value: %w", v.Name, err)
	case strings.Contains(secret, mark):
		return "", fmt.Errorf("the value of the variable %q holds a NUL character; remove it", v.Name)
	case ctx == JSONString:
		secret = EscapeJSON(secret)
	}
	return e.hide(secret), nil
}

// variable expands a variable's own value.
func (e *expansion) variable(v Variable, stack []string, ctx Context) (string, error) {
	if v.Kept {
		return e.kept(v, ctx)
	}
	if slices.Contains(stack, v.Name) {
		return "", &CircleError{Path: append(slices.Clone(stack), v.Name)}
	}
	if strings.Contains(v.Value, mark) {
		return "", fmt.Errorf("the value of the variable %q holds a NUL character; remove it", v.Name)
	}
	if v.Literal {
		text := v.Value
		if ctx == JSONString {
			text = EscapeJSON(text)
		}
		return e.marker(Segment{Kind: Literal, Text: text, Verbatim: true, Secret: v.Secret}), nil
	}
	if *e.left -= len(v.Value) + resolvedShare; *e.left < 0 {
		return "", fmt.Errorf("the text becomes larger than %d MiB when its placeholders are resolved; see whether variables such as %q repeat each other", budget>>20, v.Name)
	}
	inner := expansion{scopes: e.scopes, o: e.o, slots: e.slots, left: e.left}
	// Inside a JSON string the value is text, whatever it looks like.
	inner.o.JSON = e.o.JSON && ctx == JSONValue
	out, err := inner.expand(v.Value, append(slices.Clone(stack), v.Name))
	if err != nil {
		return "", err
	}
	first := len(e.slots)
	e.slots = inner.slots
	if ctx == JSONString {
		out = escapeAroundMarkers(out)
		for i := first; i < len(e.slots); i++ {
			if e.slots[i].Kind == Literal {
				e.slots[i].Text = EscapeJSON(e.slots[i].Text)
			} else {
				e.slots[i].Context = JSONString
			}
		}
	}
	if v.Secret {
		out = e.hide(out)
	}
	return out, nil
}

// hide turns the literal parts of a secret's text into markers of secret literals.
func (e *expansion) hide(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, mark) {
		switch {
		case i%2 == 1:
			b.WriteString(mark + part + mark)
		case part != "":
			b.WriteString(e.marker(Segment{Text: part, Secret: true}))
		}
	}
	return b.String()
}

// segments turns a text with markers into segments.
func (e *expansion) segments(text string) Segments {
	var out Segments
	for i, part := range strings.Split(text, mark) {
		switch {
		case i%2 == 1:
			n, _ := strconv.Atoi(part)
			out = append(out, e.slots[n])
		case part != "":
			out = append(out, Segment{Text: part})
		}
	}
	return out
}

func escapeAroundMarkers(text string) string {
	parts := strings.Split(text, mark)
	for i := 0; i < len(parts); i += 2 {
		parts[i] = EscapeJSON(parts[i])
	}
	return strings.Join(parts, mark)
}

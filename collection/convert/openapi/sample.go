package openapi

import (
	"cmp"
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strings"
)

// Bounds of an example that is made from a schema. Schemas may refer to themselves, and
// to each other so widely that what they describe has no useful size.
const (
	maxSampleDepth = 6
	maxSampleNodes = 250
	// After this many nodes in all, examples are small.
	manyNodes  = 300_000
	smallDepth = 2
	smallNodes = 30
)

// sampler makes examples from schemas.
type sampler struct {
	d     *document
	total int // nodes that were made, of all examples
	left  int // of this example
	depth int // that this example may have
	stack []*node
	known map[sampleKey]sampled
	// answer says that the example is sent by the server: writeOnly members are left
	// out, else readOnly ones.
	answer bool
}

// sampleKey is what an example depends on.
type sampleKey struct {
	schema        *node
	answer, large bool
}

type sampled struct {
	value *node
	size  int
}

// sample makes an example of a schema; nil when nothing is known of it.
func (s *sampler) sample(schema *node, answer bool) *node {
	schema = s.d.resolve(schema)
	if schema == nil {
		return nil
	}
	key := sampleKey{schema, answer, s.large()}
	if known, ok := s.known[key]; ok {
		s.total += known.size
		return known.value
	}
	before := s.total
	value := s.fresh(schema, answer)
	if s.known == nil {
		s.known = make(map[sampleKey]sampled)
	}
	s.known[key] = sampled{value, s.total - before}
	return value
}

func (s *sampler) fresh(schema *node, answer bool) *node {
	s.left, s.depth, s.answer, s.stack = maxSampleNodes, maxSampleDepth, answer, s.stack[:0]
	if s.large() {
		s.depth, s.left = smallDepth, smallNodes
	}
	return s.value(schema)
}

// large says that so much was made that what follows has to be small.
func (s *sampler) large() bool { return s.total > manyNodes }

// value gives nil where the example has to end.
func (s *sampler) value(schema *node) *node {
	n := s.d.resolve(schema)
	if n == nil || s.left <= 0 || len(s.stack) >= s.depth || slices.Contains(s.stack, n) {
		return nil
	}
	s.left--
	s.total++
	if !n.isMapping() {
		return object() // true: anything
	}
	if given := givenValue(n); given != nil {
		return given
	}
	s.stack = append(s.stack, n)
	defer func() { s.stack = s.stack[:len(s.stack)-1] }()
	f := s.flatten(n)
	if f.given != nil {
		return f.given
	}
	switch f.kind {
	case "object":
		return s.object(f)
	case "array":
		return s.list(f)
	case "string":
		return textNode(sampleText(f))
	case "file":
		return textNode("")
	case "integer", "number":
		return numberNode(sampleNumber(f))
	case "boolean":
		return boolNode(true)
	case "null":
		return &node{}
	}
	return object()
}

// givenValue gives the example that a schema itself has.
func givenValue(n *node) *node {
	if e := n.get("example"); e != nil {
		return e
	}
	if all := n.get("examples"); all.isList() && len(all.members) > 0 {
		return all.members[0].value
	}
	for _, key := range []string{"x-example", "default", "const"} {
		if v := n.get(key); v != nil {
			return v
		}
	}
	if all := n.get("enum"); all.isList() && len(all.members) > 0 {
		return all.members[0].value
	}
	return nil
}

// flat is a schema with what its allOf, and the first of its oneOf and anyOf, bring.
type flat struct {
	kind       string
	own        []*node // the schemas, in order: their other keywords
	properties []member
	required   map[string]bool
	given      *node
}

func (f *flat) get(key string) *node {
	for _, n := range f.own {
		if v := n.get(key); v != nil {
			return v
		}
	}
	return nil
}

// maxFlat is how many schemas make one.
const maxFlat = 64

func (s *sampler) flatten(n *node) *flat {
	f := &flat{required: make(map[string]bool)}
	s.collect(f, n, 0)
	if f.kind == "" {
		switch {
		case len(f.properties) > 0 || f.get("additionalProperties") != nil:
			f.kind = "object"
		case f.get("items") != nil || f.get("prefixItems") != nil:
			f.kind = "array"
		case f.get("minLength") != nil || f.get("maxLength") != nil || f.get("pattern") != nil || f.get("format") != nil || f.get("contentMediaType") != nil:
			f.kind = "string"
		case f.get("minimum") != nil || f.get("maximum") != nil || f.get("multipleOf") != nil:
			f.kind = "number"
		}
	}
	return f
}

func (s *sampler) collect(f *flat, schema *node, depth int) {
	n := s.d.resolve(schema)
	if !n.isMapping() || len(f.own) >= maxFlat || depth > maxFlat || slices.Contains(f.own, n) {
		return
	}
	f.own = append(f.own, n)
	if depth > 0 && f.given == nil {
		if given := givenValue(n); given != nil && given.kind != mapping {
			f.given = given
		}
	}
	for _, t := range n.get("type").texts() {
		if f.kind == "" || f.kind == "null" {
			f.kind = t
		}
	}
	for _, part := range n.get("allOf").items() {
		s.collect(f, part.value, depth+1)
	}
	for _, p := range n.get("properties").pairs() {
		i := slices.IndexFunc(f.properties, func(m member) bool { return m.key == p.key })
		switch {
		case i >= 0:
			f.properties[i].value = p.value
		case len(f.properties) < maxSampleNodes:
			f.properties = append(f.properties, p)
		}
	}
	for _, name := range n.get("required").texts() {
		f.required[name] = true
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		for _, part := range n.get(key).items() {
			if one := s.d.resolve(part.value); one != nil && one.str("type") != "null" && !slices.Contains(s.stack[:max(0, len(s.stack)-1)], one) {
				s.collect(f, one, depth+1)
				break
			}
		}
	}
}

func (s *sampler) object(f *flat) *node {
	made := object()
	for _, p := range f.properties {
		schema := s.d.resolve(p.value)
		if schema == nil || s.answer && schema.flag("writeOnly") || !s.answer && schema.flag("readOnly") {
			continue
		}
		if v := s.value(schema); v != nil {
			made.add(p.key, v)
		}
	}
	if more := f.get("additionalProperties"); len(f.properties) == 0 && more.isMapping() {
		if v := s.value(more); v != nil {
			made.add("key", v)
		}
	}
	return made
}

const maxSampleItems = 3

func (s *sampler) list(f *flat) *node {
	made := listNode()
	for _, item := range f.get("prefixItems").items() {
		if v := s.value(item.value); v != nil {
			made.members = append(made.members, member{value: v})
		}
	}
	items := f.get("items")
	if items == nil || len(made.members) > 0 {
		return made
	}
	count := 1
	if least, ok := whole(f.get("minItems")); ok {
		count = min(max(count, least), maxSampleItems)
	}
	if most, ok := whole(f.get("maxItems")); ok {
		count = min(count, max(most, 0))
	}
	for range count {
		v := s.value(items)
		if v == nil {
			break
		}
		made.members = append(made.members, member{value: v})
	}
	return made
}

func whole(n *node) (int, bool) {
	if n == nil || n.kind != number {
		return 0, false
	}
	var i int
	err := json.Unmarshal([]byte(n.text), &i)
	return i, err == nil
}

// maxSampleText is how long a text is made for a minLength.
const maxSampleText = 256

func sampleText(f *flat) string {
	formats := map[string]string{
		"date": "2025-01-31", "date-time": "2025-01-31T12:30:00Z", "time": "12:30:00Z", "duration": "P1D", "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
		"email": "user@example.com", "idn-email": "user@example.com", "uri": "https://example.com", "url": "https://example.com", "uri-reference": "/example",
		"iri": "https://example.com", "hostname": "example.com", "idn-hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "c3RyaW5n",
		"binary": "", "json-pointer": "/example", "int64": "0", "decimal": "0.00",
	}
	if s, ok := formats[f.get("format").scalar()]; ok {
		return s
	}
	s := "string"
	if least, ok := whole(f.get("minLength")); ok {
		for len(s) < min(least, maxSampleText) {
			s += "string"[:min(6, min(least, maxSampleText)-len(s))]
		}
	}
	if most, ok := whole(f.get("maxLength")); ok && most >= 0 && most < len(s) {
		s = s[:most]
	}
	return s
}

// sampleNumber gives 0, or what is nearest to it within the schema's bounds.
func sampleNumber(f *flat) string {
	bound := func(key, exclusive string) (float64, bool, bool) {
		n, e := f.get(key), f.get(exclusive)
		strict := e.scalar() == "true" // as version 3.0 says it
		if e != nil && e.kind == number {
			n, strict = e, true
		}
		if n == nil || n.kind != number {
			return 0, false, false
		}
		v, ok := new(big.Float).SetString(n.text)
		if !ok {
			return 0, false, false
		}
		number, _ := v.Float64()
		return number, strict, !math.IsInf(number, 0)
	}
	value := 0.0
	least, above, low := bound("minimum", "exclusiveMinimum")
	most, below, high := bound("maximum", "exclusiveMaximum")
	integer := f.kind == "integer"
	step := 1.0
	if by, _, ok := bound("multipleOf", ""); ok && by > 0 {
		step = by
	} else if !integer && low && high && most-least <= 1 {
		step = (most - least) / 2
	}
	switch {
	case low && (value < least || above && value == least):
		value = math.Ceil(least/step) * step
		if above && value <= least {
			value += step
		}
	case high && (value > most || below && value == most):
		value = math.Floor(most/step) * step
		if below && value >= most {
			value -= step
		}
	}
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return "0"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "0"
	}
	return cmp.Or(strings.TrimSuffix(string(text), ".0"), "0")
}

package postman

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/jsonedit"
)

// maxSought is how many values that look like secrets are looked for in a document: the first is
// there, unless it is written in another way or left out.
const maxSought = 50

// document gives what is to be written as collection v2.1: of the collection only the
// request or folder that was named, with the folders around it, and no values of variables
// that are secret.
func document(c *collection.Collection, o convert.Options, notes *convert.Notes) []byte {
	text := c.V21()
	if o.Item != nil {
		text = onlyItem(text, o.Item)
	}
	if !o.WithSecrets {
		text = withoutSecrets(text, notes)
	}
	secrets := c.Secrets()
	for _, secret := range secrets[:min(len(secrets), maxSought)] {
		if bytes.Contains(text, []byte(secret)) {
			notes.Add(nil, "secret", "a value that looks like a secret stands in the collection, and so in the output: make it a variable of type secret")
			break
		}
	}
	return text
}

// onlyItem leaves item alone of the items of a document, and those around it.
func onlyItem(text []byte, item *collection.Item) []byte {
	var way []int
	for i := item; i != nil; i = i.Parent {
		siblings := i.Collection().Items
		if i.Parent != nil {
			siblings = i.Parent.Items
		}
		for at, sibling := range siblings {
			if sibling == i {
				way = append([]int{at}, way...)
			}
		}
	}
	var b bytes.Buffer
	prune(&b, gjson.ParseBytes(text), way)
	out, err := jsonedit.Indented(&b)
	if err != nil {
		return text // cannot happen: the document is JSON
	}
	return out
}

// prune writes a collection or folder with only that child which way leads to.
func prune(b *bytes.Buffer, r gjson.Result, way []int) {
	jsonedit.Object(b, r, func(key string, value gjson.Result) bool {
		if key != "item" || len(way) == 0 || !value.IsArray() {
			return false
		}
		b.WriteByte('[')
		i := 0
		value.ForEach(func(_, child gjson.Result) bool {
			if i == way[0] {
				prune(b, child, way[1:])
			}
			i++
			return i <= way[0]
		})
		b.WriteByte(']')
		return true
	})
}

// secretType tells, without taking a document apart, that there is no secret variable in it.
var secretType = regexp.MustCompile(`"type"\s*:\s*"secret"|"secret"\s*:\s*true`)

// withoutSecrets empties the variables that are of type secret.
func withoutSecrets(text []byte, notes *convert.Notes) []byte {
	if !secretType.Match(text) {
		return text
	}
	var b bytes.Buffer
	hideSecrets(&b, gjson.ParseBytes(text), nil, notes)
	out, err := jsonedit.Indented(&b)
	if err != nil {
		return text // cannot happen: the document is JSON
	}
	return out
}

func hideSecrets(b *bytes.Buffer, r gjson.Result, at trail, notes *convert.Notes) {
	jsonedit.Object(b, r, func(key string, value gjson.Result) bool {
		switch {
		case key == "item" && value.IsArray():
			jsonedit.List(b, value, func(_ int, item gjson.Result) bool {
				hideSecrets(b, item, at.below(item), notes)
				return true
			})
		case key == "variable" && value.IsArray():
			jsonedit.List(b, value, func(_ int, variable gjson.Result) bool { return hideSecret(b, variable, at, notes) })
		default:
			return false
		}
		return true
	})
}

func hideSecret(b *bytes.Buffer, variable gjson.Result, at trail, notes *convert.Notes) bool {
	value := variable.Get("value")
	secret := variable.Get("type").String() == "secret" || variable.Get("secret").Bool()
	if !variable.IsObject() || !secret || value.String() == "" || onlyPlaceholders.MatchString(value.String()) {
		return false
	}
	notes.AddAt(at.path(), "variable "+variable.Get("key").String(), "its value is left out: it is a secret")
	jsonedit.Object(b, variable, func(key string, _ gjson.Result) bool {
		if key != "value" {
			return false
		}
		b.WriteString(`""`)
		return true
	})
	return true
}

var onlyPlaceholders = regexp.MustCompile(`^(\{\{[^{}]+\}\})+$`)

// trail is the way to an item: the names from the top level down; none for the collection.
type trail []string

// below gives the trail of an item that stands there.
func (t trail) below(item gjson.Result) trail {
	return append(slices.Clone(t), textOf(jsonedit.Member(item, "name")))
}

// path is that of collection.Item.
func (t trail) path() string { return strings.Join(t, "/") }

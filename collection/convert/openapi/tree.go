package openapi

import (
	"strconv"
)

// kind is the kind of a node.
type kind uint8

const (
	null kind = iota
	boolean
	number
	text
	list
	mapping
)

// node is one value of a document, read from JSON or YAML. Where YAML has an alias,
// several places share a node; so no node is changed once it was read.
type node struct {
	kind    kind
	line    int32    // from 1; 0 when it is not of a file
	text    string   // of a scalar; a number as it is written
	members []member // of a mapping in order, of a list without keys
}

type member struct {
	key   string
	value *node
}

// get gives a member of a mapping, nil when there is none; of a repeated key the last
// one. A nil node has no members.
func (n *node) get(key string) *node {
	if n == nil || n.kind != mapping {
		return nil
	}
	for i := len(n.members) - 1; i >= 0; i-- {
		if n.members[i].key == key {
			return n.members[i].value
		}
	}
	return nil
}

// str gives the text of a member that is a scalar; "" for null and everything else.
func (n *node) str(key string) string { return n.get(key).scalar() }

func (n *node) scalar() string {
	if n == nil || n.kind == null || n.kind >= list {
		return ""
	}
	return n.text
}

func (n *node) flag(key string) bool {
	v := n.get(key)
	return v != nil && v.kind == boolean && v.text == "true"
}

func (n *node) isMapping() bool { return n != nil && n.kind == mapping }
func (n *node) isList() bool    { return n != nil && n.kind == list }

// items gives the elements of a list.
func (n *node) items() []member {
	if !n.isList() {
		return nil
	}
	return n.members
}

// pairs gives the members of a mapping.
func (n *node) pairs() []member {
	if !n.isMapping() {
		return nil
	}
	return n.members
}

// texts gives the scalars of a list; of a scalar itself.
func (n *node) texts() (all []string) {
	if n != nil && n.kind < list {
		return []string{n.scalar()}
	}
	for _, m := range n.items() {
		all = append(all, m.value.scalar())
	}
	return all
}

func textNode(s string) *node   { return &node{kind: text, text: s} }
func numberNode(s string) *node { return &node{kind: number, text: s} }
func listNode(all ...*node) *node {
	n := &node{kind: list}
	for _, v := range all {
		n.members = append(n.members, member{value: v})
	}
	return n
}

func boolNode(b bool) *node { return &node{kind: boolean, text: strconv.FormatBool(b)} }

// object makes a mapping.
func object() *node { return &node{kind: mapping} }

// add appends a member to a mapping that is being made; a nil value is none.
func (n *node) add(key string, value *node) *node {
	if value != nil {
		n.members = append(n.members, member{key, value})
	}
	return n
}

// put is add for a text that is only written when there is one.
func (n *node) put(key, value string) *node {
	if value == "" {
		return n
	}
	return n.add(key, textNode(value))
}

// equal compares two values; numbers by their text.
func equal(a, b *node) bool {
	if a == nil || b == nil || a == b {
		return a == b
	}
	if a.kind != b.kind || a.text != b.text || len(a.members) != len(b.members) {
		return false
	}
	for i := range a.members {
		if a.members[i].key != b.members[i].key || !equal(a.members[i].value, b.members[i].value) {
			return false
		}
	}
	return true
}

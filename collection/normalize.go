package collection

import (
	"bytes"
	"encoding/json"
	"fmt"

	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

// The model library reads one shape of each thing, and most exports hold others. The functions here bring
// the file's values into that one shape, the normal types; written as JSON, the library parses it. Items
// go through one at a time, so that a large file is never held twice and an error names its item.

// normalCollection is a collection without its items.
type normalCollection struct {
	Info     normalInfo    `json:"info"`
	Auth     normalAuth    `json:"auth,omitempty"`
	Event    []normalEvent `json:"event,omitempty"`
	Variable []Variable    `json:"variable,omitempty"`
	Item     []any         `json:"item"`
}

type normalInfo struct {
	Name        string            `json:"name"`
	Description normalDescription `json:"description"`
	Version     string            `json:"version"`
	Schema      string            `json:"schema"`
}

// normalDescription is an object, because the library leaves the escapes in one that is text.
type normalDescription struct {
	Content string `json:"content"`
}

// normalItem is a folder without its items, or a request.
type normalItem struct {
	Name                    string           `json:"name"`
	ID                      string           `json:"id,omitempty"`
	Description             string           `json:"description,omitempty"`
	Variable                []Variable       `json:"variable,omitempty"`
	Event                   []normalEvent    `json:"event,omitempty"`
	ProtocolProfileBehavior json.RawMessage  `json:"protocolProfileBehavior,omitempty"`
	Request                 *normalRequest   `json:"request,omitempty"`
	Response                []normalResponse `json:"response,omitempty"`
	Item                    *[]any           `json:"item,omitempty"` // of a folder, always empty
	Auth                    normalAuth       `json:"auth,omitempty"` // of a folder
}

type normalEvent struct {
	ID       string       `json:"id,omitempty"`
	Listen   string       `json:"listen,omitempty"`
	Disabled bool         `json:"disabled,omitempty"`
	Script   normalScript `json:"script"`
}

type normalScript struct {
	ID   string   `json:"id,omitempty"`
	Name string   `json:"name,omitempty"`
	Type string   `json:"type"`
	Exec []string `json:"exec,omitempty"`
}

// normalAuth is {"type": T, T: [{key, value}]}.
type normalAuth map[string]any

// modelCollection gives the library's collection, without its items.
func modelCollection(members object) (*postman.Collection, error) {
	info := members.get("info")
	if !info.IsObject() && !isAbsent(info) {
		return nil, wrongKind(info, `"info"`, "an object with a name")
	}
	f := fields(info)
	n := normalCollection{
		Info: normalInfo{
			Name:        firstText(f.get("name"), members.get("name")),
			Description: normalDescription{descriptionOf(f.get("description"))},
			Version:     versionOf(f.get("version")),
			Schema:      textOf(f.get("schema")),
		},
		Item: []any{},
	}
	var err error
	if n.Event, err = eventsOf(members.get("event")); err != nil {
		return nil, err
	}
	if n.Variable, err = variablesOf(members.get("variable"), "variable"); err != nil {
		return nil, err
	}
	if n.Auth, err = normalizeAuth(members.get("auth")); err != nil {
		return nil, err
	}
	data, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	return postman.ParseCollection(bytes.NewReader(data))
}

// modelItem gives the library's item, without the items of a folder.
func modelItem(item *Item, f object) (*postman.Items, error) {
	n := normalItem{Name: item.Name, ID: item.ID, Description: descriptionOf(f.get("description"))}
	var err error
	if n.Event, err = eventsOf(f.get("event")); err != nil {
		return nil, err
	}
	if n.Variable, err = variablesOf(f.get("variable"), "variable"); err != nil {
		return nil, err
	}
	if behaviour := f.get("protocolProfileBehavior"); behaviour.IsObject() {
		n.ProtocolProfileBehavior = json.RawMessage(behaviour.Raw)
	}
	if item.folder {
		n.Item = &[]any{}
		n.Auth, err = normalizeAuth(f.get("auth"))
	} else {
		n.Request, err = normalizeRequest(f.get("request"))
		n.Response = normalizeResponses(f.get("response"))
	}
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	var model postman.Items
	if err := json.Unmarshal(data, &model); err != nil {
		return nil, fmt.Errorf("the collection model does not take it: %w", err)
	}
	return &model, nil
}

// versionOf reads a version: text, or {major, minor, patch, identifier}.
func versionOf(r gjson.Result) string {
	if !r.IsObject() {
		return textOf(r)
	}
	f := fields(r)
	version := textOf(f.get("major")) + "." + textOf(f.get("minor")) + "." + textOf(f.get("patch"))
	if identifier := textOf(f.get("identifier")); identifier != "" {
		version += "-" + identifier
	}
	return version
}

// normalizeAuth makes the parameters a list of strings, in document order. It gives nil for an auth that
// says nothing.
func normalizeAuth(r gjson.Result) (normalAuth, error) {
	if isAbsent(r) {
		return nil, nil
	}
	if !r.IsObject() {
		return nil, wrongKind(r, "auth", "an object with a type")
	}
	f := fields(r)
	authType := textOf(f.get("type"))
	if authType == "" {
		return nil, nil
	}
	params, err := authParams(f.get(authType), authType)
	if err != nil {
		return nil, err
	}
	n := normalAuth{"type": authType}
	if params != nil { // the library refuses null
		n[authType] = params
	}
	return n, nil
}

// eventsOf reads scripts: a list of events, one event, or null.
func eventsOf(r gjson.Result) ([]normalEvent, error) {
	if isAbsent(r) {
		return nil, nil
	}
	if r.IsObject() {
		event, err := eventOf(r, "event")
		return []normalEvent{event}, err
	}
	if !r.IsArray() {
		return nil, wrongKind(r, "event", "a list of events")
	}
	var events []normalEvent
	var err error
	position := 0
	r.ForEach(func(_, value gjson.Result) bool {
		position++
		if value.Type == gjson.Null {
			return true
		}
		var event normalEvent
		event, err = eventOf(value, numbered("event", position))
		events = append(events, event)
		return err == nil
	})
	return events, err
}

func eventOf(r gjson.Result, what string) (normalEvent, error) {
	if !r.IsObject() {
		return normalEvent{}, wrongKind(r, what, "an object with listen and script")
	}
	f := fields(r)
	script, err := scriptOf(f.get("script"), what+": script")
	return normalEvent{ID: textOf(f.get("id")), Listen: textOf(f.get("listen")), Disabled: isSet(f.get("disabled")), Script: script}, err
}

// scriptOf reads a script: an object with exec, or exec itself. An exec that is one text becomes one
// element with line breaks; joined by line breaks, as scripts are run, both are the same.
func scriptOf(r gjson.Result, what string) (normalScript, error) {
	script := normalScript{Type: "text/javascript"}
	exec := r
	if r.IsObject() {
		f := fields(r)
		exec, what = f.get("exec"), what+": exec"
		script.ID, script.Name = textOf(f.get("id")), textOf(f.get("name"))
		if scriptType := textOf(f.get("type")); scriptType != "" {
			script.Type = scriptType
		}
	}
	if exec.IsObject() || exec.Type != gjson.JSON && exec.Type != gjson.String && exec.Type != gjson.Null {
		return script, wrongKind(exec, what, "a list of lines or one text")
	}
	for _, line := range exec.Array() { // of a text, that text; of null, nothing
		script.Exec = append(script.Exec, textOf(line))
	}
	return script, nil
}

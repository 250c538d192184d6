package runreport

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
)

// sdkCollection is a collection in the shape that Postman's SDK gives it, which newman's
// reports have: each item with an id, its URL in parts.
type sdkCollection struct {
	whole json.RawMessage
	items map[*collection.Item]*sdkItem
}

// sdkItem is an item, which every execution of it repeats. It is encoded again only when
// another of its texts has become a secret.
type sdkItem struct {
	text    json.RawMessage
	texts   string // all within text
	masked  string // the same, as they were when encoded was made
	encoded []byte
}

// encode is the item with its secrets masked.
func (s *sdkItem) encode(mask func(string) string) ([]byte, error) {
	if s.texts == "" {
		var texts []string
		_, err := encode(s.text, func(text string) string { texts = append(texts, text); return text })
		if err != nil {
			return nil, err
		}
		s.texts = strings.Join(texts, "\n")
	}
	masked := mask(s.texts)
	if s.encoded != nil && masked == s.masked {
		return s.encoded, nil
	}
	var err error
	s.masked = masked
	s.encoded, err = encode(s.text, mask)
	return s.encoded, err
}

func newSDKCollection(c *collection.Collection) *sdkCollection {
	s := &sdkCollection{whole: c.V21(), items: make(map[*collection.Item]*sdkItem)}
	members := membersOf(s.whole)
	members["item"] = s.list(c.Items, gjson.GetBytes(s.whole, "item"))
	s.whole = written(members, s.whole)
	return s
}

// list gives items and keeps them; raw is what v2.1 has of them.
func (s *sdkCollection) list(items []*collection.Item, raw gjson.Result) json.RawMessage {
	texts := raw.Array()
	list := make([]json.RawMessage, len(items))
	for i, item := range items {
		text := item.Raw
		if len(texts) == len(items) {
			text = texts[i]
		}
		members := membersOf([]byte(text.Raw))
		members["id"], members["name"] = quoted(itemID(item)), quoted(item.Name)
		orEmptyList(members, "event")
		if item.IsFolder() {
			members["item"] = s.list(item.Items, text.Get("item"))
		} else {
			members["request"] = sdkRequest(item)
			orEmptyList(members, "response")
		}
		list[i] = written(members, []byte(text.Raw))
		s.items[item] = &sdkItem{text: list[i]}
	}
	return written(list, []byte("[]"))
}

// itemID is an item's id, or one made of its place where it has none.
func itemID(item *collection.Item) string {
	if item.ID != "" {
		return item.ID
	}
	place := ""
	for at := item; at != nil; at = at.Parent {
		siblings := at.Collection().Items
		if at.Parent != nil {
			siblings = at.Parent.Items
		}
		place += " " + strconv.Itoa(slices.Index(siblings, at))
	}
	return idOf("item", item.Collection().ID, item.Collection().Name, place)
}

// sdkRequest is the item's request, with its URL as an object.
func sdkRequest(item *collection.Item) json.RawMessage {
	text := item.RequestJSON()
	members := membersOf(text)
	url := gjson.GetBytes(text, "url")
	parts := partsOf(url.String())
	switch {
	case url.IsObject() && url.Get("host").Exists():
		own := membersOf([]byte(url.Raw)) // the parts count, where there are some
		for _, name := range []string{"query", "variable"} {
			orEmptyList(own, name)
		}
		members["url"] = written(own, []byte(url.Raw))
	case url.IsObject():
		parts = partsOf(url.Get("raw").String())
		if v := url.Get("variable"); v.IsArray() {
			parts.Variable = json.RawMessage(v.Raw)
		}
		fallthrough
	default:
		members["url"] = written(parts, []byte(`""`))
	}
	if members["method"] == nil {
		members["method"] = quoted("GET")
	}
	return written(members, text)
}

func membersOf(text []byte) map[string]json.RawMessage {
	members := make(map[string]json.RawMessage)
	_ = json.Unmarshal(text, &members) // what is no object has none
	return members
}

// written is a value's JSON; instead stands for one that has none.
func written(value any, instead []byte) json.RawMessage {
	text, err := marshal(value)
	if err != nil {
		return instead
	}
	return text
}

func quoted(text string) json.RawMessage { return written(text, []byte(`""`)) }

// orEmptyList gives a member that is no list an empty one.
func orEmptyList(members map[string]json.RawMessage, name string) {
	if text := members[name]; len(text) == 0 || text[0] != '[' {
		members[name] = json.RawMessage("[]")
	}
}

// urlParts are a URL's in Postman's SDK.
type urlParts struct {
	Raw      string          `json:"raw"`
	Protocol string          `json:"protocol,omitempty"`
	Port     string          `json:"port,omitempty"`
	Path     []string        `json:"path,omitempty"`
	Host     []string        `json:"host"`
	Query    []queryPart     `json:"query"`
	Variable json.RawMessage `json:"variable"`
}

type queryPart struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

// partsOf cuts a URL as it is written; nothing is decoded.
func partsOf(text string) urlParts {
	u := urlParts{Raw: text, Host: []string{}, Query: []queryPart{}, Variable: json.RawMessage("[]")}
	text, _, _ = strings.Cut(text, "#")
	text, query, _ := strings.Cut(text, "?")
	for _, piece := range split(query, "&") {
		key, value, has := strings.Cut(piece, "=")
		q := queryPart{Key: key}
		if has {
			q.Value = &value
		}
		u.Query = append(u.Query, q)
	}
	if protocol, rest, has := strings.Cut(text, "://"); has {
		u.Protocol, text = protocol, rest
	}
	host, path, hasPath := strings.Cut(text, "/")
	if hasPath {
		u.Path = strings.Split(path, "/")
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && !strings.ContainsAny(host[colon:], "]}") {
		host, u.Port = host[:colon], host[colon+1:]
	}
	if strings.Contains(host, "{{") {
		u.Host = append(u.Host, host) // a placeholder's name may hold a dot
	} else {
		u.Host = append(u.Host, split(host, ".")...)
	}
	return u
}

// split has no parts for an empty text.
func split(text, separator string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, separator)
}

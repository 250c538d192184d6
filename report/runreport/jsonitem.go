package runreport

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
)

// jsonItem is an item as it stands in the collection, in the shape that Postman's SDK
// gives it: its URL in parts.
type jsonItem struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response"`
	Event    json.RawMessage `json:"event"`
}

func itemOf(item *collection.Item) jsonItem {
	list := func(member string) json.RawMessage {
		if r := item.Raw.Get(member); r.IsArray() {
			return json.RawMessage(r.Raw)
		}
		return json.RawMessage("[]")
	}
	return jsonItem{item.ID, item.Name, requestOf21(item), list("response"), list("event")}
}

// requestOf21 is the item's request, with its URL as an object.
func requestOf21(item *collection.Item) json.RawMessage {
	text := item.RequestJSON()
	members := make(map[string]json.RawMessage)
	if json.Unmarshal(text, &members) != nil {
		return text
	}
	url := gjson.GetBytes(text, "url")
	parts := partsOf(url.String())
	if url.IsObject() {
		parts = partsOf(url.Get("raw").String())
		own := make(map[string]json.RawMessage)
		if json.Unmarshal([]byte(url.Raw), &own) == nil && url.Get("host").Exists() {
			// The parts count, where there are some.
			for _, name := range []string{"path", "query", "variable"} {
				if !url.Get(name).IsArray() {
					own[name] = json.RawMessage("[]")
				}
			}
			members["url"], _ = json.Marshal(own)
			out, _ := json.Marshal(members)
			return out
		}
		if v := url.Get("variable"); v.IsArray() {
			parts.Variable = json.RawMessage(v.Raw)
		}
	}
	members["url"], _ = json.Marshal(parts)
	if members["method"] == nil {
		members["method"] = json.RawMessage(`"GET"`)
	}
	out, err := json.Marshal(members)
	if err != nil {
		return text
	}
	return out
}

// urlParts are a URL's in Postman's SDK.
type urlParts struct {
	Raw      string          `json:"raw"`
	Protocol string          `json:"protocol,omitempty"`
	Port     string          `json:"port,omitempty"`
	Path     []string        `json:"path"`
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
	u := urlParts{Raw: text, Path: []string{}, Host: []string{}, Query: []queryPart{}, Variable: json.RawMessage("[]")}
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

package runreport

import (
	"encoding/json"
	"fmt"
	"strings"
)

// sentRequest is a request as people read it.
type sentRequest struct {
	headers []string
	body    string
}

// requestOf reads a request of collection v2.1.
func requestOf(text json.RawMessage) sentRequest {
	var r struct {
		Header []struct{ Key, Value string }
		Body   struct {
			Mode                 string
			Raw                  string
			URLEncoded, FormData []struct {
				Key, Value, Type string
				Src              any
			}
			GraphQL json.RawMessage
			File    struct{ Src string }
		}
	}
	_ = json.Unmarshal(text, &r)
	var out sentRequest
	for _, h := range r.Header {
		out.headers = append(out.headers, h.Key+": "+h.Value)
	}
	var lines []string
	for _, p := range append(r.Body.URLEncoded, r.Body.FormData...) {
		value := p.Value
		if p.Type == "file" {
			value = fmt.Sprintf("(file %v)", p.Src)
		}
		lines = append(lines, p.Key+"="+value)
	}
	switch r.Body.Mode {
	case "raw":
		out.body = r.Body.Raw
	case "graphql":
		out.body = string(r.Body.GraphQL)
	case "file":
		out.body = "(file " + r.Body.File.Src + ")"
	default:
		out.body = strings.Join(lines, "\n")
	}
	return out
}

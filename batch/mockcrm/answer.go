package mockcrm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
)

// Codes of the envelope. The real API's are text, so these are.
const (
	codeOK       = "200"
	codeBad      = "400"
	codeToken    = "401"
	codeNotFound = "404"
	codeMethod   = "405"
)

// refusal is a "no" of the API: HTTP 200, and an envelope with this code and
// message. It must never carry a token.
type refusal struct{ code, msg string }

func (r *refusal) Error() string { return r.msg }

func refuse(code, format string, args ...any) error {
	return &refusal{code: code, msg: fmt.Sprintf(format, args...)}
}

// envelope is the API's JSON answer.
type envelope struct {
	Code  string              `json:"code"`
	Error string              `json:"error"` // the text "null" on success
	Msg   string              `json:"msg"`
	Data  []map[string]string `json:"data"`
}

// answer is what goes back: an envelope, or without one an HTML page.
type answer struct {
	status     int
	retryAfter int // seconds; 0: no header
	envelope   *envelope
}

func success(msg string, data []map[string]string) answer {
	return answer{status: http.StatusOK, envelope: &envelope{Code: codeOK, Error: "null", Msg: msg, Data: data}}
}

func refused(name, code, msg string) answer {
	return answer{status: http.StatusOK, envelope: &envelope{Code: code, Error: name, Msg: msg, Data: []map[string]string{}}}
}

// page is the answer of a web server in front of the API.
func page(status int) answer { return answer{status: status} }

func (a answer) write(w http.ResponseWriter) {
	var body bytes.Buffer
	if a.envelope != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		enc := json.NewEncoder(&body)
		enc.SetEscapeHTML(false)
		// Text and maps of text always encode.
		_ = enc.Encode(a.envelope)
	} else {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		title := html.EscapeString(http.StatusText(a.status))
		fmt.Fprintf(&body, "<!DOCTYPE html>\n<html><head><title>%d %s</title></head>\n<body><h1>%s</h1></body></html>\n", a.status, title, title)
	}
	if a.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(a.retryAfter))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body.Bytes()) // a client that went away is its own business
}

// show quotes a value for a message, shortened.
func show(v string) string {
	const most = 60
	n := 0
	for i := range v {
		if n++; n > most {
			return strconv.Quote(v[:i]) + " (shortened)"
		}
	}
	return strconv.Quote(v)
}

package har

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The types that are read have only what a collection can hold, and take numbers and
// flags for texts: archives in the wild are looser than the format.

type archivePage struct {
	ID      text `json:"id"`
	Title   text `json:"title"`
	Comment text `json:"comment"`
}

type archiveEntry struct {
	Pageref  text            `json:"pageref"`
	Comment  text            `json:"comment"`
	Time     json.RawMessage `json:"time"`
	Request  *archiveRequest `json:"request"`
	Response *archiveAnswer  `json:"response"`
	Messages json.RawMessage `json:"_webSocketMessages"`
}

type archiveRequest struct {
	Method   text          `json:"method"`
	URL      text          `json:"url"`
	Headers  []archivePair `json:"headers"`
	Cookies  []archivePair `json:"cookies"`
	Query    []archivePair `json:"queryString"`
	PostData *archiveBody  `json:"postData"`
	Comment  text          `json:"comment"`
}

type archivePair struct {
	Name    text `json:"name"`
	Value   text `json:"value"`
	Comment text `json:"comment"`
}

type archiveBody struct {
	MimeType text         `json:"mimeType"`
	Params   []archiveArg `json:"params"`
	Text     text         `json:"text"`
	Encoding text         `json:"encoding"`
	Comment  text         `json:"comment"`
}

type archiveArg struct {
	Name        text `json:"name"`
	Value       text `json:"value"`
	FileName    text `json:"fileName"`
	ContentType text `json:"contentType"`
	Comment     text `json:"comment"`
}

type archiveAnswer struct {
	Status     number        `json:"status"`
	StatusText text          `json:"statusText"`
	Headers    []archivePair `json:"headers"`
	Redirect   text          `json:"redirectURL"`
	Error      text          `json:"_error"`
	Comment    text          `json:"comment"`
	Content    struct {
		MimeType text `json:"mimeType"`
		Text     text `json:"text"`
		Encoding text `json:"encoding"`
	} `json:"content"`
}

// text is a JSON string. Anything else is taken as its JSON, null as "".
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, (*string)(t))
	}
	*t = ""
	if !bytes.Equal(data, []byte("null")) {
		*t = text(data)
	}
	return nil
}

// number is a whole number, also one in a string; 0 when it is none.
type number int

func (n *number) UnmarshalJSON(data []byte) error {
	var f float64
	if json.Unmarshal([]byte(strings.Trim(string(data), `"`)), &f) != nil || f < 0 || f > 1e6 {
		f = 0
	}
	*n = number(f)
	return nil
}

// The types that are written have what the format wants.

type log struct {
	Version string   `json:"version"`
	Creator *program `json:"creator"`
	Pages   []*page  `json:"pages,omitempty"`
	Entries []*entry `json:"entries"`
	Comment string   `json:"comment,omitempty"`
}

type program struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type page struct {
	StartedDateTime string   `json:"startedDateTime"`
	ID              string   `json:"id"`
	Title           string   `json:"title"`
	PageTimings     struct{} `json:"pageTimings"`
	Comment         string   `json:"comment,omitempty"`
}

type entry struct {
	Pageref         string   `json:"pageref,omitempty"`
	StartedDateTime string   `json:"startedDateTime"`
	Time            float64  `json:"time"` // milliseconds
	Request         *sent    `json:"request"`
	Response        *answer  `json:"response"`
	Cache           struct{} `json:"cache"`
	Timings         timings  `json:"timings"`
	Comment         string   `json:"comment,omitempty"`
}

type timings struct { // milliseconds
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type sent struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []*cookie `json:"cookies"`
	Headers     []*pair   `json:"headers"`
	QueryString []*pair   `json:"queryString"`
	PostData    *posted   `json:"postData,omitempty"`
	HeadersSize int64     `json:"headersSize"` // -1 when it is not known, as BodySize
	BodySize    int64     `json:"bodySize"`
	Comment     string    `json:"comment,omitempty"`
}

type pair struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Comment string `json:"comment,omitempty"`
}

type cookie struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Path     string `json:"path,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Expires  string `json:"expires,omitempty"`
	HTTPOnly bool   `json:"httpOnly,omitempty"`
	Secure   bool   `json:"secure,omitempty"`
}

type posted struct {
	MimeType string   `json:"mimeType"`
	Params   []*param `json:"params"`
	Text     string   `json:"text"`
	Comment  string   `json:"comment,omitempty"`
}

type param struct {
	Name        string `json:"name"`
	Value       string `json:"value,omitempty"`
	FileName    string `json:"fileName,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	Comment     string `json:"comment,omitempty"`
}

type answer struct {
	Status      int64     `json:"status"`
	StatusText  string    `json:"statusText"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []*cookie `json:"cookies"`
	Headers     []*pair   `json:"headers"`
	Content     content   `json:"content"`
	RedirectURL string    `json:"redirectURL"`
	HeadersSize int64     `json:"headersSize"`
	BodySize    int64     `json:"bodySize"`
	Comment     string    `json:"comment,omitempty"`
}

type content struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
}

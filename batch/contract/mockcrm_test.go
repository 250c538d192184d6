package contract_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/mockcrm"
)

// insert is one insert of a case; each change of a test spoils one thing of it.
type insert struct {
	method      string
	path        string
	token       []string
	fields      []part
	contentType string // in place of the form's own
	body        string // in place of the form
}

type part struct{ name, value, file string }

func goodInsert() *insert {
	return &insert{method: http.MethodPost, path: "/server/API/v2/cases/insert.php", token: []string{"A8K3J7F2"}, fields: []part{
		{name: "operation", value: "acme"}, {name: "case-type", value: "Request"}, {name: "responsible", value: "ana@acme"},
		{name: "owner", value: "luis@acme"}, {name: "contact", value: "client@example.com"}, {name: "description", value: "first"},
		{name: "status", value: "open"}, {name: "priority", value: "normal"},
	}}
}

func (in *insert) set(name, value string) {
	for i := range in.fields {
		if in.fields[i].name == name {
			in.fields[i].value = value
			return
		}
	}
	in.fields = append(in.fields, part{name: name, value: value})
}

func (in *insert) drop(name string) {
	var kept []part
	for _, p := range in.fields {
		if p.name != name {
			kept = append(kept, p)
		}
	}
	in.fields = kept
}

// send puts the insert to a mock CRM and returns its answer.
func (in *insert) send(t *testing.T, crm http.Handler) *batch.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range in.fields {
		h := textproto.MIMEHeader{}
		disposition := `form-data; name="` + strings.ReplaceAll(p.name, `"`, "%22") + `"`
		if p.name == "" {
			disposition = "form-data"
		}
		if p.file != "" {
			disposition += `; filename="` + p.file + `"`
		}
		h.Set("Content-Disposition", disposition)
		out, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, p.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(in.method, "https://crm0000.wolkvox.com"+in.path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	if in.contentType != "" {
		r.Header.Set("Content-Type", in.contentType)
	}
	if in.contentType == "none" {
		r.Header.Del("Content-Type")
	}
	if in.body != "" {
		text := strings.ReplaceAll(in.body, "BOUNDARY", w.Boundary())
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	}
	for _, token := range in.token {
		r.Header.Add("Wolkvox-Token", token)
	}
	recorder := httptest.NewRecorder()
	crm.ServeHTTP(recorder, r)
	return &batch.Answer{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.Bytes()}
}

// TestJudgeMock: every refusal of the mock CRM gets the cause that the vendor
// documents for it.
func TestJudgeMock(t *testing.T) {
	judge := crmJudge(t)
	for _, c := range []struct {
		name    string
		spoil   func(in *insert)
		options mockcrm.Options
		want    string // cause, empty for a case that is created
		message string
	}{
		{name: "nothing", spoil: func(in *insert) {}},
		{name: "everything", spoil: func(in *insert) {
			in.set("form", `{"Subject": "x"}`)
			in.set("solution", "y")
			in.fields = append(in.fields, part{"file", "z", "a.txt"})
		}},

		{name: "GET", spoil: func(in *insert) { in.method = http.MethodGet }, want: batch.CauseMethod, message: "POST only"},
		{name: "a method named token", spoil: func(in *insert) { in.method = "TOKEN" }, want: batch.CauseMethod},
		{name: "no token", spoil: func(in *insert) { in.token = nil }, want: batch.CauseToken, message: "token is missing"},
		{name: "two tokens", spoil: func(in *insert) { in.token = []string{"A8K3J7F2", "A8K3J7F3"} }, want: batch.CauseToken, message: "2 times"},
		{name: "empty token", spoil: func(in *insert) { in.token = []string{""} }, want: batch.CauseToken},
		{name: "Bearer", spoil: func(in *insert) { in.token = []string{"Bearer A8K3J7F2"} }, want: batch.CauseToken, message: "Bearer"},
		{name: "quotes", spoil: func(in *insert) { in.token = []string{`"A8K3J7F2"`} }, want: batch.CauseToken, message: "quotes"},
		{name: "placeholder", spoil: func(in *insert) { in.token = []string{"{{wolkvox_token}}"} }, want: batch.CauseToken, message: "placeholder"},
		{name: "blank in the token", spoil: func(in *insert) { in.token = []string{"A8K3 J7F2"} }, want: batch.CauseToken, message: "blank"},
		{name: "wrong token", spoil: func(in *insert) {}, options: mockcrm.Options{Tokens: []string{"B9"}}, want: batch.CauseToken, message: "expired"},

		{name: "no content type", spoil: func(in *insert) { in.contentType = "none" }, want: batch.CauseFormat, message: "no Content-Type"},
		{name: "odd content type", spoil: func(in *insert) { in.contentType = "multipart/form-data; =" }, want: batch.CauseFormat, message: "cannot be read"},
		{name: "JSON", spoil: func(in *insert) { in.contentType, in.body = "application/json", "{}" }, want: batch.CauseFormat, message: "JSON"},
		{name: "urlencoded", spoil: func(in *insert) { in.contentType, in.body = "application/x-www-form-urlencoded", "a=b" }, want: batch.CauseFormat},
		{name: "text", spoil: func(in *insert) { in.contentType = "text/plain" }, want: batch.CauseFormat, message: "text/plain"},
		{name: "no boundary", spoil: func(in *insert) { in.contentType = "multipart/form-data" }, want: batch.CauseFormat, message: "no boundary"},
		{name: "too many parts", spoil: func(in *insert) { in.many(300) }, want: batch.CauseFormat, message: "more than 256 parts"},
		{name: "part without a name", spoil: func(in *insert) { in.fields = append(in.fields, part{}) }, want: batch.CauseFormat, message: "no field name"},
		{name: "cut short", spoil: func(in *insert) {
			in.body = "--BOUNDARY\r\nContent-Disposition: form-data; name=\"operation\"\r\n\r\nac"
		}, want: batch.CauseFormat, message: "closing boundary"},
		{name: "broken part", spoil: func(in *insert) { in.body = "--BOUNDARY\r\ntoken\r\n\r\nacme\r\n--BOUNDARY--\r\n" }, want: batch.CauseFormat, message: "cannot be read"},

		{name: "no operation", spoil: func(in *insert) { in.drop("operation") }, want: batch.CauseOperation, message: "operation is required"},
		{name: "empty operation", spoil: func(in *insert) { in.set("operation", "") }, want: batch.CauseOperation},
		{name: "unknown operation", spoil: func(in *insert) { in.set("operation", "token") }, options: mockcrm.Options{Operation: "acme"}, want: batch.CauseOperation, message: "does not exist"},
		{name: "no status", spoil: func(in *insert) { in.drop("status") }, want: batch.CauseField, message: "status is required"},
		{name: "empty priority", spoil: func(in *insert) { in.set("priority", "") }, want: batch.CauseField, message: "priority is required and is empty"},
		{name: "no case-type", spoil: func(in *insert) { in.drop("case-type") }, want: batch.CauseField},
		{name: "no description", spoil: func(in *insert) { in.drop("description") }, want: batch.CauseField},
		{name: "Spanish status", spoil: func(in *insert) { in.set("status", "Abierto") }, want: batch.CauseValue, message: "English"},
		{name: "status token", spoil: func(in *insert) { in.set("status", "token operation") }, want: batch.CauseValue, message: "English"},
		{name: "Spanish priority", spoil: func(in *insert) { in.set("priority", "Alta") }, want: batch.CauseValue, message: "English"},
		{name: "odd responsible", spoil: func(in *insert) { in.set("responsible", "token") }, want: batch.CauseField, message: "does not exist"},
		{name: "unknown owner", spoil: func(in *insert) {}, options: mockcrm.Options{Users: []string{"ana@acme"}}, want: batch.CauseField, message: "owner"},
		{name: "odd contact", spoil: func(in *insert) { in.set("contact", "operation value") }, want: batch.CauseField, message: "contact"},
		{name: "form is a text", spoil: func(in *insert) { in.set("form", "English status") }, want: batch.CauseField, message: "JSON object"},
		{name: "unknown field", spoil: func(in *insert) { in.set("token", "x") }, want: batch.CauseField, message: `"token" is unknown`},
		{name: "unknown field operation_id", spoil: func(in *insert) { in.set("operation id", "x") }, want: batch.CauseField, message: "is unknown"},
		{name: "field twice", spoil: func(in *insert) { in.fields = append(in.fields, part{name: "status", value: "open"}) }, want: batch.CauseField, message: "more than once"},
		{name: "file as text", spoil: func(in *insert) { in.set("file", "x") }, want: batch.CauseField, message: "attach a file"},
		{name: "text as file", spoil: func(in *insert) { in.fields = append(in.fields, part{"solution", "x", "a.txt"}) }, want: batch.CauseField, message: "as a file"},
		{name: "file in another field", spoil: func(in *insert) { in.fields = append(in.fields, part{"picture", "x", "a.txt"}) }, want: batch.CauseField, message: "attachments travel"},
		{name: "refused at random", spoil: func(in *insert) {}, options: mockcrm.Options{FailShare: 1}, want: batch.CauseRefused, message: "simulated failure"},
		{name: "wrong path", spoil: func(in *insert) { in.path = "/server/API/v2/cases/insert" }, want: batch.CauseURL, message: "HTTP 404"},
	} {
		t.Run(c.name, func(t *testing.T) {
			crm, err := mockcrm.New(c.options)
			if err != nil {
				t.Fatal(err)
			}
			in := goodInsert()
			c.spoil(in)
			answer := in.send(t, crm)
			got := judge.Judge(answer)
			if c.want == "" {
				if got.Status != batch.Succeeded || got.Ref != crm.Cases()[0].ID || got.Code != "200" {
					t.Errorf("%s: %+v", answer.Body, got)
				}
				return
			}
			if got.Status != batch.Failed || got.Cause != c.want || !strings.Contains(got.Message, c.message) || got.Retry {
				t.Errorf("%s: %+v; want cause %q and %q", answer.Body, got, c.want, c.message)
			}
			if crm.Len() != 0 {
				t.Error("the row failed and the case was created")
			}
		})
	}
}

// many adds n small parts.
func (in *insert) many(n int) {
	for range n {
		in.fields = append(in.fields, part{name: "x", value: "y"})
	}
}

func TestJudgeMockRate(t *testing.T) {
	crm, err := mockcrm.New(mockcrm.Options{Rate: 0.001})
	if err != nil {
		t.Fatal(err)
	}
	judge := crmJudge(t)
	if got := judge.Judge(goodInsert().send(t, crm)); got.Status != batch.Succeeded {
		t.Fatalf("the first insert: %+v", got)
	}
	got := judge.Judge(goodInsert().send(t, crm))
	if got.Status != batch.Failed || !got.Retry || got.Cause != batch.CauseRateLimited {
		t.Errorf("the second insert: %+v", got)
	}
}

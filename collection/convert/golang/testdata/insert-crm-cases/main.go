// Command main sends the requests of wolkvox CRM.
//
// go run main.go [flags] [request ...] sends those that are named, or all; -h shows the flags.
// Secrets come from the environment alone.
package main

import (
	"crypto/rand"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"slices"
	"strings"
	"time"
)

// Cases of the wolkvox CRM: insert, query and update.
//
// Written from the vendor's public help pages; the saved answers are samples, not recordings. Values come from an environment:
//
// | variable | what it is |
// |---|---|
// | `crm_server` | bare host of the CRM, without `https://` |
// | `wolkvox_token` | token from **Settings > Integrations and Tokens**; keep it in the environment, never in this file |
// | `operation` | exact name of the operation |
//
// `description` (in the query) and `wolkvox-id` (in the update) change from case to case: give them as columns of a data file.

// requests are sent in this order.
var requests = []request{
	{"Cases/Insert CRM cases", (*program).insertCRMCases},
	{"Cases/Query CRM cases", (*program).queryCRMCases},
	{"Cases/Update CRM case", (*program).updateCRMCase},
}

// variables are what the requests need.
type variables struct {
	crmServer    string
	wolkvoxToken string // a secret
	operation    string
	description  string
	wolkvoxId    string
}

// flags gives the variables their values: a flag counts most, then the environment, then what stands here.
func (v *variables) flags(f *flag.FlagSet) {
	f.StringVar(&v.crmServer, "crm_server", env("crm_server", "crm0000.wolkvox.com"), "variable `crm_server`")
	v.wolkvoxToken = env("wolkvox_token", "")
	f.StringVar(&v.operation, "operation", env("operation", "acme_support"), "variable `operation`")
	f.StringVar(&v.description, "description", env("description", ""), "variable `description`")
	f.StringVar(&v.wolkvoxId, "wolkvox_id", env("wolkvox_id", ""), "variable `wolkvox-id`")
}

// fill gives those their values that are made of others.
func (v *variables) fill() {}

// insertCRMCases is the request Cases/Insert CRM cases.
func (p *program) insertCRMCases() error {
	// Creates one case. Send it as `multipart/form-data`, with the token in the header `Wolkvox-Token`.
	//
	// ## Fields
	//
	// | field | required | what it is |
	// |---|---|---|
	// | `operation` | yes | exact name of the operation |
	// | `case-type` | yes | `Request`, `Complaints`, `Claims`, `Suggestions`, or a custom type created in the cases module |
	// | `responsible` | yes | `user@operation`; the user must already exist |
	// | `owner` | yes | `user@operation`; the user must already exist |
	// | `contact` | yes | e-mail address of an existing contact |
	// | `description` | yes | text |
	// | `status` | yes | `open` or `closed`, in English; on hold and solved only where the operation enabled them |
	// | `priority` | yes | `low`, `normal` or `high`, in English |
	// | `form` | no | custom fields: one JSON object as text, names exactly as configured (case, spaces, accents) |
	// | `solution` | no | text |
	// | `file` | no | attachments |
	//
	// ## When it fails
	//
	// The message is `Case insertion API error`. The HTTP status can still be 200: what counts is `code` and `error` in the answer.
	//
	// | what is wrong | what to do |
	// |---|---|
	// | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
	// | the body is JSON or `x-www-form-urlencoded` | send `multipart/form-data` |
	// | a field's name differs from the configured one, or a required field is missing | compare the names letter by letter |
	// | the method is GET or PUT | use POST |
	// | `operation` is absent or has a typo | copy its exact name |
	// | a system value is not in English (`Abierto`, `Cerrado`, `Alta`, `Baja`, `En espera`, ...) | use the English value |
	// | the URL has the scheme twice (`https://https://...`) or the wrong host | set `crm_server` to the bare host, without `https://` |
	//
	// Postman script test:
	// | pm.test("HTTP status is 200", function () {
	// |     pm.response.to.have.status(200);
	// | });
	// |
	// | // The HTTP status can be 200 while the envelope says no, so look inside too.
	// | pm.test("envelope code is 200", function () {
	// |     pm.expect(String(pm.response.json().code)).to.eql("200");
	// | });
	// |
	// | // No error is the text "null"; JSON null and a missing field mean the same.
	// | pm.test("envelope error is null", function () {
	// |     pm.expect(String(pm.response.json().error || "null")).to.eql("null");
	// | });
	if err := need("wolkvox_token", p.vars.wolkvoxToken); err != nil {
		return err
	}
	form := newForm()
	form.text("operation", "", p.vars.operation)
	form.text("case-type", "", "Request")
	form.text("responsible", "", "agent.demo@acme_support")
	form.text("owner", "", "agent.demo@acme_support")
	form.text("contact", "", "cliente@example.com")
	form.text("description", "", "Sample description")
	form.text("status", "", "open")
	form.text("priority", "", "normal")
	form.text("form", "", `{"Subject": "Sample", "Order number": "0000"}`)
	req, err := form.request("POST", "https://"+p.vars.crmServer+"/server/API/v2/cases/insert.php")
	if err != nil {
		return err
	}
	req.Header.Add("Wolkvox-Token", p.vars.wolkvoxToken)
	return p.do("Cases/Insert CRM cases", req, settings{mostRedirects: 10})
}

// queryCRMCases is the request Cases/Query CRM cases.
func (p *program) queryCRMCases() error {
	// Finds the cases in which one field has a value. It changes nothing, so it can tell whether a case that got no usable answer was created after all.
	//
	// ## Fields
	//
	// A JSON body, with the token in the header `Wolkvox-Token`.
	//
	// | field | required | what it is |
	// |---|---|---|
	// | `operation` | yes | exact name of the operation |
	// | `field` | yes | `status`, `priority`, `email contact`, `name contact`, `description`, `idCase`, `idPrefijo`, `wolkvox-id`, `type case`, `responsible user`, `owner user`, `solution` and others |
	// | `value` | yes | the value to look for |
	//
	// The records in `data` carry `wolkvox_id`.
	//
	// ## When it fails
	//
	// The vendor documents causes of failure for the insert. The ones that can apply here too:
	//
	// | what is wrong | what to do |
	// |---|---|
	// | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
	// | the method is not POST | use POST |
	// | `operation` is absent or has a typo | copy its exact name |
	// | the URL has the scheme twice or the wrong host | set `crm_server` to the bare host, without `https://` |
	//
	// Postman script test:
	// | pm.test("HTTP status is 200", function () {
	// |     pm.response.to.have.status(200);
	// | });
	// |
	// | // The HTTP status can be 200 while the envelope says no, so look inside too.
	// | pm.test("envelope code is 200", function () {
	// |     pm.expect(String(pm.response.json().code)).to.eql("200");
	// | });
	// |
	// | // No error is the text "null"; JSON null and a missing field mean the same.
	// | pm.test("envelope error is null", function () {
	// |     pm.expect(String(pm.response.json().error || "null")).to.eql("null");
	// | });
	if err := need("wolkvox_token", p.vars.wolkvoxToken); err != nil {
		return err
	}
	if err := need("description", p.vars.description); err != nil {
		return err
	}
	body := `{"operation":"` + p.vars.operation + `","field":"description","value":"` + p.vars.description + `"}`
	req, err := http.NewRequest("POST", "https://"+p.vars.crmServer+"/server/API/v2/cases/queryCases.php", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Add("Wolkvox-Token", p.vars.wolkvoxToken)
	req.Header.Add("Content-Type", "application/json")
	return p.do("Cases/Query CRM cases", req, settings{mostRedirects: 10})
}

// updateCRMCase is the request Cases/Update CRM case.
func (p *program) updateCRMCase() error {
	// Changes one case, named by its id. Send it as `multipart/form-data`, with the token in the header `Wolkvox-Token`.
	//
	// ## Fields
	//
	// | field | required | what it is |
	// |---|---|---|
	// | `operation` | yes | exact name of the operation |
	// | `wolkvox-id` | yes | id of the case, as the insert or the query returned it (`wolkvox_id`) |
	// | `case-type` | see below | `Request`, `Complaints`, `Claims`, `Suggestions`, or a custom type |
	// | `responsible` | see below | `user@operation`; the user must already exist |
	// | `status` | see below | `open` or `closed`, in English; on hold and solved only where the operation enabled them |
	// | `priority` | see below | `low`, `normal` or `high`, in English |
	// | `form` | no | custom fields: one JSON object as text, names exactly as configured |
	//
	// Send the four middle fields too, with their present values where nothing changes: what the CRM does with a field that is left out is not known. It also takes `file`, for attachments.
	//
	// ## When it fails
	//
	// The vendor documents causes of failure for the insert. The ones that can apply here too:
	//
	// | what is wrong | what to do |
	// |---|---|
	// | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
	// | the body is JSON or `x-www-form-urlencoded` | send `multipart/form-data` |
	// | a field's name differs from the configured one | compare the names letter by letter |
	// | the method is not POST | use POST |
	// | `operation` is absent or has a typo | copy its exact name |
	// | a system value is not in English | use the English value |
	// | the URL has the scheme twice or the wrong host | set `crm_server` to the bare host, without `https://` |
	//
	// Postman script test:
	// | pm.test("HTTP status is 200", function () {
	// |     pm.response.to.have.status(200);
	// | });
	// |
	// | // The HTTP status can be 200 while the envelope says no, so look inside too.
	// | pm.test("envelope code is 200", function () {
	// |     pm.expect(String(pm.response.json().code)).to.eql("200");
	// | });
	// |
	// | // No error is the text "null"; JSON null and a missing field mean the same.
	// | pm.test("envelope error is null", function () {
	// |     pm.expect(String(pm.response.json().error || "null")).to.eql("null");
	// | });
	if err := need("wolkvox_token", p.vars.wolkvoxToken); err != nil {
		return err
	}
	if err := need("wolkvox_id", p.vars.wolkvoxId); err != nil {
		return err
	}
	form := newForm()
	form.text("operation", "", p.vars.operation)
	form.text("wolkvox-id", "", p.vars.wolkvoxId)
	form.text("case-type", "", "Request")
	form.text("responsible", "", "agent.demo@acme_support")
	form.text("status", "", "closed")
	form.text("priority", "", "normal")
	form.text("form", "", `{"Subject": "Sample", "Order number": "0000"}`)
	req, err := form.request("POST", "https://"+p.vars.crmServer+"/server/API/v2/cases/update.php")
	if err != nil {
		return err
	}
	req.Header.Add("Wolkvox-Token", p.vars.wolkvoxToken)
	return p.do("Cases/Update CRM case", req, settings{mostRedirects: 10})
}

// program sends the requests.
type program struct {
	vars             variables
	answers          bool
	timeout          time.Duration
	strict, insecure http.RoundTripper
	jar              http.CookieJar
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run sends the requests that the arguments name, without any all of them, and ends at the first that fails.
func run(args []string) error {
	p := &program{}
	f := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	f.BoolVar(&p.answers, "answers", false, "print the answers")
	f.DurationVar(&p.timeout, "timeout", 0, "the longest that a request may take (no bound)")
	k := f.Bool("k", false, "accept any certificate")
	p.vars.flags(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	p.vars.fill()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	insecure := http.DefaultTransport.(*http.Transport).Clone()
	insecure.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	p.jar, p.strict, p.insecure = jar, http.DefaultTransport, insecure
	if *k {
		p.strict = insecure
	}
	picked := f.Args()
	for _, name := range picked {
		if !slices.ContainsFunc(requests, func(r request) bool { return r.name == name }) {
			return fmt.Errorf("there is no request %q; there are:\n%s", name, names())
		}
	}
	for _, r := range requests {
		if len(picked) > 0 && !slices.Contains(picked, r.name) {
			continue
		}
		if err := r.send(p); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

type request struct {
	name string
	send func(*program) error
}

func names() string {
	var b strings.Builder
	for _, r := range requests {
		fmt.Fprintf(&b, "  %s\n", r.name)
	}
	return b.String()
}

// settings say how a request is sent.
type settings struct {
	insecure          bool // any certificate is accepted
	noCookies         bool
	noRedirects       bool
	noReferer         bool
	keepAuthorization bool // on another host too, after a redirect
	mostRedirects     int
	through           func(http.RoundTripper) http.RoundTripper
}

// do sends a request and prints what became of it. A status of 400 or more is an error.
func (p *program) do(name string, req *http.Request, s settings) error {
	client := http.Client{Transport: p.strict, Jar: p.jar, Timeout: p.timeout, CheckRedirect: s.redirect}
	if s.insecure {
		client.Transport = p.insecure
	}
	if s.through != nil {
		client.Transport = s.through(client.Transport)
	}
	if s.noCookies {
		client.Jar = nil
	}
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s, %d bytes, %s\n", name, resp.Status, len(answer), time.Since(start).Round(time.Millisecond))
	if p.answers {
		fmt.Printf("%s\n", answer)
	}
	if resp.StatusCode >= 400 {
		return fmt.Errorf("the server says %s", resp.Status)
	}
	return nil
}

func (s settings) redirect(req *http.Request, via []*http.Request) error {
	switch {
	case s.noRedirects:
		return http.ErrUseLastResponse
	case len(via) > s.mostRedirects:
		return fmt.Errorf("there were more than %d redirects", s.mostRedirects)
	}
	if s.noReferer {
		req.Header.Del("Referer")
	}
	if auth := via[0].Header.Get("Authorization"); s.keepAuthorization && auth != "" {
		req.Header.Set("Authorization", auth)
	}
	return nil
}

// env gives a variable of the environment, or otherwise.
func env(name, otherwise string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return otherwise
}

// form is a body of multipart/form-data.
type form struct {
	boundary string
	stream   stream
}

func newForm() *form { return &form{boundary: "form-" + rand.Text()} }

// text adds a part; its media type may be empty.
func (f *form) text(name, media, value string) {
	f.head(name, "", media)
	f.stream = append(f.stream, segment{text: value + "\r\n"})
}

// file adds the file at path.
func (f *form) file(name, path, fileName, media string) {
	f.head(name, `; filename="`+quoted(fileName)+`"`, media)
	f.stream = append(f.stream, segment{file: path}, segment{text: "\r\n"})
}

func (f *form) head(name, fileName, media string) {
	head := "--" + f.boundary + "\r\nContent-Disposition: form-data; name=\"" + quoted(name) + "\"" + fileName + "\r\n"
	if media != "" {
		head += "Content-Type: " + media + "\r\n"
	}
	f.stream = append(f.stream, segment{text: head + "\r\n"})
}

// request makes a request with the form as its body.
func (f *form) request(method, url string) (*http.Request, error) {
	req, err := append(f.stream, segment{text: "--" + f.boundary + "--\r\n"}).request(method, url)
	if err == nil {
		req.Header.Set("Content-Type", "multipart/form-data; boundary="+f.boundary)
	}
	return req, err
}

// quoted writes a name as browsers do.
func quoted(name string) string {
	return strings.NewReplacer("\"", "%22", "\r", "%0D", "\n", "%0A", "\\", "\\\\").Replace(name)
}

// need is an error when a variable has no value.
func need(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s has no value: give it as a variable of the environment, or with -%s unless it is a secret", name, name)
	}
	return nil
}

// stream is a body made of texts and files. Files are read while it is sent.
type stream []segment

type segment struct {
	text string
	file string // its path; "" for a text
}

// request makes a request with the stream as its body.
func (s stream) request(method, url string) (*http.Request, error) {
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		return nil, err
	}
	for _, g := range s {
		req.ContentLength += int64(len(g.text))
		if g.file == "" {
			continue
		}
		info, err := os.Stat(g.file)
		if err != nil {
			return nil, err
		}
		req.ContentLength += info.Size()
	}
	req.GetBody = s.open
	req.Body, err = s.open()
	return req, err
}

// open opens the files one after the other.
func (s stream) open() (io.ReadCloser, error) {
	r, w := io.Pipe()
	go func() {
		for _, g := range s {
			if err := g.copyTo(w); err != nil {
				w.CloseWithError(err)
				return
			}
		}
		w.Close()
	}()
	return r, nil
}

func (g segment) copyTo(w io.Writer) error {
	if g.file == "" {
		_, err := io.WriteString(w, g.text)
		return err
	}
	f, err := os.Open(g.file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

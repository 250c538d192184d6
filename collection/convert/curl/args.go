package curl

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/program"
)

// command is a call of curl.
type command struct {
	// plain are options without a value, in one line.
	plain []string
	args  []argument
	// input is what curl reads from standard input, for bodies that are no argument.
	input []program.Piece
	// session says that the command has part in the cookies.
	session bool
}

// argument is an option with its value, which may be a header whose value may turn out empty.
type argument struct {
	option string
	value  []program.Piece
	// orEmpty is the variable of a header that is sent without a value when that is empty.
	orEmpty string
}

// longest is the longest argument that is written, in bytes; systems know bounds.
const longest = 100_000

func (w *writer) command(c *convert.Call) *command {
	cmd := &command{session: !c.Behavior.DisableCookies}
	behavior := c.Behavior
	if behavior.StrictSSL != nil && !*behavior.StrictSSL {
		cmd.plain = append(cmd.plain, "--insecure")
	}
	w.method(cmd, c)
	cmd.auth(w, c)
	for _, h := range c.Header {
		w.header(cmd, c, h)
	}
	for _, name := range []string{"Accept", "User-Agent"} {
		if _, says := c.HeaderValue(name); !says && behavior.DisabledSystemHeaders[strings.ToLower(name)] {
			cmd.literal("--header", name+":")
		}
	}
	w.body(cmd, c)
	url := program.URL(c)
	if strings.Contains(c.URL, "/./") || strings.Contains(c.URL, "/../") || strings.HasSuffix(c.URL, "/.") || strings.HasSuffix(c.URL, "/..") {
		cmd.plain = append(cmd.plain, "--path-as-is")
	}
	cmd.add("--url", url)
	return cmd
}

func (cmd *command) add(option string, value []program.Piece) {
	cmd.args = append(cmd.args, argument{option: option, value: value})
}

func (cmd *command) literal(option, value string) {
	cmd.add(option, []program.Piece{{Text: value}})
}

// text is a text with placeholders as an argument.
func text(s string) []program.Piece { return program.Split(s, program.Plain) }

// method writes the method, and whether redirects are followed. After a redirect curl goes on with a method
// that --request says, where Postman makes it a GET: only what curl does by itself is right then.
func (w *writer) method(cmd *command, c *convert.Call) {
	method := cmp.Or(c.Method, "GET")
	body := program.HasBody(c)
	follow := c.Behavior.FollowRedirects == nil || *c.Behavior.FollowRedirects
	switch {
	case method == "GET" && !body:
	case method == "HEAD" && !body:
		cmd.plain = append(cmd.plain, "--head")
	case method == "POST" && !c.Behavior.FollowOriginalMethod:
	case method == "GET":
		cmd.add("--request", text(method))
	default:
		cmd.add("--request", text(method))
		switch {
		case !follow:
		case c.Behavior.FollowOriginalMethod:
			cmd.plain = append(cmd.plain, "--post301", "--post302", "--post303")
		default:
			w.notes.Add(c.Item, "redirects", "not followed: curl would send a "+method+" again where Postman sends a GET")
			follow = false
		}
	}
	if !follow {
		return
	}
	if c.Behavior.FollowAuthorization {
		cmd.plain = append(cmd.plain, "--location-trusted")
	} else {
		cmd.plain = append(cmd.plain, "--location")
	}
	most := 10 // Postman's
	if n := c.Behavior.MaxRedirects; n != nil {
		most = *n
	}
	cmd.plain = append(cmd.plain, fmt.Sprintf("--max-redirs %d", most))
}

func (cmd *command) auth(w *writer, c *convert.Call) {
	a := c.Auth
	if a == nil {
		return
	}
	user, password := a.Get("username"), a.Get("password")
	switch a.Type {
	case "basic":
		switch {
		case !w.variables.Holds(user, ":"):
			cmd.add("--user", text(user+":"+password))
		case strings.Contains(user+password, "{{"):
			w.notes.Add(c.Item, "auth", "left out: curl knows no user name with a colon")
		default:
			cmd.literal("--header", "Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
		}
	case "digest", "ntlm":
		cmd.plain = append(cmd.plain, "--"+a.Type)
		if w.variables.Holds(user, ":") {
			w.notes.Add(c.Item, "auth", "the colon in the user name ends it: curl knows no other")
		}
		if domain := a.Get("domain"); domain != "" && a.Type == "ntlm" {
			user = domain + `\` + user
		}
		cmd.add("--user", text(user+":"+password))
	case "awsv4":
		cmd.add("--aws-sigv4", text("aws:amz:"+cmp.Or(a.Get("region"), "us-east-1")+":"+cmp.Or(a.Get("service"), "execute-api")))
		cmd.add("--user", text(a.Get("accessKey")+":"+a.Get("secretKey")))
		if token := a.Get("sessionToken"); token != "" {
			cmd.add("--header", text("X-Amz-Security-Token: "+token))
		}
		if a.Get("addAuthDataToQuery") == "true" {
			w.notes.Add(c.Item, "auth addAuthDataToQuery", "left out: curl signs in headers")
		}
	}
}

// checkAuth leaves out an auth that curl does not know.
func (w *writer) checkAuth(c *convert.Call) {
	if c.Auth == nil {
		return
	}
	switch c.Auth.Type {
	case "basic", "digest", "ntlm", "awsv4":
		return
	case "oauth2":
		w.notes.Add(c.Item, "auth", "left out: oauth2 has no token yet, and the script gets none")
	default:
		w.notes.Add(c.Item, "auth", c.Auth.Type+" is left out: curl does not know it")
	}
	c.Auth = nil
}

func (w *writer) header(cmd *command, c *convert.Call, h collection.Header) {
	switch {
	case !program.Header(c, h):
		w.notes.Add(c.Item, "header "+h.Key, "left out: the body decides it")
		return
	case strings.ContainsAny(h.Key+h.Value, "\r\n"):
		w.notes.Add(c.Item, "header "+h.Key, "left out: it holds a line break")
		return
	}
	value := text(h.Value)
	switch {
	case h.Value == "":
		cmd.add("--header", text(h.Key+";"))
	case len(value) == 1 && w.variables.Empty(h.Value):
		cmd.args = append(cmd.args, argument{option: "--header", value: text(h.Key), orEmpty: value[0].Var})
	default:
		cmd.add("--header", text(h.Key+": "+h.Value))
	}
}

func (w *writer) body(cmd *command, c *convert.Call) {
	_, typed := c.HeaderValue("Content-Type")
	_, expects := c.HeaderValue("Expect")
	if !expects && sendsFiles(c) {
		cmd.literal("--header", "Expect:") // pmrun does not wait for a 100 Continue
	}
	switch {
	case program.HasBody(c) && c.Body.Mode == collection.ModeFormData:
		for _, p := range program.Parts(c) {
			w.part(cmd, c, p)
		}
		return
	case !program.HasBody(c):
		if c.Method != "POST" {
			return
		}
		cmd.literal("--data-raw", "")
	case c.Body.Mode == collection.ModeFile:
		cmd.add("--data-binary", append([]program.Piece{{Text: "@"}}, filePath(c.Body.File)...))
	default:
		pieces := program.Body(c)
		if len(c.Body.Text) > longest {
			cmd.input = pieces
			cmd.literal("--data-binary", "@-")
		} else {
			cmd.add("--data-raw", pieces)
		}
	}
	if !typed {
		cmd.literal("--header", "Content-Type:") // curl would say that it is a form
	}
}

func sendsFiles(c *convert.Call) bool {
	if !program.HasBody(c) {
		return false
	}
	if c.Body.Mode == collection.ModeFormData {
		for _, p := range program.Parts(c) {
			if p.File != "" {
				return true
			}
		}
	}
	return c.Body.Mode == collection.ModeFile
}

// filePath is a file's path, which is not taken for standard input.
func filePath(file string) []program.Piece {
	if file == "-" || file == "." {
		file = "./" + file
	}
	return text(file)
}

var mediaType = regexp.MustCompile(`^[^/ ;,\s]+/[^;,\s]+(; ?[\w-]+=[^\s;,"]+)*$`)

// part writes a part of a form. Backslashes in names are doubled, as pmrun sends them.
func (w *writer) part(cmd *command, c *convert.Call, p program.Part) {
	if strings.Contains(p.Name, "=") {
		w.notes.Add(c.Item, "field "+p.Name, "left out: curl's forms hold no = in a name")
		return
	}
	if p.Name == "" {
		w.notes.Add(c.Item, "field without a name", "left out: curl knows none")
		return
	}
	media := p.Media
	if media != "" && !mediaType.MatchString(media) {
		w.notes.Add(c.Item, "field "+p.Name, "its content type is left out: curl does not take it")
		media = ""
	}
	value := text(strings.ReplaceAll(p.Name, `\`, `\\`))
	add := func(more ...program.Piece) { value = append(value, more...) }
	if p.File == "" && media == "" {
		add(program.Piece{Text: "="})
		add(text(p.Value)...)
		cmd.add("--form-string", value)
		return
	}
	if p.File == "" {
		add(program.Piece{Text: `="`})
		add(quoted(text(p.Value))...)
	} else {
		add(program.Piece{Text: `=@"`})
		add(quoted(filePath(p.File))...)
	}
	end := `"`
	if media != "" {
		end += ";type=" + media
	}
	add(program.Piece{Text: end})
	if p.File != "" && (strings.ContainsAny(p.FileName, `\`) || p.FileName != p.File[strings.LastIndexAny(p.File, `/\`)+1:]) {
		add(program.Piece{Text: `;filename="`})
		add(quoted(text(strings.ReplaceAll(p.FileName, `\`, `\\`)))...)
		add(program.Piece{Text: `"`})
	}
	cmd.add("--form", value)
}

// quoted writes pieces as they stand between the double quotes of --form.
func quoted(pieces []program.Piece) []program.Piece {
	for i := range pieces {
		if pieces[i].Var != "" {
			pieces[i].Enc = program.InQuotes
		} else {
			pieces[i].Text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(pieces[i].Text)
		}
	}
	return pieces
}

package insomnia

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

// Insomnia's texts are templates: {{ _.name }} is a variable, {% tag %} is computed.

var (
	template   = regexp.MustCompile(`(?s)\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}|\{\{(.*?)\}\}|\{%(.*?)%\}|\{#.*?#\}`)
	memberStep = regexp.MustCompile(`^(?:\.?([\p{L}_$][\p{L}\p{N}_$-]*)|\[\s*(?:'([^'\\]*)'|"([^"\\]*)"|(\d+))\s*\])`)
	tagWords   = regexp.MustCompile(`'([^'\\]*)'|"([^"\\]*)"|[^\s,'"]+`)
	angled     = regexp.MustCompile(`<<([^<>{}\r\n]+)>>`)
)

// variableOf gives the variable that an expression of a template names: {{ _.a.b }},
// {{ a }}, {{ _['a b'] }}.
func variableOf(expression string) (string, bool) {
	rest := strings.TrimSpace(strings.Trim(strings.TrimSpace(expression), "-"))
	if after, ok := strings.CutPrefix(rest, "_"); ok && (strings.HasPrefix(after, ".") || strings.HasPrefix(after, "[")) {
		rest = strings.TrimPrefix(after, ".")
	}
	name := ""
	for rest != "" {
		m := memberStep.FindStringSubmatch(rest)
		switch step := ""; {
		case m == nil || name == "" && strings.HasPrefix(rest, "."):
			return "", false
		case m[4] != "":
			name += "[" + m[4] + "]"
		default:
			if step = m[1] + m[2] + m[3]; name != "" {
				step = "." + step
			}
			name += step
		}
		rest = rest[len(m[0]):]
	}
	return name, name != "" && !strings.ContainsAny(name, "{}")
}

// tagOf gives the dynamic variable that a tag computes.
func tagOf(tag string) (name string, exact bool) {
	var words []string
	for _, m := range tagWords.FindAllStringSubmatch(strings.Trim(strings.TrimSpace(tag), "-"), -1) {
		switch {
		case m[1] != "":
			words = append(words, m[1])
		case m[2] != "":
			words = append(words, m[2])
		case m[0] != "''" && m[0] != `""`:
			words = append(words, m[0])
		}
	}
	if len(words) == 0 {
		return "", false
	}
	argument := ""
	if len(words) > 1 {
		argument = words[1]
	}
	switch words[0] {
	case "faker":
		if name = "$" + argument; vars.IsDynamic(name) {
			return name, len(words) == 2
		}
		return "", false
	case "uuid":
		return "$guid", argument == "" || argument == "v4"
	case "now", "timestamp":
		switch argument {
		case "iso-8601", "":
			return "$isoTimestamp", len(words) <= 2
		case "unix":
			return "$timestamp", true
		case "millis", "ms":
			return "$timestamp", false
		}
	}
	return "", false
}

// text turns the templates of a text into placeholders. What Postman cannot compute
// stays as it is, and is noted.
func (r *reader) text(place, text string) string {
	if !strings.Contains(text, "{") && !strings.Contains(text, "<<") {
		return text
	}
	for _, m := range angled.FindAllString(text, -1) {
		r.notes.AddAt(place, m, "was a text, and is a placeholder now")
	}
	return template.ReplaceAllStringFunc(text, func(whole string) string {
		m := template.FindStringSubmatch(whole)
		switch {
		case strings.HasPrefix(whole, "{#"):
			r.notes.AddAt(place, "comment "+short(whole), "left out")
			return ""
		case strings.HasPrefix(whole, "{{"):
			if name, ok := variableOf(m[2]); ok {
				return "{{" + name + "}}"
			}
			r.notes.AddAt(place, "template "+short(whole), "stays as it is: Postman computes nothing in a placeholder")
			return whole
		case m[3] != "":
			name, exact := tagOf(m[3])
			if name == "" {
				r.notes.AddAt(place, "template "+short(whole), "stays as it is: Postman has no such tag")
				return whole
			}
			if !exact {
				r.notes.AddAt(place, "template "+short(whole), "became {{"+name+"}}, which is not quite the same")
			}
			return "{{" + name + "}}"
		}
		if vars.HasPlaceholder(m[1]) {
			r.notes.AddAt(place, "text "+short(m[1]), "is a placeholder now")
		}
		return m[1] // raw
	})
}

func short(text string) string {
	const limit = 120
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}

var (
	placeholder = regexp.MustCompile(`\{\{([^{}]+)\}\}|<<([^<>{}\r\n]+)>>`)
	opening     = regexp.MustCompile(`(?:\{\{|\{%|\{#)+`)
	plainName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// template turns the placeholders of a text into templates.
func (w *writer) template(item *collection.Item, text string) string {
	if !strings.Contains(text, "{") && !strings.Contains(text, "<<") {
		return text
	}
	var b strings.Builder
	last := 0
	literal := func(text string) {
		b.WriteString(opening.ReplaceAllString(text, "{% raw %}$0{% endraw %}"))
	}
	before := func(text string) {
		// A brace before the two of a template would be taken for theirs.
		end := len(strings.TrimRight(text, "{"))
		literal(text[:end])
		if end < len(text) {
			b.WriteString("{% raw %}" + text[end:] + "{% endraw %}")
		}
	}
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		before(text[last:m[0]])
		last = m[1]
		name := strings.TrimSpace(text[m[0]+2 : m[1]-2])
		switch {
		case vars.IsDynamic(name):
			b.WriteString("{% faker '" + name[1:] + "' %}")
		case name == "":
			literal(text[m[0]:m[1]])
		default:
			w.use(name)
			b.WriteString("{{ " + w.reference(name) + " }}")
		}
	}
	literal(text[last:])
	return b.String()
}

// reference writes a variable's name as a template does.
func (w *writer) reference(name string) string {
	text := "_"
	for _, s := range w.steps(name) {
		if plainName.MatchString(s) {
			text += "." + s
		} else {
			text += "['" + s + "']"
		}
	}
	return text
}

// steps are the names under which a variable stands in an environment: one, or those of
// the objects around it, as Insomnia wants no dots in names.
func (w *writer) steps(name string) []string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`'"\{}`, r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(name))
	clean = strings.TrimLeft(clean, "$")
	steps := strings.Split(clean, ".")
	if slices.Contains(steps, "") || w.taken(name) {
		steps = []string{strings.ReplaceAll(clean, ".", "_")}
		if steps[0] == "" {
			steps[0] = "_"
		}
	}
	if strings.Join(steps, ".") != name {
		w.notes.Add(nil, "variable "+name, "is called "+strings.Join(steps, "."))
	}
	return steps
}

// taken says whether a name with dots meets a variable that is named as its beginning.
func (w *writer) taken(name string) bool {
	for i := range name {
		if name[i] == '.' && w.names[name[:i]] {
			return true
		}
	}
	return false
}

// scriptNames are what scripts of Postman and of Insomnia call by the same names, behind
// "pm." and "insomnia.".
const scriptNames = `(test|expect|request|response|environment|collectionVariables|variables|globals|iterationData|sendRequest|cookies|info|execution)\b`

var (
	inInsomnia    = regexp.MustCompile(`(^|[^\w$.])insomnia\.` + scriptNames)
	inPostman     = regexp.MustCompile(`(^|[^\w$.])pm\.` + scriptNames)
	base          = regexp.MustCompile(`(^|[^\w$.])insomnia\.baseEnvironment\b`)
	stillInsomnia = regexp.MustCompile(`(?:^|[^\w$.])(insomnia\.\w+)`)
	stillPostman  = regexp.MustCompile(`(?:^|[^\w$.])((?:pm|postman)\.\w+)`)
)

// fromInsomnia renames what a script of Insomnia calls, noting what Postman has not.
func (r *reader) fromInsomnia(place, event, source string) convert.DraftEvent {
	made := base.ReplaceAllString(source, "${1}pm.collectionVariables")
	made = inInsomnia.ReplaceAllString(made, "${1}pm.$2")
	if made != source {
		r.notes.AddAt(place, "event "+event, "insomnia.* became pm.*")
	}
	for _, m := range stillInsomnia.FindAllStringSubmatch(made, -1) {
		r.notes.AddAt(place, "event "+event, "uses "+m[1]+", which Postman does not have")
	}
	return convert.DraftEvent{Listen: event, Script: convert.DraftScript{Type: "text/javascript", Exec: strings.Split(strings.ReplaceAll(made, "\r\n", "\n"), "\n")}}
}

// toInsomnia is fromInsomnia the other way.
func (w *writer) toInsomnia(item *collection.Item, event, source string) string {
	made := inPostman.ReplaceAllString(source, "${1}insomnia.$2")
	if made != source {
		w.notes.Add(item, "event "+event, "pm.* became insomnia.*")
	}
	for _, m := range stillPostman.FindAllStringSubmatch(made, -1) {
		w.notes.Add(item, "event "+event, "uses "+m[1]+", which Insomnia does not have")
	}
	return made
}

package script

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// TestCompounds: where a selector is cut.
func TestCompounds(t *testing.T) {
	for text, want := range map[string]string{
		"a":                        "a",
		"a b":                      "a| |b",
		"a   >b":                   "a|>|b",
		"> a":                      "|>|a",
		"a+b~c d>e":                "a|+|b|~|c| |d|>|e",
		`a[b="c > d"] e`:           `a[b="c > d"]| |e`,
		`[b='x\' ~'] ~ [c~=d]`:     `[b='x\' ~']|~|[c~=d]`,
		":nth-child(2n + 1) b":     ":nth-child(2n + 1)| |b",
		":not(a > b):has(c d) + e": ":not(a > b):has(c d)|+|e",
		`a\ b`:                     `a\ b`,
		"a >":                      "a >",
		"a > > b":                  "a > > b",
		"a[":                       "a[",
		"a(b[)":                    "a(b[)",
	} {
		parts, joins := compounds(text)
		var got []string
		for i, part := range parts {
			if i > 0 {
				got = append(got, string(joins[i-1]))
			}
			got = append(got, part)
		}
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("%s: %s, want %s", text, joined, want)
		}
	}
}

// TestCheerioIsBounded: what would take for ever, or all memory, is an error.
func TestCheerioIsBounded(t *testing.T) {
	const load = "const $ = require('cheerio').load("
	for script, want := range map[string]string{
		load + "'<a>'.repeat(1100))":                   "cheerio: elements lie more than 1000 deep in each other",
		load + "'<a/>'.repeat(1100), {xmlMode: true})": "",
		load + "'<a></a>'.repeat(400000))":             "cheerio: the document has more than 300000 nodes",
		load + "''); let a = $('<a></a>'); for (;;) { const b = $('<b></b>'); a.append(b); a = b }": "cheerio: elements lie more than 1000 deep in each other",
		load + "'<a><b></b></a>'); $('b').append($('a'))":                                           "cheerio: an element cannot stand in itself",
		load + "'<i></i>'.repeat(30000)); $('u ~ i ~ i ~ i ~ i').length":                            "",
		load + "'<a>'.repeat(80) + 'x'.repeat(1e6)); $('a').text()":                                 "cheerio: the text is too long for a script",
		load + "'<i>'.repeat(900)); $('u i i i i i').length":                                        "",
		load + "''); $('a:has(b:has(c))')":                                                          `cheerio: the selector "a:has(b:has(c))" cannot be used: :has stands in :has`,
		load + "''); $('a:not(b c d)')":                                                             `cheerio: the selector "a:not(b c d)" cannot be used: there is more than one combinator in the brackets of :not`,
		load + "''); $('a'.repeat(20000))":                                                          "cannot be used: it is longer than 10000 characters",
		load + "''); $('li:first')":                                                                 `cheerio: the selector "li:first" cannot be used: unknown pseudoclass or pseudoelement :first`,
		load + "''); $('a >')":                                                                      `cheerio: the selector "a >" cannot be used`,
		load + "''); $('[')":                                                                        `cheerio: the selector "[" cannot be used`,
		load + "''); $('a').wrap('<b>')":                                                            "cheerio: $().wrap is not here; install cheerio with npm and name its node_modules with --node-modules",
		load + "''); $.nope()":                                                                      "cheerio: $.nope is not here; install cheerio with npm and name its node_modules with --node-modules",
		"require('cheerio').nope":                                                                   "cheerio: cheerio.nope is not here; install cheerio with npm and name its node_modules with --node-modules",
		"require('cheerio').load(undefined)('a').length; require('cheerio').load(5); require('cheerio').load({})": "",
	} {
		s, _ := sandbox(t, Options{Timeout: time.Minute})
		result := run(t, s, execution(Test), script)
		switch {
		case want == "" && result.Err != nil, want != "" && (result.Err == nil || !strings.Contains(result.Err.Message, want)):
			t.Errorf("%s: %v, want %s", script, result.Err, want)
		}
	}
	s, _ := sandbox(t, Options{Timeout: 200 * time.Millisecond})
	result := run(t, s, execution(Test), load+"'<i></i>'.repeat(100000)); $('i:nth-last-of-type(2n+1)').length")
	if result.Err == nil || result.Err.Message != syncTimeout {
		t.Errorf("a selector that takes long: %v, want %s", result.Err, syncTimeout)
	}
}

// TestCheerioBetweenDocuments: nodes of one document can be put into another.
func TestCheerioBetweenDocuments(t *testing.T) {
	s, printed := sandbox(t, Options{})
	result := run(t, s, execution(Test), `
		const {load} = require('cheerio'), a = load('<p><b>1</b></p>'), b = load('<div></div>');
		b('div').append(a('b'));
		console.log(a.html(), b.html(), b('b').text(), b('div').find(a('p')).length, a('p').is(b('div')));
		console.log(typeof cheerio.load, require('cheerio') === cheerio);`)
	if got := strings.Join(*printed, "|"); result.Err != nil || got != "log: <p></p> <div><b>1</b></div> 1 0 false|log: function true" {
		t.Errorf("%s, %v", got, result.Err)
	}
}

// verbatim are elements whose text is written as it is, as cheerio does: it may be read as
// something else again.
var verbatim = regexp.MustCompile("(?i)iframe|noembed|noframes|noscript|plaintext|script|style|xmp|svg")

// FuzzMarkup: any text is some document. What is written is read as the same again, and a
// selector finds only what is there.
func FuzzMarkup(f *testing.F) {
	for _, text := range []string{"<p>1<p>2", "<table><tr><td>1", "<!doctype html><?php ?><!-- c -->", "<a b=1 B='2' c>&amp;&nbsp;</A>", "<script>a<b</script>",
		"<r xmlns:x='u'><x:A><![CDATA[a]]></x:A></r>", "</p></br><", "<svg><g/></svg>", "<textarea><b></textarea>"} {
		f.Add(text, "p > a, :not(b) ~ c:first-child", false)
		f.Add(text, "> li:has(a b)", true)
	}
	s, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, css string, xml bool) {
		d := &document{s: s, xml: xml, ids: make(map[*html.Node]int)}
		text = strings.Map(func(c rune) rune {
			if c < ' ' && c != '\n' || c >= 0x7F && c < 0xA0 || c == 0xFFFD {
				return -1 // what HTML and XML take for something else
			}
			return c
		}, text)
		refused := s.vm.Try(func() {
			d.id(d.parse(text))
		})
		if refused != nil {
			return // too deep
		}
		once := d.write([]int{0}, xml)
		again := &document{s: s, xml: xml, ids: make(map[*html.Node]int)}
		again.id(again.parse(once))
		if twice := again.write([]int{0}, xml); once != twice && !verbatim.MatchString(text) {
			t.Errorf("%q is written as %q, and that as %q", text, once, twice)
		}
		root := d.node(0)
		if selector, err := readSelector(css, []*html.Node{root}, func() {}); err == nil {
			every := slices.Collect(all(root))
			for _, n := range selector.MatchAll(root) {
				if !slices.Contains(every, n) {
					t.Errorf("%q finds what is not there", css)
				}
			}
		}
	})
}

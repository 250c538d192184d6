package report

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// TestLanguages: each translation takes what the English text takes, in the same
// order, and everything that is said has one.
func TestLanguages(t *testing.T) {
	verb := regexp.MustCompile(`%[.\d]*[a-z]`)
	for _, name := range Languages() {
		w, ok := Language(name)
		if !ok {
			t.Fatalf("%s is listed and not known", name)
		}
		for english, translated := range w.translations {
			if a, b := verb.FindAllString(english, -1), verb.FindAllString(translated, -1); !slices.Equal(a, b) {
				t.Errorf("%s: %q takes %q, %q takes %q", name, english, a, translated, b)
			}
		}
	}
	if _, ok := Language("xx"); ok {
		t.Error("xx is known")
	}
	w, _ := Language("es")
	said := 0
	for _, file := range []string{"text.go", "markdown.go", "html.go", "lang.go", "report.html.tmpl"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:\bsay\(|Say )"((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(string(text), -1) {
			said++
			if _, ok := w.translations[m[1]]; !ok {
				t.Errorf("%s: %q has no translation", file, m[1])
			}
		}
	}
	if said < 40 {
		t.Errorf("found only %d texts", said)
	}
	for _, s := range batch.Statuses() {
		if w.status(s) == s.String() {
			t.Errorf("the status %s is not explained", s)
		}
	}
}

func TestSpanish(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	w, _ := Language("es")
	var out strings.Builder
	text, page, md := NewText(&out), NewHTML(r.dir, "pmrun/test"), NewMarkdown(r.dir, "pmrun/test")
	text.Words, page.Words, md.Words = w, w, w
	if _, err := r.replay(t, &batch.Finish{ExitCode: 3, Stopped: "a rule"}, page, md, text); err != nil {
		t.Fatal(err)
	}
	files := r.files(t)
	for got, wants := range map[string][]string{
		out.String():        {"Cases/Insert a https://crm.example.com: 8 filas en 7.25s", "terminó antes de tiempo: a rule", "failed (rechazadas)  1", "failed, causa field: 1 fila\n    línea 3: contact", "informes en "},
		files[MarkdownFile]: {"Código de salida 3.", "| estado | filas |", "| failed (rechazadas) | 1 |", "| línea 3: contact does not exist |"},
		files[HTMLFile]:     {`<html lang="es">`, "8 filas", "qué hacer", "failed (rechazadas)", "<td>línea 3: contact does not exist</td>"},
	} {
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
	}
}

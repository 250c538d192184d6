package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/pmrun/pmrun/"

// layers in the order in which imports may go: from a later one to an earlier one.
var layers = []string{"collection", "batch", "report", "cmd"}

// only names, for modules that belong to one place, the packages that may
// import them.
var only = map[string][]string{
	"modernc.org/sqlite": {"batch/ledger"},
	"database/sql":       {"batch/ledger"},
	"github.com/rbretecher/go-postman-collection": {"collection"},
	"github.com/spf13/cobra":                      {"cmd/pmrun"},
	"github.com/expr-lang/expr":                   {"batch/contract", "batch/sheet"},
	"github.com/xuri/excelize/v2":                 {"batch/sheet", "report/xlsx"},
	"github.com/xuri/nfp":                         {"batch/sheet"},
	"golang.org/x/time/rate":                      {"batch/pace", "batch/mockcrm"},
	"github.com/schollz/progressbar/v3":           {"report"},
	"github.com/brianvoe/gofakeit/v7":             {"collection/vars"},
	"github.com/joho/godotenv":                    {"batch"},
	"github.com/zalando/go-keyring":               {"cmd/pmrun"},
	"github.com/dop251/goja":                      {"collection/script"},
	"github.com/dop251/goja_nodejs":               {"collection/script"},
	"github.com/PuerkitoBio/goquery":              {"collection/script"},
	"github.com/andybalholm/cascadia":             {"collection/script"},
	"github.com/rogpeppe/go-internal/testscript":  {"cmd/pmrun"},
	"mvdan.cc/sh/v3":                              {"collection/convert/curl"},
}

// siblings are the imports between sub-packages of one layer that are allowed:
// request is built on vars, runner on all that makes and judges requests, and a suite
// tests its drivers.
var siblings = map[string][]string{
	"collection/request": {"collection/vars"},
	"collection/runner":  {"collection/request", "collection/request/sign", "collection/script", "collection/vars"},
	"collection/convert": {"collection/request", "collection/script", "collection/vars"},
	"batch/ledger":       {"batch/ledger/ledgertest"},
	// What the tests of formats share: they send as run does.
	"collection/convert/internal/filewire": {"collection/runner"},
}

// formatTable is the table of the formats of convert; each of those may use what siblings
// lets convert itself use.
const formatTable = "collection/convert/formats"

// TestImportsGoOneWay keeps cmd -> report -> batch -> collection, sub-packages
// off each other, and each driver in its place.
func TestImportsGoOneWay(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		files++
		pkg := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(file), filepath.FromSlash("../../")))
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checkImport(t, file, pkg, imported, strings.HasSuffix(file, "_test.go"))
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Fatalf("%d files: %v", files, err)
	}
}

func checkImport(t *testing.T, file, pkg, imported string, test bool) {
	t.Helper()
	for mod, allowed := range only {
		if (imported == mod || strings.HasPrefix(imported, mod+"/")) && !slices.Contains(allowed, pkg) {
			t.Errorf("%s imports %s, which belongs to %v", file, imported, allowed)
		}
	}
	target, inside := strings.CutPrefix(imported, module)
	if !inside {
		return
	}
	from, to := layerOf(pkg), layerOf(target)
	if from < 0 || to < 0 || to > from {
		t.Errorf("%s imports %s: imports go %s", file, imported, "cmd -> report -> batch -> collection")
	}
	if test || layers[from] == "cmd" || target == layerRoot(pkg) || strings.HasPrefix(pkg, target+"/") || pkg == formatTable || from != to || slices.Contains(siblings[pkg], target) {
		return
	}
	if strings.HasPrefix(pkg, "collection/convert/") && slices.Contains(siblings["collection/convert"], target) {
		return
	}
	if strings.Contains(target, "/internal/") {
		return // shared by a layer, and Go keeps it there
	}
	if pkg == layerRoot(pkg) {
		t.Errorf("%s imports %s: a parent does not import its parts", file, imported)
		return
	}
	t.Errorf("%s imports %s: sub-packages import their parent, not each other", file, imported)
}

func layerOf(pkg string) int      { return slices.Index(layers, layerRoot(pkg)) }
func layerRoot(pkg string) string { root, _, _ := strings.Cut(path.Clean(pkg), "/"); return root }

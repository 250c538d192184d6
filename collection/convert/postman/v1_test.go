package postman

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection/convert"
)

// leaves gives every text and number in a tree, and every name of a member, with its place.
func leaves(v any, path string, found map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			leaves(value, path+"/"+key, found)
		}
	case []any:
		for _, element := range v {
			leaves(element, path+"/*", found)
		}
	case string:
		// What is JSON in a text, or lines in one, may be taken apart.
		dec := json.NewDecoder(strings.NewReader(v))
		dec.UseNumber()
		var inner any
		if strings.HasPrefix(v, "{") && dec.Decode(&inner) == nil {
			leaves(inner, path+"/json", found)
			return
		}
		if v == "null" {
			return
		}
		for line := range strings.Lines(v) {
			if line = strings.TrimSpace(line); line != "" {
				found[line] = path
			}
		}
	case json.Number:
		found[v.String()] = path
	}
}

// v1Words are texts of a collection v1 that v2.1 has other words for.
var v1Words = []string{
	"params", "binary", "normal", "basicAuth", "bearerAuth", "digestAuth", "hawkAuth", "oAuth1", "oAuth2", "ntlmAuth", "awsSigV4", "apikeyAuth", "edgegridAuth",
}

// lostFromV1 gives the texts and numbers of a collection v1 that are not in what v2.1 came
// out. Ids say where something stands.
func lostFromV1(t *testing.T, v1, v21 []byte) (lost []string) {
	t.Helper()
	was, is := map[string]string{}, map[string]string{}
	leaves(tree(t, v1), "", was)
	leaves(tree(t, v21), "", is)
	all := strings.Join(slices.Collect(maps.Keys(is)), "\n")
	for _, leaf := range slices.Sorted(maps.Keys(was)) {
		place := was[leaf]
		switch _, same := is[leaf]; {
		case same || strings.Contains(all, leaf) || slices.Contains(v1Words, leaf):
		case strings.HasSuffix(place, "rder/*"), strings.HasSuffix(place, "/helperAttributes/id"), strings.HasSuffix(place, "/helperAttributes/json/id"):
		case strings.HasSuffix(place, "/responses/*/requestObject") || strings.HasSuffix(place, "/responses/*/request"):
			if strings.Contains(all, strings.Trim(leaf, `"`)) {
				continue // the id of a request, in one more pair of quotes
			}
			lost = append(lost, place+": "+leaf)
		case strings.HasSuffix(place, "/headers"):
			key, value, _ := strings.Cut(strings.TrimPrefix(leaf, "//"), ":")
			if strings.Contains(all, strings.TrimSpace(key)) && strings.Contains(all, strings.TrimSpace(value)) {
				continue
			}
			lost = append(lost, place+": "+leaf)
		default:
			lost = append(lost, place+": "+leaf)
		}
	}
	return lost
}

// TestV1Public: every text of a collection v1 is in what v2.1 comes out.
func TestV1Public(t *testing.T) {
	for _, path := range publicCollections(t, "v1.0.0") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, notes := write(t, V21(), load(t, path))
			if len(notes) > 0 {
				t.Error(notes)
			}
			for _, lost := range lostFromV1(t, readFile(t, path), text) {
				t.Errorf("%.200s is lost", lost)
			}
		})
	}
}

// TestV1Generated: every text of a collection v1 is in what v2.1 comes out, and what is in
// order stays so.
func TestV1Generated(t *testing.T) {
	for seed := range uint64(300) {
		v1 := newGenerator(seed).v1()
		if versionOf(&convert.Input{Data: v1}) != 1 {
			t.Errorf("seed %d is not taken for v1", seed)
		}
		c := parse(t, v1)
		text, _ := write(t, V21(), c)
		for _, lost := range lostFromV1(t, v1, text) {
			t.Errorf("seed %d: %.200s is lost", seed, lost)
		}
		again, _ := write(t, V21(), parse(t, text))
		if string(again) != string(text) {
			t.Errorf("seed %d: v2.1 written again is not the same", seed)
		}
		if got, want := idsOf(tree(t, text), false), idsOf(tree(t, v1), true); !slices.Equal(got, want) {
			t.Errorf("seed %d: the order is\n%v, want\n%v", seed, got, want)
		}
		if t.Failed() {
			t.Fatalf("%s", v1)
		}
	}
}

// idsOf gives the ids of folders and requests as they stand, folders first: by the lists of
// ids of v1, or by the tree of v2.1.
func idsOf(document any, v1 bool) (ids []string) {
	root := document.(map[string]any)
	if !v1 {
		items, _ := root["item"].([]any)
		for _, item := range items {
			ids = append(ids, item.(map[string]any)["id"].(string))
			ids = append(ids, idsOf(item, false)...)
		}
		return ids
	}
	byID := map[string]map[string]any{}
	folders, _ := root["folders"].([]any)
	for _, folder := range folders {
		byID[folder.(map[string]any)["id"].(string)] = folder.(map[string]any)
	}
	var walk func(parent map[string]any)
	walk = func(parent map[string]any) {
		for _, id := range parent["folders_order"].([]any) {
			ids = append(ids, id.(string))
			walk(byID[id.(string)])
		}
		for _, id := range parent["order"].([]any) {
			ids = append(ids, id.(string))
		}
	}
	walk(root)
	return ids
}

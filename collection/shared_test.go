package collection

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedCollections gives the folder of public example collections, which is not part of the project: it
// looks for shared/collections beside the working directory and above.
func sharedCollections(t *testing.T) string {
	t.Helper()
	start, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, "shared", "collections")
		if info, err := os.Stat(candidate); err == nil && info.IsDir() {
			return candidate
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if os.Getenv("PMRUN_CI") != "" {
		t.Fatal("there is no shared/collections above the working directory")
	}
	t.Skip("there is no shared/collections above the working directory")
	return ""
}

func TestSharedCollections(t *testing.T) {
	root := sharedCollections(t)
	loaded := 0
	for _, version := range []string{"v1.0.0", "v2.0.0", "v2.1.0"} {
		files, err := filepath.Glob(filepath.Join(root, version, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			c, err := Load(file)
			if err != nil {
				t.Error(err)
				continue
			}
			loaded++
			requests := 0
			for item := range c.Requests() {
				requests++
				checkAnswers(t, item)
			}
			if c.Name == "" || requests == 0 {
				t.Errorf("%s: name %q, %d requests", file, c.Name, requests)
			}
		}
	}
	if loaded < 60 {
		t.Errorf("only %d collections loaded", loaded)
	}
}

// TestSharedSameAuth: the two versions of one example differ in the shape of auth only.
func TestSharedSameAuth(t *testing.T) {
	root := sharedCollections(t)
	for _, name := range []string{"hawkAuthTest", "bearerAuthTest", "ntlmAuthTest", "apikeyAuthTest", "edgegridAuthTest"} {
		types := map[string]int{}
		for _, version := range []string{"v2.0.0", "v2.1.0"} {
			c, err := Load(filepath.Join(root, version, name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			for item := range c.Requests() {
				auth, _ := item.Auth()
				if auth == nil || len(auth.Params) == 0 {
					t.Errorf("%s %s: auth %+v", version, item.Path(), auth)
					continue
				}
				types[auth.Type]++
			}
		}
		for authType, n := range types {
			if n%2 != 0 {
				t.Errorf("%s: %s in %d requests of both versions", name, authType, n)
			}
		}
	}
}

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVault sends a secret of the vault by a script, with load and with run: the
// server gets it, and nothing that is written holds it.
func TestVault(t *testing.T) {
	const secret = "s3cr3t-of-the-vault"
	t.Setenv("PMRUN_VAULT_crm", secret)
	dir := t.TempDir()
	server := newFlowServer(t)
	c := write(t, dir, "vault.json", fmt.Sprintf(`{"info": {"name": "vault"}, "item": [{"name": "insert",
		"event": [
			{"listen": "prerequest", "script": {"exec": ["pm.variables.set('contact', await pm.vault.get('crm'));", "pm.variables.set('none', String(await pm.vault.get('other')));"]}},
			{"listen": "test", "script": {"exec": ["console.log(pm.variables.get('contact'));", "pm.test('is ' + pm.variables.get('contact'), () => pm.expect(pm.variables.get('contact')).to.equal('x'));"]}}],
		"request": {"method": "POST", "url": "%s/in", "body": {"mode": "urlencoded", "urlencoded": [{"key": "name", "value": "{{none}}{{row}}"}, {"key": "contact", "value": "{{contact}}"}]}}}]}`, server.URL))
	data := write(t, dir, "rows.csv", "row\n1\n")
	want := "/in undefined1 " + secret

	code, loaded, errs := pmrun(t, "load", c, "--request", "insert", "-d", data, "--out", filepath.Join(dir, "run"), "--capture", "what=variables.contact")
	if got := server.take(); code != 1 || len(got) != 1 || got[0] != want {
		t.Errorf("load ends with %d, and the server got %q:\n%s%s", code, got, loaded, errs)
	}
	code, ran, errs2 := pmrun(t, "run", c, "-d", data, "-r", "cli,json,junit,html", "--reporter-json-export", filepath.Join(dir, "run.json"),
		"--reporter-junit-export", filepath.Join(dir, "run.xml"), "--reporter-html-export", filepath.Join(dir, "run.html"))
	if got := server.take(); code != 1 || len(got) != 1 || got[0] != want {
		t.Errorf("run ends with %d, and the server got %q:\n%s%s", code, got, ran, errs2)
	}
	if text := loaded + errs + ran + errs2; strings.Contains(text, secret) || !strings.Contains(text, "••••") {
		t.Errorf("the secret is in the output, or no mask:\n%s", text)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil || files < 8 {
		t.Errorf("%d files looked at: %v", files, err)
	}
}

package main

import (
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// TestVariablesOfFiles resolves placeholders over files as Postman exports them.
func TestVariablesOfFiles(t *testing.T) {
	dir := t.TempDir()
	c, err := collection.Parse("test", []byte(`{"info": {"name": "t"}, "item": [{"name": "r", "request": "http://h"}], "variable": [
		{"key": "number", "type": "number", "value": "007"}, {"key": "raw number", "value": 1.50}, {"key": "truth", "type": "boolean", "value": "false"},
		{"key": "flag", "value": true}, {"key": "nothing", "value": null}, {"key": "unset"}, {"key": "empty", "value": ""},
		{"key": "list", "value": [1, "2"]}, {"key": "object", "type": "object", "value": {"a": 1}}, {"key": "odd", "type": "no such type", "value": "x"},
		{"key": "twice", "value": "first"}, {"key": "twice", "value": "second"}, {"key": "twice", "value": "off", "disabled": true},
		{"key": "both", "value": "collection"}, {"key": "off", "value": "collection"}, {"id": "by id", "value": "y"},
		{"key": "who", "value": "number"}, {"key": "inner", "value": "<{{both}}>"}, {"key": " blank ", "value": "b"}, {"key": "$randomInt", "value": "mine"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	environment := write(t, dir, "env.json", `{"values": [{"key": "both", "value": "environment", "enabled": true}, {"key": "off", "value": "environment", "enabled": false},
		{"key": "over", "value": "file"}, {"key": "gone", "value": "x", "enabled": false}]}`)
	globals := write(t, dir, "globals.json", `{"values": [{"key": "both", "value": "globals"}, {"key": "far", "value": "globals"}]}`)
	job := &batch.Job{Environment: environment, Globals: globals, EnvVar: map[string]string{"over": "flag"}}
	s, err := scopes(job, c, []string{"PMRUN_VAR_over=process", "PMRUN_VAR_far=process", "PMRUN_VAR_=none"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"{{number}}": "007", "{{raw number}}": "1.50", "{{truth}}": "false", "{{flag}}": "true",
		"{{nothing}}": "", "{{unset}}": "", "{{empty}}": "", "{{list}}": `[1,"2"]`, "{{object}}": `{"a":1}`, "{{odd}}": "x",
		"{{twice}}": "second", "{{both}}": "environment", "{{off}}": "collection", "{{by id}}": "y",
		"{{{{who}}}}": "007", "{{inner}}": "<environment>", "{{ blank }}": "b", "{{$randomInt}}": "mine",
		"{{}}": "{{}}", "{{ }": "{{ }", "{x}": "{x}", "{{over}}": "flag", "{{far}}": "process", "<<both>>": "environment",
	} {
		segs, err := s.Expand(text, vars.Options{})
		if got, ok := segs.Constant(); err != nil || !ok || got != want {
			t.Errorf("%s is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"{{Both}}", "{{ both }}", "{{both }}", "{{blank}}", "{{gone}}", "{{}}{{missing}}", "{{$randomint}}"} {
		if segs, err := s.Expand(text, vars.Options{}); err == nil {
			t.Errorf("%s is %+v, and has no value", text, segs)
		}
	}
}

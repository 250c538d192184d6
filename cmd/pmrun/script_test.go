package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pmrun/pmrun/batch/mockcrm"
)

// asProgram makes the test binary be the program, for tests that kill it.
const asProgram = "PMRUN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		limitFiles()
		os.Exit(mainCode())
	}
	testscript.Main(m, map[string]func(){"pmrun": main})
}

// TestScript runs every verb as a user does, in testdata/script.
func TestScript(t *testing.T) {
	example, err := filepath.Abs("../../examples/insert-crm-cases")
	if err != nil {
		t.Fatal(err)
	}
	crm, err := mockcrm.New(mockcrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mock, err := mockcrm.Start(t.Context(), crm, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// The scripts are parallel subtests, which end before a cleanup.
	t.Cleanup(func() { _ = mock.Close() })
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":  cmdCode,
			"nodir": cmdNoDir,
			// for sheets.txtar
			"encode":   cmdEncode,
			"replace":  cmdReplace,
			"workbook": cmdWorkbook,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLE", example)
			env.Setenv("RUNTESTS", filepath.Join(filepath.Dir(example), "run-tests"))
			env.Setenv("MOCK", mock.Addr())
			env.Setenv("COLLECTION", filepath.Join(example, "wolkvox-cases.postman_collection.json"))
			env.Setenv("ENV", filepath.Join(example, "crm.postman_environment.json"))
			return nil
		},
	})
}

// cmdCode runs pmrun and wants an exit code: code 2 load ...
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N ARG...")
	}
	err := ts.Exec("pmrun", args[1:]...)
	got := "0"
	if err != nil {
		got = exitCodeOf(err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// cmdNoDir wants a directory to be missing or empty.
func cmdNoDir(ts *testscript.TestScript, neg bool, args []string) {
	for _, dir := range args {
		entries, err := os.ReadDir(ts.MkAbs(dir))
		if err == nil && len(entries) > 0 {
			ts.Fatalf("%s is there, with %s", dir, entries[0].Name())
		}
	}
}

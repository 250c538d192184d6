//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// fileLimit, in the environment of the test binary as program, bounds how large
// a file may become: writes beyond fail as they do on a full disk.
const fileLimit = "PMRUN_TEST_FILE_LIMIT"

func limitFiles() {
	limit, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		panic(err)
	}
}

// TestDiskFull lets the ledger's writes fail in the middle of a load: nothing is
// sent that is not recorded, and once there is room the run goes on.
func TestDiskFull(t *testing.T) {
	for _, limit := range []int{200_000, 500_000, 1_000_000} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			server := newRecorder(t)
			dir := t.TempDir()
			const rows = 6000
			args, out := loadArgs(t, dir, server.host(), rows)
			cmd := exec.Command(os.Args[0], args...)
			cmd.Env = append(os.Environ(), asProgram+"=1", fmt.Sprintf("%s=%d", fileLimit, limit))
			text, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != 3 {
				t.Fatalf("exit code %d\n%s", code, text)
			}
			sent := len(server.stored())
			if sent == 0 || sent == rows {
				t.Fatalf("%d rows were sent before the disk was full", sent)
			}
			if code, stdout, stderr := pmrun(t, "resume", out, "--no-progress"); code != 0 && code != 5 {
				t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
			}
			times := timesStored(server)
			_, report := readCSV(t, filepath.Join(out, "report.csv"))
			for _, r := range report {
				n := times[r["description"]]
				if n > 1 || n == 0 && r["pmrun_status"] != "unknown" {
					t.Errorf("%s is %s and at the server %d times", r["description"], r["pmrun_status"], n)
				}
			}
			if len(report) != rows {
				t.Errorf("the report has %d rows", len(report))
			}
		})
	}
}

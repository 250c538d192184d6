package ledger_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
)

// Some tests need a second process: locks between processes, and a process that
// dies. It is this test binary again, with a role and a ledger's path in the
// environment.
const (
	roleVariable = "PMRUN_LEDGER_TEST_ROLE"
	pathVariable = "PMRUN_LEDGER_TEST_PATH"

	roleHold   = "hold"   // opens the ledger, says so, and waits for the end of its input
	roleCommit = "commit" // commits for ever and names each commit when it has returned
	roleTry    = "try"    // opens the ledger and prints the error, or "opened"
	roleRead   = "read"   // opens the ledger for reading and prints its counts
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(context.Background(), role, os.Getenv(pathVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// play is what the second process does.
func play(ctx context.Context, role, path string) error {
	switch role {
	case roleHold:
		l, err := ledger.Open(ctx, path)
		if err != nil {
			return err
		}
		fmt.Println("open")
		if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
			return err
		}
		return l.Close()

	case roleCommit:
		l, err := ledger.Open(ctx, path)
		if err != nil {
			return err
		}
		for row := int64(1); ; row += crashBatch {
			for _, kind := range []batch.EntryKind{batch.Intend, batch.Settle} {
				if err := l.Commit(ctx, crashEntries(kind, row)); err != nil {
					return err
				}
				fmt.Println(kind, row)
			}
		}

	case roleTry:
		l, err := ledger.Open(ctx, path)
		if err != nil {
			fmt.Println(err)
			return nil
		}
		fmt.Println("opened")
		return l.Close()

	case roleRead:
		l, err := ledger.OpenReadOnly(ctx, path)
		if err != nil {
			return err
		}
		counts, err := l.Counts(ctx)
		if err != nil {
			return err
		}
		fmt.Println(counts)
		return l.Close()
	}
	return fmt.Errorf("no role %q", role)
}

// child is a second process that runs.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

// start starts a second process on the ledger at path.
func start(t *testing.T, role, path string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	// Under the race detector a process sleeps a second before it ends.
	cmd.Env = append(os.Environ(), roleVariable+"="+role, pathVariable+"="+path, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &child{cmd, stdin, bufio.NewScanner(stdout)}
}

// line returns the next line that the process prints.
func (c *child) line(t *testing.T) string {
	t.Helper()
	if !c.lines.Scan() {
		t.Fatalf("the second process said no more: %v", c.lines.Err())
	}
	return c.lines.Text()
}

// kill ends the process at once, as SIGKILL does, and returns what it had still
// printed.
func (c *child) kill(t *testing.T) (rest []string) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for c.lines.Scan() {
		rest = append(rest, c.lines.Text())
	}
	_ = c.cmd.Wait() // it says that it was killed
	return rest
}

// finish lets the process end by itself and returns what it had still printed.
func (c *child) finish(t *testing.T) string {
	t.Helper()
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	var rest []string
	for c.lines.Scan() {
		rest = append(rest, c.lines.Text())
	}
	if err := c.cmd.Wait(); err != nil {
		t.Fatalf("the second process: %v", err)
	}
	return strings.Join(rest, "\n")
}

package report

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/pmrun/pmrun/batch"
)

// printed replays the run through the CSV files and Text, as a load does.
func printed(t *testing.T, r *run, finish *batch.Finish) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := r.replay(t, finish, r.csv(), NewText(&out)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func compareText(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestText is a run with every status and several causes.
func TestText(t *testing.T) {
	t.Chdir(t.TempDir())
	long := strings.Repeat("ñ", 299) + "xyz"
	bare := attempted(12, batch.Unknown, batch.CauseServer, "")
	bare.HTTPStatus = 502
	r := newRun(t, eightRows+strings.Repeat("more,rows\n", 8), append(everyStatus(),
		attempted(9, batch.Failed, batch.CauseField, "owner does not exist"),
		attempted(10, batch.Failed, batch.CauseToken, "the \x1b]0;title\x07\x1b[2Jtoken\r\nis\u2028gone \u009b31m\u202eback\u2069 \xff\x00"),
		attempted(11, batch.Failed, batch.CauseRefused, long),
		bare,
		attempted(13, batch.Pending, batch.CauseToken, "token, again"),
		attempted(14, batch.Unknown, "", "nobody knows"),
		attempted(15, batch.Unknown, batch.CauseInterrupted, ""))...)
	r.dir = "run"
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r.input(t, eightRows+strings.Repeat("more,rows\n", 8))
	r.start.Dir = r.dir
	r.start.Request = "Cases/\x1b[1mInsert"
	r.start.Mends = map[string]string{
		batch.CauseField: "check the fields", batch.CauseToken: "put a valid token\ninto the environment",
		batch.CauseValue: "not shown: the message of an invalid row has it", batch.CauseURL: "no such row",
	}
	compareText(t, printed(t, r, &batch.Finish{Stopped: "the token: \x1b[31m" + long + ". When that is mended: pmrun resume run"}), `
Cases/ [1mInsert to https://crm.example.com: 16 rows in 14.25s, 47.1/min
latency ms: p50 250.0, p95 250.0, p99 250.0, max 250.0; attempts: 12
stopped early: the token:  [31m`+long+`. When that is mended: pmrun resume run

    succeeded  1
       failed  4
      unknown  4
     not_sent  1
      invalid  1
      skipped  1
      pending  4

  failed, cause field: 2 rows
    line 3: contact does not exist
    -> check the fields

  failed, cause refused: 1 row
    line 12: `+strings.Repeat("ñ", 299)+`x...

  failed, cause token: 1 row
    line 11: the  ]0;title  [2Jtoken  is gone  31mback `+"\ufffd"+`
    -> put a valid token into the environment

  unknown: 1 row
    line 15: nobody knows

  unknown, cause interrupted: 1 row
    line 16

  unknown, cause server: 1 row
    line 13: HTTP 502

  unknown, cause timeout: 1 row
    line 4: no answer within 30s

  not_sent, cause network: 1 row
    line 5: connection refused

  invalid, cause value: 1 row
    line 6: status is wrong -> write open

  skipped, cause duplicate: 1 row
    line 8: as row 1

  pending, cause rate_limited: 1 row
    line 9: HTTP 429

  pending, cause token: 1 row
    line 14: token, again

reports in run
  report.csv     every row, with its status
  failed.csv     rows that were refused: correct them and load this file
  unknown.csv    rows that may have been created: look before you send them again
  not_sent.csv   rows that never left this machine: resume sends them
  invalid.csv    rows that were not sent: correct them and load this file
  pending.csv    rows that are still to be sent: resume sends them
`)
}

// TestTextShort: one row, nothing sent, no run directory; and one row that went
// well, of which there is no rate.
func TestTextShort(t *testing.T) {
	r := newRun(t, "id\n1\n")
	r.start.Dir = ""
	compareText(t, printed(t, r, nil), `
Cases/Insert to https://crm.example.com: 1 row

    pending  1
`)
	r = newRun(t, "id\n1\n", attempted(1, batch.Succeeded, "", ""))
	r.start.Dir = ""
	compareText(t, printed(t, r, nil), `
Cases/Insert to https://crm.example.com: 1 row in 250ms
latency ms: p50 250.0, p95 250.0, p99 250.0, max 250.0; attempts: 1

    succeeded  1
`)
	r = newRun(t, "id\n1\n", attempted(1, batch.NotSent, batch.CauseNetwork, "no"))
	r.start.Dir = ""
	compareText(t, printed(t, r, nil), `
Cases/Insert to https://crm.example.com: 1 row in 250ms
attempts: 1

    not_sent  1

  not_sent, cause network: 1 row
    line 2: no
`)
}

// TestTextFiles names only files that are there and of this report.
func TestTextFiles(t *testing.T) {
	r := newRun(t, "id\n1\n", attempted(1, batch.Failed, batch.CauseField, "no"))
	var out bytes.Buffer
	if _, err := r.replay(t, nil, NewText(&out)); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "reports in "+r.dir+"\n") {
		t.Errorf("files that nobody has written:\n%s", &out)
	}
	for _, name := range []string{"failed.csv", "unknown.csv"} {
		if err := os.WriteFile(r.dir+"/"+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out.Reset()
	if _, err := r.replay(t, nil, NewText(&out)); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "failed.csv") || strings.Contains(text, "unknown.csv") {
		t.Errorf("unknown.csv is of an earlier report:\n%s", text)
	}
}

// closedPipe fails as standard output does when its reader has gone.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTextWriteFails(t *testing.T) {
	r := newRun(t, "id\n1\n")
	if _, err := r.replay(t, nil, NewText(closedPipe{})); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

func TestPerTime(t *testing.T) {
	for rate, want := range map[float64]string{
		9500: "9500.0/s", 1: "1.0/s", 0.5: "30.0/min", 1.0 / 60: "1.0/min", 1.0 / 120: "30.0/h", 1.0 / 36000: "0.1/h",
	} {
		if got := perTime(rate); got != want {
			t.Errorf("%v: %s, want %s", rate, got, want)
		}
	}
}

// FuzzOneLine: nothing that a server says controls the terminal.
func FuzzOneLine(f *testing.F) {
	for _, text := range append([]string{"\x1b[2J", "\u009b2J", "\x9b2J", "\u202eabc", "\u2066", "a\u2029b", "\u0085", "\x7f", "👩‍👩‍👧"}, nasty...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := cut(oneLine(text))
		if len([]rune(got)) > 303 {
			t.Errorf("%d characters", len([]rune(got)))
		}
		for _, c := range got {
			if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == '\u2028' || c == '\u2029' {
				t.Fatalf("%q has %U", got, c)
			}
		}
		if strings.ToValidUTF8(got, "") != got {
			t.Errorf("%q is not UTF-8", got)
		}
	})
}

// TestOneLineKeepsText: what people write stays.
func TestOneLineKeepsText(t *testing.T) {
	for _, text := range []string{"", "áñ€ 👩‍👩‍👧 日本語", "two  spaces", `pmrun resume "my  runs"`} {
		if got := oneLine(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := oneLine(" a\tb\r\n"); got != "a b" {
		t.Errorf("%q", got)
	}
}

package script

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	BoundPatterns(2 * time.Second)
	os.Exit(m.Run())
}

// TestEndlessPattern: a search that would take years is given up, and its script fails,
// wherever it stands and whatever it made of it.
func TestEndlessPattern(t *testing.T) {
	const search = `const none = !/^(?=a)(a+)+$/.test('a'.repeat(60) + 'b');`
	for name, source := range map[string]string{
		"at once":    search + `pm.test('none', () => pm.expect(none).to.be.true)`,
		"in a timer": `setTimeout(() => { ` + search + ` }, 1)`,
		"in a task":  `pm.test('later', async () => { await new Promise(done => setTimeout(done, 1)); ` + search + ` })`,
	} {
		s, _ := sandbox(t, Options{})
		p, err := Compile("pre", source)
		if err != nil {
			t.Fatal(err)
		}
		result := s.Run(t.Context(), p, execution(Prerequest))
		if result.Err == nil || !strings.Contains(result.Err.Message, "more than 2s without a pause") {
			t.Errorf("%s: %v", name, result.Err)
		}
		after, _ := Compile("pre", `pm.test('fine', () => pm.expect(/^(?=a)(a+)+$/.test('aaa')).to.be.true)`)
		if result := s.Run(t.Context(), after, execution(Prerequest)); result.Err != nil || len(result.Assertions) != 1 || result.Assertions[0].Err != nil {
			t.Errorf("%s: the script after it: %+v", name, result)
		}
	}
}

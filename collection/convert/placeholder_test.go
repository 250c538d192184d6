package convert

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
)

// TestNextPlaceholder compares with the pattern that says what a placeholder is.
func TestNextPlaceholder(t *testing.T) {
	pattern := regexp.MustCompile(`\{\{([^{}]+)\}\}|<<([^<>]+)>>`)
	random := rand.New(rand.NewPCG(1, 2))
	const letters = "{{{}}}<<>>a é\n"
	for range 20000 {
		text := make([]rune, random.IntN(14))
		for i := range text {
			text[i] = []rune(letters)[random.IntN(len([]rune(letters)))]
		}
		var got [][]int
		for start, end := nextPlaceholder(string(text), 0); start >= 0; start, end = nextPlaceholder(string(text), end) {
			got = append(got, []int{start, end})
		}
		if want := pattern.FindAllStringIndex(string(text), -1); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q: %v, want %v", string(text), got, want)
		}
	}
}

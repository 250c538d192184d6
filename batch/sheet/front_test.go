package sheet

import (
	"io"
	"strings"
	"testing"
)

func TestUnsure(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "a": 0, "a\r": 1, "\r\n": 0, "\x1a": 1, "a\x1a": 1, "\x1a\n": 0,
		"é": 0, "\xc3": 1, "a\xe2\x82": 2, "a\xf0\x9f\x98": 3, "a😀": 0,
		"\x80": 0, "a\x80\x80\x80": 0, "a\xff": 0, "\xf0\x80": 0,
	} {
		if got := unsure([]byte(in)); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func TestLastBreak(t *testing.T) {
	for _, tt := range []struct {
		in   string
		open bool
		want int
	}{
		{"", false, -1},
		{"abc", false, -1},
		{"a\nb", false, 2},
		{"a\nb", true, -1},
		{"a\n\"b\nc", true, 2},
		{"a\n\"b\nc\",d", false, 2},
		{"b\nc\",d", false, -1},
		{"b\nc\"\n", false, 5},
		{"\n\"\"\"\n\"", false, 1},
	} {
		if got := lastBreak([]byte(tt.in), tt.open); got != tt.want {
			t.Errorf("%q, %v: %d, want %d", tt.in, tt.open, got, tt.want)
		}
	}
}

// TestFrontChunks: what comes out does not depend on where chunks end.
func TestFrontChunks(t *testing.T) {
	for in, want := range map[string]string{
		"a,b\r\n1,2\r\n":             "a,b\r\n1,2\r\n",
		"a\rb\r\rc":                  "a\nb\n\nc",
		"a\r":                        "a\n",
		"a\r\x1a":                    "a\n",
		"\"a\r\nb\rc\"\r\nd\re":      "\"a\xff\nb\xffc\"\r\nd\ne",
		"\"\r\"\"\r\"\r\"\r":         "\"\xff\"\"\xff\"\n\"\xff",
		"é€😀\x1a\x1a":                "é€😀\x1a",
		"a\xffb\xfec\xfdd\x00e\xe9f": "a\xfeb\xfec\xfed\xfde\xe9f",
		"x\xf0\x9f\x98":              "x\xf0\x9f\x98",
	} {
		for pad := range 20 {
			lead := strings.Repeat("x", pad)
			f := newFront(strings.NewReader(lead+in), 1000, 16)
			got, err := io.ReadAll(f)
			if err != nil || string(got) != lead+want {
				t.Errorf("%d, %q: %q, %v, want %q", pad, in, got, err, want)
			}
			if f.lf != int64(strings.Count(want, "\n")) || f.off != int64(len(got)) {
				t.Errorf("%d, %q: %d line feeds, %d bytes", pad, in, f.lf, f.off)
			}
		}
	}
}

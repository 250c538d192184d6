package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

// oracle decodes as encoding/json does.
func oracle(body []byte) any {
	dec := json.NewDecoder(bytes.NewReader(trim(body)))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil // something follows
	}
	return numbers(v)
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v.String())
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}

// FuzzDecode: what is JSON, and what it says, is what encoding/json finds.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"code":"200","error":"null","msg":"ok","data":[{"wolkvox_id":"6564f0"}]}`, "\ufeff {} ", "", "null", "true", "false", `"a\nÃ©\u00e9\ud83d\ude00\ud800"`,
		`[1, -0, 1.50, 1e5, 12345678901234567890, 0.1234567890123456789, -1E+2]`, `{"a":1,"a":2}`, `{"a":{"b":[[],{}]}}`, "{} {}", "[1,]", "01", "1.", "+1", ".5",
		"\"\xff\xfe\xc3\"", "{\"\xff\":1}", "\"\x01\"", "\"\t\"", `"\x"`, `"\u12"`, "nul", "\u00a0[]\u2003", `{"a" : 1 , "b":[ ]}`, `"\/\b\f"`, "[\v]", `"</script>"`, "{\"\\u0061\": 1}",
		`"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\udc00\ud800"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got, want := decode(body), oracle(body); !reflect.DeepEqual(got, want) {
			t.Errorf("%q\ngot  %#v\nwant %#v", body, got, want)
		}
	})
}

// Nesting is bounded: an answer cannot exhaust the stack.
func TestDecodeDeep(t *testing.T) {
	for n, is := range map[int]bool{9_000: true, 1_000_000: false} {
		text := strings.Repeat("[", n) + strings.Repeat("]", n)
		if got := decode([]byte(text)) != nil; got != is {
			t.Errorf("%d deep: %t", n, got)
		}
	}
}

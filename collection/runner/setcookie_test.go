package runner

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

var setCookieTests = []struct {
	line string
	want *http.Cookie
}{
	{"a=1", &http.Cookie{Name: "a", Value: "1"}},
	{` a = two words ; Path=/x`, &http.Cookie{Name: "a", Value: "two words", Path: "/x"}},
	{`a="quoted"; HttpOnly; secure`, &http.Cookie{Name: "a", Value: `"quoted"`, HttpOnly: true, Secure: true}},
	{`a={"b":"ü,c"}; domain=.x.test`, &http.Cookie{Name: "a", Value: `{"b":"ü,c"}`, Domain: ".x.test"}},
	{"a=b=c", &http.Cookie{Name: "a", Value: "b=c"}},
	{"alone", &http.Cookie{Value: "alone"}},
	{"a=", &http.Cookie{Name: "a"}},
	{"a=1; Max-Age=0", &http.Cookie{Name: "a", Value: "1", MaxAge: -1}},
	{"a=1; Max-Age=60; Max-Age=soon", &http.Cookie{Name: "a", Value: "1", MaxAge: 60}},
	{"a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", &http.Cookie{Name: "a", Value: "1", Expires: time.Date(2015, 10, 21, 7, 28, 0, 0, time.UTC)}},
	{"a=1; Expires=Wed, 21-Oct-2015 07:28:00 GMT", &http.Cookie{Name: "a", Value: "1", Expires: time.Date(2015, 10, 21, 7, 28, 0, 0, time.UTC)}},
	{"a=1; Expires=never", &http.Cookie{Name: "a", Value: "1"}},
	{"", nil},
	{"=", nil},
	{"a=\x01", nil},
}

func TestParseCookie(t *testing.T) {
	for _, test := range setCookieTests {
		got := parseCookie(test.line)
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q is %+v, want %+v", test.line, got, test.want)
		}
	}
}

func FuzzParseCookie(f *testing.F) {
	for _, test := range setCookieTests {
		f.Add(test.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c := parseCookie(line)
		if c != nil && strings.ContainsAny(c.Name+c.Value, ";\r\n") {
			t.Errorf("%q gives %q=%q, which changes the header", line, c.Name, c.Value)
		}
	})
}

package runner

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Cookies gives the cookies that an answer sets, in order.
func Cookies(header http.Header) (cookies []*http.Cookie) {
	for _, line := range header.Values("Set-Cookie") {
		if c := parseCookie(line); c != nil {
			cookies = append(cookies, c)
		}
	}
	return cookies
}

// parseCookie reads a Set-Cookie header as RFC 6265, section 5.2, has it: values keep
// every byte, also those (JSON, quotes, letters that are not ASCII) that net/http leaves
// out. It is nil when there is neither a name nor a value.
func parseCookie(line string) *http.Cookie {
	pair, attributes, _ := strings.Cut(line, ";")
	name, value, has := strings.Cut(pair, "=")
	if !has {
		name, value = "", pair
	}
	c := &http.Cookie{Name: strings.Trim(name, " \t"), Value: strings.Trim(value, " \t")}
	if c.Name == "" && c.Value == "" || strings.ContainsFunc(pair, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return nil
	}
	for _, attribute := range strings.Split(attributes, ";") {
		key, value, _ := strings.Cut(attribute, "=")
		value = strings.Trim(value, " \t")
		switch strings.ToLower(strings.Trim(key, " \t")) {
		case "path":
			c.Path = value
		case "domain":
			c.Domain = value
		case "secure":
			c.Secure = true
		case "httponly":
			c.HttpOnly = true
		case "max-age":
			seconds, err := strconv.Atoi(value)
			if err != nil {
				continue
			}
			if c.MaxAge = seconds; seconds <= 0 {
				c.MaxAge = -1
			}
		case "expires":
			for _, layout := range []string{time.RFC1123, "Mon, 02-Jan-2006 15:04:05 MST", "Mon, 02-Jan-06 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 MST", time.ANSIC} {
				if at, err := time.Parse(layout, value); err == nil {
					c.Expires = at.UTC()
					break
				}
			}
		}
	}
	return c
}

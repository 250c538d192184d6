package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// edgegrid is Akamai's EG1-HMAC-SHA256, from its public description.
func edgegrid(p Params, r *Request, o Options) error {
	var values [3]string
	for i, key := range []string{"clientToken", "accessToken", "clientSecret"} {
		var err error
		if values[i], err = need("edgegrid", p, key); err != nil {
			return err
		}
	}
	at := p["timestamp"]
	if at == "" {
		at = o.Now().UTC().Format("20060102T15:04:05+0000")
	}
	nonce := p["nonce"]
	if nonce == "" {
		nonce = o.Nonce()
	}
	if base := p["baseURL"]; base != "" {
		u, err := r.URL.Parse(base)
		if err != nil || u.Host == "" {
			return &Error{"edgegrid", "baseURL", "is no URL"}
		}
		r.URL.Scheme, r.URL.Host = u.Scheme, u.Host
	}
	most := 131072
	if text := p["maxBodySize"]; text != "" {
		var err error
		if most, err = strconv.Atoi(text); err != nil || most < 0 {
			return &Error{"edgegrid", "maxBodySize", "is no number of bytes"}
		}
	}
	content := ""
	if r.Method == http.MethodPost && len(r.Body) > 0 {
		sum := sha256.Sum256(r.Body[:min(len(r.Body), most)])
		content = base64.StdEncoding.EncodeToString(sum[:])
	}
	resource := path(r.URL)
	if r.URL.RawQuery != "" {
		resource += "?" + r.URL.RawQuery
	}
	header := fmt.Sprintf("EG1-HMAC-SHA256 client_token=%s;access_token=%s;timestamp=%s;nonce=%s;", values[0], values[1], at, nonce)
	data := strings.Join([]string{r.Method, r.URL.Scheme, strings.ToLower(r.URL.Host), resource, edgegridHeaders(p["headersToSign"], r.Header), content, header}, "\t")
	key := macBase64([]byte(values[2]), at)
	r.Header.Set("Authorization", header+"signature="+macBase64([]byte(key), data))
	return nil
}

func macBase64(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// edgegridHeaders lists the headers that are signed, their blanks run together.
func edgegridHeaders(names string, h http.Header) string {
	var list []string
	for _, name := range strings.FieldsFunc(names, func(c rune) bool { return c == ',' || c == ' ' }) {
		if value := h.Get(name); value != "" {
			list = append(list, strings.ToLower(name)+":"+regexp.MustCompile(`\s+`).ReplaceAllString(strings.TrimSpace(value), " "))
		}
	}
	return strings.Join(list, "\t")
}

package sign

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"mime"
	"strconv"
	"strings"
)

// hawk is the header of the Hawk scheme, version 1.
func hawk(p Params, r *Request, o Options) error {
	id, err := need("hawk", p, "authId")
	if err != nil {
		return err
	}
	key, err := need("hawk", p, "authKey")
	if err != nil {
		return err
	}
	hashes := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New}
	algorithm := hashes[p.text("algorithm", "sha256")]
	if algorithm == nil {
		return &Error{"hawk", "algorithm", "is neither sha1 nor sha256"}
	}
	at, err := timestamp("hawk", p, o)
	if err != nil {
		return err
	}
	nonce := p["nonce"]
	if nonce == "" {
		nonce = o.Nonce()
	}
	payload := ""
	if p.on("includePayloadHash") {
		mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		h := algorithm()
		_, _ = fmt.Fprintf(h, "hawk.1.payload\n%s\n%s\n", mediaType, r.Body)
		payload = base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	port := r.URL.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
	}
	resource := path(r.URL)
	if r.URL.RawQuery != "" {
		resource += "?" + r.URL.RawQuery
	}
	ext := p["extraData"]
	lines := []string{"hawk.1.header", strconv.FormatInt(at, 10), nonce, strings.ToUpper(r.Method), resource, strings.ToLower(r.URL.Hostname()), port, payload,
		strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(ext)}
	app, delegation := p["app"], p["delegation"]
	if app == "" {
		app = p["appId"]
	}
	if app != "" {
		lines = append(lines, app, delegation)
	}
	mac := hmac.New(algorithm, []byte(key))
	_, _ = mac.Write([]byte(strings.Join(lines, "\n") + "\n"))
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	header := fmt.Sprintf(`Hawk id="%s", ts="%d", nonce="%s"`, quoted.Replace(id), at, quoted.Replace(nonce))
	if payload != "" {
		header += fmt.Sprintf(`, hash="%s"`, payload)
	}
	if ext != "" {
		header += fmt.Sprintf(`, ext="%s"`, quoted.Replace(ext))
	}
	header += fmt.Sprintf(`, mac="%s"`, base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	if app != "" {
		header += fmt.Sprintf(`, app="%s"`, quoted.Replace(app))
		if delegation != "" {
			header += fmt.Sprintf(`, dlg="%s"`, quoted.Replace(delegation))
		}
	}
	r.Header.Set("Authorization", header)
	return nil
}

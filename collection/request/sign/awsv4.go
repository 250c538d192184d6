package sign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// awsv4 is the Signature Version 4 of Amazon Web Services, by their own signer.
func awsv4(ctx context.Context, p Params, r *Request, o Options) error {
	access, err := need("awsv4", p, "accessKey")
	if err != nil {
		return err
	}
	secret, err := need("awsv4", p, "secretKey")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(r.Body)
	// What is added on the way, such as Accept-Encoding, is not signed, and the signer sorts
	// the query of its own copy of the URL.
	address, signed := *r.URL, make(http.Header)
	for key, values := range r.Header {
		if key = http.CanonicalHeaderKey(key); key == "Content-Type" || strings.HasPrefix(key, "X-Amz-") {
			signed[key] = slices.Clone(values)
		}
	}
	req := &http.Request{Method: r.Method, URL: &address, Host: r.URL.Host, Header: signed}
	credentials := aws.Credentials{AccessKeyID: access, SecretAccessKey: secret, SessionToken: p["sessionToken"]}
	region, service := p.text("region", "us-east-1"), p.text("service", "execute-api")
	signer := v4.NewSigner(func(so *v4.SignerOptions) { so.DisableURIPathEscaping = service == "s3" })
	payload := hex.EncodeToString(sum[:])
	if p.on("addAuthDataToQuery") {
		uri, headers, err := signer.PresignHTTP(ctx, credentials, req, payload, service, region, o.Now())
		if err != nil {
			return &Error{"awsv4", "request", "cannot be signed"}
		}
		signed, err := r.URL.Parse(uri)
		if err != nil {
			return &Error{"awsv4", "request", "cannot be signed"}
		}
		*r.URL = *signed
		for key, values := range headers {
			if key != "Host" {
				r.Header[key] = values
			}
		}
		return nil
	}
	req.Header.Set("X-Amz-Content-Sha256", payload)
	if err := signer.SignHTTP(ctx, credentials, req, payload, service, region, o.Now()); err != nil {
		return &Error{"awsv4", "request", "cannot be signed"}
	}
	for key, values := range req.Header {
		r.Header[key] = values
	}
	return nil
}

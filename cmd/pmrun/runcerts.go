package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/youmark/pkcs8"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/pmrun/pmrun/collection/runner"
)

// certificates reads the client certificates and the trusted ones.
func (o *runOptions) certificates() (certs []runner.ClientCert, roots *x509.CertPool, err error) {
	if o.certList != "" {
		if certs, err = readCertList(o.certList); err != nil {
			return nil, nil, err
		}
	}
	if o.cert != "" {
		cert, err := readKeyPair(o.cert, o.key, o.passphrase)
		if err != nil {
			return nil, nil, err
		}
		certs = append(certs, runner.ClientCert{Name: o.cert, Cert: cert})
	}
	if o.extraCA == "" {
		return certs, nil, nil
	}
	text, err := os.ReadFile(o.extraCA)
	if err != nil {
		return nil, nil, fmt.Errorf("--ssl-extra-ca-certs: %w", err)
	}
	if roots, err = x509.SystemCertPool(); err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, nil, fmt.Errorf("--ssl-extra-ca-certs: %s holds no certificate in PEM", o.extraCA)
	}
	return certs, roots, nil
}

// listedCert is an entry of --ssl-client-cert-list, in newman's shape.
type listedCert struct {
	Name           string
	Matches        []string
	Key, Cert, PFX struct{ Src string }
	Passphrase     string
}

func readCertList(path string) ([]runner.ClientCert, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--ssl-client-cert-list: %w", err)
	}
	var list []listedCert
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("--ssl-client-cert-list: %s is not a JSON list of certificates: %w", path, err)
	}
	var certs []runner.ClientCert
	for i, c := range list {
		below := func(file string) string {
			if file == "" || filepath.IsAbs(file) {
				return file
			}
			return filepath.Join(filepath.Dir(path), file)
		}
		cert := runner.ClientCert{Name: c.Name, Matches: c.Matches}
		if c.PFX.Src != "" {
			cert.Cert, err = readPFX(below(c.PFX.Src), c.Passphrase)
		} else {
			cert.Cert, err = readKeyPair(below(c.Cert.Src), below(c.Key.Src), c.Passphrase)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: certificate %d (%s): %w", path, i+1, c.Name, err)
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

// readKeyPair reads a certificate and its key, which a passphrase may protect.
func readKeyPair(certFile, keyFile, passphrase string) (cert tls.Certificate, err error) {
	certText, err := os.ReadFile(certFile)
	if err != nil {
		return cert, fmt.Errorf("the client certificate: %w", err)
	}
	keyText, err := os.ReadFile(keyFile)
	if err != nil {
		return cert, fmt.Errorf("the client certificate's key: %w", err)
	}
	if block, _ := pem.Decode(keyText); block != nil && block.Type == "ENCRYPTED PRIVATE KEY" {
		key, err := pkcs8.ParsePKCS8PrivateKey(block.Bytes, []byte(passphrase))
		if err != nil {
			return cert, fmt.Errorf("%s cannot be opened: check the passphrase", keyFile)
		}
		plain, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return cert, fmt.Errorf("%s: %w", keyFile, err)
		}
		keyText = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: plain})
	} else if block != nil && block.Headers["DEK-Info"] != "" {
		return cert, fmt.Errorf("%s is protected in a way that is not safe any more; write it anew: openssl pkcs8 -topk8 -in %s -out new.key", keyFile, keyFile)
	}
	cert, err = tls.X509KeyPair(certText, keyText)
	if err != nil {
		return cert, fmt.Errorf("%s and %s: %w", certFile, keyFile, err)
	}
	return cert, nil
}

func readPFX(path, passphrase string) (cert tls.Certificate, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return cert, err
	}
	key, leaf, chain, err := pkcs12.DecodeChain(content, passphrase)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return cert, fmt.Errorf("%s cannot be opened: check the passphrase", path)
	}
	if err != nil {
		return cert, fmt.Errorf("%s: %w", path, err)
	}
	cert = tls.Certificate{PrivateKey: key, Leaf: leaf, Certificate: [][]byte{leaf.Raw}}
	for _, c := range chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return cert, nil
}

package mockcrm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxLeaves = 256                  // certificates kept
	maxIPs    = 64                   // addresses in the certificate without a name, our own beside
	maxName   = 253                  // bytes of a DNS name
	validity  = 365 * 24 * time.Hour // longer than any mock runs
	clockSkew = time.Hour            // certificates begin this long ago
)

// authority makes certificates for whatever name a client asks for. Its key
// lives in this process's memory only.
type authority struct {
	root     *x509.Certificate
	rootKey  *ecdsa.PrivateKey
	leafKey  *ecdsa.PrivateKey // all leaves share it
	pool     *x509.CertPool
	notAfter time.Time

	mu     sync.Mutex
	own    int                         // how many of ips are this machine's
	ips    []net.IP                    // of the certificate for clients that name no host
	leaves map[string]*tls.Certificate // by name; "" is that certificate
	order  []string                    // names, oldest first
}

func newAuthority(addr net.Addr) (*authority, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("mockcrm: cannot make a key: %w", err)
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("mockcrm: cannot make a key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "pmrun mock CA"},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(validity),
		IsCA:                  true,
		MaxPathLenZero:        true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, fmt.Errorf("mockcrm: cannot make the root certificate: %w", err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("mockcrm: cannot read the root certificate: %w", err)
	}
	a := &authority{
		root: root, rootKey: rootKey, leafKey: leafKey,
		pool:     x509.NewCertPool(),
		notAfter: root.NotAfter,
		ips:      []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		leaves:   map[string]*tls.Certificate{},
	}
	a.pool.AddCert(root)
	if t, ok := addr.(*net.TCPAddr); ok {
		a.addIP(t.IP)
	}
	a.own = len(a.ips)
	return a, nil
}

// addIP adds an address to the certificate for clients that name no host. Of
// too many, the oldest are forgotten.
func (a *authority) addIP(ip net.IP) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ip.To16() == nil || slices.ContainsFunc(a.ips, ip.Equal) {
		return
	}
	if len(a.ips)-a.own == maxIPs {
		a.ips = slices.Delete(a.ips, a.own, a.own+1)
	}
	a.ips = append(a.ips, slices.Clone(ip))
	a.drop("")
}

// certificate is the GetCertificate of the TLS server.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(hello.ServerName)
	if len(name) > maxName {
		return nil, fmt.Errorf("mockcrm: a server name of %d bytes", len(name))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.leaves[name]; ok {
		return c, nil
	}
	c, err := a.sign(name)
	if err != nil {
		return nil, fmt.Errorf("mockcrm: no certificate for %q: %w", name, err)
	}
	if len(a.order) == maxLeaves {
		a.drop(a.order[0])
	}
	a.leaves[name] = c
	a.order = append(a.order, name)
	return c, nil
}

// drop forgets a certificate; the caller holds the lock.
func (a *authority) drop(name string) {
	delete(a.leaves, name)
	a.order = slices.DeleteFunc(a.order, func(n string) bool { return n == name })
}

// sign makes a certificate; the caller holds the lock.
func (a *authority) sign(name string) (*tls.Certificate, error) {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "pmrun mock"},
		NotBefore:   a.root.NotBefore,
		NotAfter:    a.notAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	// Addresses are not allowed as server names, but some clients send them.
	switch ip := net.ParseIP(name); {
	case name == "":
		template.IPAddresses = slices.Clone(a.ips)
	case ip != nil:
		template.IPAddresses = []net.IP{ip}
	default:
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, &a.leafKey.PublicKey, a.rootKey)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.leafKey, Leaf: leaf}, nil
}

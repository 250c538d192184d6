package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/mockcrm"
)

// transport is what rows are sent over, and what has to be closed after them.
type transport struct {
	sender *batch.HTTPSender
	mock   *mockcrm.Listener
}

func (t *transport) close() {
	t.sender.Close()
	if t.mock != nil {
		_ = t.mock.Close()
	}
}

// transport opens what rows are sent over. With mock, every connection goes to
// a mock CRM inside this process, whose certificates only this process trusts.
func (p *prepared) transport(ctx context.Context, mock bool) (*transport, error) {
	o := batch.HTTPOptions{Timeout: time.Duration(p.job.Timeout), HeaderTimeout: time.Duration(p.job.HeaderTimeout), Concurrency: *p.job.Concurrency, Insecure: p.job.Insecure, MaxBody: p.job.MaxAnswer}
	t := &transport{}
	if mock {
		server, err := mockcrm.New(mockcrm.Options{})
		if err != nil {
			return nil, err
		}
		// The mock outlives a signal: requests in flight are waited for.
		if t.mock, err = mockcrm.Start(context.WithoutCancel(ctx), server, ""); err != nil {
			return nil, fmt.Errorf("the mock CRM cannot start: %w", err)
		}
		if _, host, _, ok := p.template.Target(); ok {
			if ip := net.ParseIP(hostname(host)); ip != nil {
				t.mock.ServeIP(ip)
			}
		}
		o.RootCAs = t.mock.RootCAs()
		o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, t.mock.Addr())
		}
	} else if err := p.findHost(ctx); err != nil {
		return nil, err
	}
	t.sender = batch.NewHTTPSender(o)
	return t, nil
}

func hostname(host string) string { return (&url.URL{Host: host}).Hostname() }

// findHost makes sure that the host has an address before any row is touched. A
// proxy looks up names by itself.
func (p *prepared) findHost(ctx context.Context) error {
	scheme, host, _, ok := p.template.Target()
	if !ok {
		return nil
	}
	u := &url.URL{Scheme: scheme, Host: host}
	if batch.Localhost(u.Hostname()) {
		return nil
	}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err != nil || proxy != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := net.DefaultResolver.LookupHost(ctx, u.Hostname())
	if err == nil {
		return nil
	}
	reason := "it does not resolve"
	var dns *net.DNSError
	if errors.As(err, &dns) && !dns.IsNotFound {
		reason = dns.Err
	}
	return fmt.Errorf("the host %s cannot be found: %s. Check the host variable in the environment and the network; nothing was sent", p.masker.Mask(u.Hostname()), reason)
}

package preflight

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// schemeTwice reports whether the URL is https://https://... or the like: what
// stands in the host's place is then a scheme. The host may come from a secret
// variable, so that the URL as it is shown does not tell.
func schemeTwice(in *Input) bool {
	scheme, host, path, ok := in.Template.Target()
	name, _, _ := strings.Cut(host, ":")
	isScheme := name == "http" || name == "https"
	return ok && isScheme && (strings.HasSuffix(host, ":") || strings.HasPrefix(path, "//")) ||
		ok && (strings.HasPrefix(scheme, "http:") || strings.HasPrefix(scheme, "https:"))
}

func urlSchemeDuplicated(in *Input) []Problem {
	if schemeTwice(in) {
		return say("the URL is %s", in.Template.URL())
	}
	return nil
}

// hostUnresolved reports whether the host is a placeholder without a value.
func hostUnresolved(in *Input) bool {
	_, host, _, _ := in.Template.Target()
	return vars.HasPlaceholder(host)
}

// ofURL reports whether a problem of the template belongs to its URL.
func ofURL(p request.Problem) bool {
	where := strings.ToLower(p.Where)
	return strings.HasPrefix(where, "url") || strings.HasPrefix(where, "path variable ")
}

func urlUnresolved(in *Input) []Problem {
	twice := schemeTwice(in)
	return templateProblems(in, func(p request.Problem) bool {
		// A scheme in the host's place is no usable host or scheme, either.
		return ofURL(p) && (!twice || withoutValue(p))
	})
}

// urlRetiredHost looks for the host in the contract's list.
func urlRetiredHost(in *Input) []Problem {
	if in.Contract == nil {
		return nil
	}
	_, host, _, ok := in.Template.Target()
	if !ok {
		return nil
	}
	name := strings.TrimSuffix(strings.ToLower((&url.URL{Host: host}).Hostname()), ".")
	for _, old := range in.Contract.RetiredHosts {
		if name != strings.ToLower(old.Host) {
			continue
		}
		p := Problem{
			Message: fmt.Sprintf("the host %s was retired; %s took its place", old.Host, old.Successor),
			Mend:    "give the host variable the value " + old.Successor,
		}
		if old.Since != "" {
			p.Message = fmt.Sprintf("the host %s was retired on %s; %s took its place", old.Host, old.Since, old.Successor)
		}
		return []Problem{p}
	}
	return nil
}

// sameHostRunning names each other run; the caller has found them.
func sameHostRunning(in *Input) []Problem {
	var out []Problem
	for _, run := range in.SameHost {
		out = append(out, say("the run %s sends to the same host now", run)...)
	}
	return out
}

func urlEndpoint(in *Input) []Problem {
	if in.Contract == nil || in.Contract.Path == "" || schemeTwice(in) {
		return nil
	}
	scheme, _, path, ok := in.Template.Target()
	// Without its value, {{base_url}}/cases can have any path; only where the
	// request writes https itself is the placeholder a host and nothing more.
	if !ok || path == in.Contract.Path || hostUnresolved(in) && scheme != "https" {
		return nil
	}
	return say("the URL is %s; the API's path is %s", in.Template.URL(), in.Contract.Path)
}

func urlPlainHTTP(in *Input) []Problem {
	scheme, host, _, ok := in.Template.Target()
	if !ok || scheme != "http" || in.Local || Loopback(host) || schemeTwice(in) || hostUnresolved(in) {
		return nil
	}
	return say("the request goes to %s over plain http: token and rows can be read on the way", in.Template.URL())
}

// Loopback reports whether a URL's host (with or without port) is this machine.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if batch.Localhost(host) {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

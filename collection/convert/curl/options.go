package curl

import (
	"slices"
	"strings"
)

// option is what is known of one of curl's options.
type option struct {
	name  string // long, without dashes
	short byte   // 0 without one
	value bool   // a value follows
	// local options change nothing of what is sent, or nothing that a collection could say.
	local bool
}

// options are those of curl 8. The names of several are written together: "name/short".
func options() []option {
	var list []option
	add := func(names string, value, local bool) {
		for _, n := range strings.Fields(names) {
			o := option{name: n, value: value, local: local}
			if long, short, ok := strings.Cut(n, "/"); ok {
				o.name, o.short = long, short[0]
			}
			list = append(list, o)
		}
	}
	add(`url request/X header/H data/d data-ascii data-binary data-raw data-urlencode json url-query form/F form-string upload-file/T user/u
		oauth2-bearer aws-sigv4 cookie/b user-agent/A referer/e range/r max-redirs`, true, false)
	add(`head/I get/G basic digest ntlm ntlm-wb negotiate anyauth insecure/k location/L location-trusted post301 post302 post303 compressed next/: globoff/g
		path-as-is form-escape follow`, false, false)
	// What only says where the answer goes, and what is shown.
	add(`output/o output-dir write-out/w cookie-jar/c dump-header/D stderr trace trace-ascii trace-config libcurl create-file-mode parallel-max rate hsts alt-svc
		etag-save`, true, true)
	add(`silent/s show-error/S fail/f fail-early fail-with-body verbose/v include/i progress-bar/# progress-meter buffer styled-output remote-name/O
		remote-name-all remote-header-name/J remote-time/R create-dirs clobber trace-time trace-ids parallel/Z parallel-immediate disable/q
		xattr remove-on-error keepalive sessionid show-headers skip-existing out-null`, false, true)
	// What is said of the way there, and is noted.
	add(`abstract-unix-socket cacert capath cert/E cert-type ciphers config/K connect-timeout connect-to continue-at/C crlfile curves delegation
		dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url ech egd-file engine etag-compare expect100-timeout ftp-account ftp-alternative-to-user
		ftp-method ftp-port/P ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip help/h hostpubmd5 hostpubsha256 interface ip-tos ipfs-gateway
		keepalive-cnt keepalive-time key key-type knownhosts krb limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-time/m
		netrc-file noproxy parallel-max-host pass pinnedpubkey preproxy proto proto-default proto-redir proxy/x proxy-cacert proxy-capath proxy-cert
		proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name
		proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user/U proxy1.0 pubkey quote/Q random-file request-target resolve retry
		retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit/Y speed-time/y
		telnet-option/t tftp-blksize time-cond/z tls-max tls13-ciphers tlsauthtype tlspassword tlsuser unix-socket upload-flags variable vlan-priority`, true, false)
	add(`append/a ca-native cert-status compressed-ssh crlf disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure dump-ca-embed
		eprt epsv false-start ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control haproxy-protocol http0.9 http1.0/0 http1.1 http2
		http2-prior-knowledge http3 http3-only ignore-content-length ipv4/4 ipv6/6 junk-session-cookies/j list-only/l mail-rcpt-allowfails manual/M metalink
		mptcp netrc/n netrc-optional alpn npn proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm
		proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel/p raw retry-all-errors retry-connrefused sasl-ir socks5-basic socks5-gssapi
		socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2/2 sslv3/3 suppress-connect-headers
		tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tlsv1/1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding use-ascii/B version/V`, false, false)
	return list
}

// given is an option with its value, as it was given.
type given struct {
	name  string // long; "url" for an address that stands alone
	value string
	local bool
	off   bool // --no-name
	// unknown options have no value, as far as can be told.
	unknown bool
}

// takeApart reads the arguments of one command.
func takeApart(args []string, known []option) []given {
	var list []given
	only := false // addresses follow
	for i := 0; i < len(args); i++ {
		arg := args[i]
		next := func() string {
			if i+1 < len(args) {
				i++
				return args[i]
			}
			return ""
		}
		switch {
		case only || arg == "" || arg[0] != '-' || arg == "-":
			if arg != "" {
				list = append(list, given{name: "url", value: arg})
			}
		case arg == "--":
			only = true
		case strings.HasPrefix(arg, "--"):
			name, off := arg[2:], false
			name = strings.TrimPrefix(name, "expand-")
			o := byName(known, name)
			if rest, no := strings.CutPrefix(name, "no-"); o == nil && no {
				if o = byName(known, rest); o != nil && o.value {
					o = nil
				}
				off = o != nil
			}
			if o == nil {
				list = append(list, given{name: arg, unknown: true})
				continue
			}
			g := given{name: o.name, local: o.local, off: off}
			if o.value {
				g.value = next()
			}
			list = append(list, g)
		default:
			for j := 1; j < len(arg); j++ {
				k := slices.IndexFunc(known, func(o option) bool { return o.short == arg[j] })
				if k < 0 {
					if arg[j] == 'N' { // --no-buffer
						continue
					}
					list = append(list, given{name: "-" + arg[j:j+1], unknown: true})
					continue
				}
				g := given{name: known[k].name, local: known[k].local}
				if known[k].value {
					if g.value = arg[j+1:]; g.value == "" {
						g.value = next()
					}
					j = len(arg)
				}
				list = append(list, g)
			}
		}
	}
	return list
}

// byName finds an option by its name, or by a beginning that no other has.
func byName(known []option, name string) *option {
	var found *option
	for i := range known {
		switch o := &known[i]; {
		case o.name == name:
			return o
		case len(name) > 1 && strings.HasPrefix(o.name, name) && found == nil:
			found = o
		case len(name) > 1 && strings.HasPrefix(o.name, name):
			found = &option{} // more than one
		}
	}
	if found != nil && found.name == "" {
		return nil
	}
	return found
}

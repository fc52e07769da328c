package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// minPassword is the shortest demo password, in bytes, as for any other login.
const minPassword = 8

// Validate returns every problem of c, joined, or nil: values out of their
// range, addresses and URLs that cannot be read, and settings that contradict
// each other.
func (c Config) Validate() error {
	var found problems
	for _, f := range fields() {
		found.checkRange(f, f.of(&c))
	}
	found.checkAddresses(c)
	found.checkDatabase(c)
	if key := c.Secrets.Key.Reveal(); key != "" && len(key) < minHouseKey {
		found.add("secrets.key", "", "%d characters or more, and random", minHouseKey)
	}
	found.checkEngine(c)
	found.checkAPI(c)
	found.checkChannels(c.Channels)
	found.checkDemo(c)
	return errors.Join(found...)
}

// Require reports those of the given keys that are empty. A part of the program
// that cannot do without a setting asks for it: an api or worker on its own
// needs database.url and temporal.address, `closedloop up` brings its own.
func (c Config) Require(keys ...string) error {
	var found problems
	for _, f := range fields() {
		if slices.Contains(keys, f.key) && f.of(&c).IsZero() {
			found.add(f.key, "", "a value here: set it in the file or as %s", f.env())
		}
	}
	return errors.Join(found...)
}

// BeyondLoopback reports whether an address lets other machines in. An address
// that cannot be read, or a name other than localhost, counts as if it did.
func BeyondLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true
	}
	if ip := net.ParseIP(host); ip != nil {
		return !ip.IsLoopback()
	}
	return host != "localhost"
}

// problems collects what is wrong.
type problems []error

func (p *problems) add(key, value, want string, args ...any) {
	*p = append(*p, Problem{Key: key, Value: value, Want: fmt.Sprintf(want, args...)})
}

// checkRange holds a value against its range or closed set.
func (p *problems) checkRange(f field, v reflect.Value) {
	ok := true
	lowest, highest, spanned := strings.Cut(f.span, "..")
	switch {
	case len(f.oneOf) > 0:
		ok = slices.Contains(f.oneOf, v.String())
	case spanned:
		ok = bound(f, lowest) <= v.Int() && v.Int() <= bound(f, highest)
	}
	if !ok {
		*p = append(*p, f.problem(v.Interface(), f.want()))
	}
}

// bound reads one end of a range tag. A tag that cannot be read is a mistake in
// the struct and stops the program, which every test of this package notices.
func bound(f field, text string) int64 {
	var n int64
	var err error
	if f.typ == durationType {
		var d time.Duration
		d, err = time.ParseDuration(text)
		n = int64(d)
	} else {
		n, err = strconv.ParseInt(text, 10, 64)
	}
	if err != nil {
		panic(fmt.Sprintf("config: range of %s: %v", f.key, err))
	}
	return n
}

func (p *problems) checkAddresses(c Config) {
	const wanted = "host:port with a port from 0 to 65535, such as 127.0.0.1:8080"
	if !isAddress(c.Listen) {
		p.add("listen", c.Listen, wanted)
	}
	switch {
	case c.AdminListen == "":
	case !isAddress(c.AdminListen):
		p.add("admin_listen", c.AdminListen, "nothing, or "+wanted)
	case BeyondLoopback(c.AdminListen):
		p.add("admin_listen", c.AdminListen, "a loopback address: profiles show memory, and this port asks nobody who they are")
	case c.AdminListen == c.Listen && !strings.HasSuffix(c.Listen, ":0"):
		p.add("admin_listen", c.AdminListen, "another address than listen")
	}
	if c.Temporal.Address != "" && !isTarget(c.Temporal.Address) {
		p.add("temporal.address", c.Temporal.Address, "nothing, or host:port of a Temporal frontend, such as temporal:7233")
	}
	if c.DataDir == "" {
		p.add("data_dir", "", "a directory")
	}
}

// isAddress accepts what a listener can be bound to.
func isAddress(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// isTarget accepts what can be dialled: a host and a port other than 0.
func isTarget(address string) bool {
	host, port, err := net.SplitHostPort(address)
	return err == nil && host != "" && isAddress(address) && strings.Trim(port, "0") != ""
}

func (p *problems) checkDatabase(c Config) {
	if c.Database.URL != "" && !isPostgresURL(c.Database.URL.Reveal()) {
		p.add("database.url", c.Database.URL.String(), "postgres://user:password@host:port/database, special characters of the password percent-encoded")
	}
}

// isPostgresURL accepts the URL form of a connection string that names its
// database. The rest is left to the driver, which knows lists of hosts and
// sockets, where net/url does not.
func isPostgresURL(text string) bool {
	scheme, rest, _ := strings.Cut(text, "://")
	rest, _, _ = strings.Cut(rest, "?")
	_, database, _ := strings.Cut(rest, "/")
	return (scheme == "postgres" || scheme == "postgresql") && database != "" && !strings.ContainsAny(text, " \n")
}

func (p *problems) checkEngine(c Config) {
	t := c.Temporal
	if t.Namespace == "" {
		p.add("temporal.namespace", "", "a name")
	}
	if t.APIKey != "" && t.SecretFile != "" {
		p.add("temporal.secret_file", t.SecretFile, "only one of temporal.api_key and temporal.secret_file")
	}
	if t.APIKey != "" && !t.TLS.Enabled {
		p.add("temporal.tls.enabled", "false", "true: temporal.api_key must not travel in clear text")
	}
	if (t.TLS.CertFile == "") != (t.TLS.KeyFile == "") {
		p.add("temporal.tls.cert_file", t.TLS.CertFile, "cert_file and key_file together, or neither")
	}
	if !t.TLS.Enabled && (t.TLS.CAFile+t.TLS.CertFile+t.TLS.KeyFile+t.TLS.ServerName) != "" {
		p.add("temporal.tls.enabled", "false", "true, since other keys of temporal.tls are set")
	}
	if t.Address == "" && (t.TLS.Enabled || t.APIKey != "" || t.SecretFile != "") {
		p.add("temporal.address", "", "host:port of the engine that temporal.tls, api_key or secret_file are meant for")
	}
}

func (p *problems) checkAPI(c Config) {
	if c.API.UploadLimit < c.API.BodyLimit {
		p.add("api.upload_limit", strconv.FormatInt(c.API.UploadLimit, 10), "at least api.body_limit, %d", c.API.BodyLimit)
	}
	if c.API.MaxInFlightPerAccount > c.API.MaxInFlight {
		p.add("api.max_in_flight_per_account", strconv.Itoa(c.API.MaxInFlightPerAccount), "at most api.max_in_flight, %d", c.API.MaxInFlight)
	}
	if c.Playbooks.Default == "" {
		p.add("playbooks.default", "", "the name of a playbook")
	}
	if c.API.PublicURL == "" {
		return
	}
	u, err := url.Parse(c.API.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		p.add("api.public_url", c.API.PublicURL, "nothing, or an address such as https://closedloop.example.com")
	}
}

func (p *problems) checkChannels(c Channels) {
	if _, err := c.HTTP.Networks(); err != nil {
		p.add("channels.http.allow", c.HTTP.Allow, "networks such as 10.1.0.0/16, separated by blanks")
	}
	if _, err := c.HTTP.PortNumbers(); err != nil {
		p.add("channels.http.ports", c.HTTP.Ports, "ports such as 443 8443, separated by blanks")
	}
	if c.Mail.Host != "" && c.Mail.From == "" {
		p.add("channels.mail.from", "", "the address that letters come from, since channels.mail.host is set")
	}
	if c.Mail.Host == "" && (c.Mail.User != "" || c.Mail.Password != "" || c.Mail.From != "") {
		p.add("channels.mail.host", "", "the mail server that other keys of channels.mail are meant for")
	}
	if c.Mail.User == "" && c.Mail.Password != "" {
		p.add("channels.mail.user", "", "the user whom channels.mail.password belongs to")
	}
	bots := []struct {
		name, base string
		on, signs  bool
	}{
		{"wecom", c.WeCom.Base, c.WeCom.Key != "", false},
		{"dingtalk", c.DingTalk.Base, c.DingTalk.Key != "", c.DingTalk.Secret != ""},
		{"feishu", c.Feishu.Base, c.Feishu.Key != "", c.Feishu.Secret != ""},
	}
	for _, bot := range bots {
		if !bot.on && (bot.signs || bot.base != "") {
			p.add("channels."+bot.name+".key", "", "the bot's key, since other keys of the section are set")
		}
		if u, err := url.Parse(bot.base); bot.base != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			p.add("channels."+bot.name+".base", bot.base, "nothing, or an address such as https://open.feishu.cn")
		}
	}
}

func (p *problems) checkDemo(c Config) {
	if !c.Demo.Enabled {
		return
	}
	if isAddress(c.Listen) && BeyondLoopback(c.Listen) {
		p.add("demo.enabled", "true", "false, or listen on 127.0.0.1: everybody knows the demo logins, and %s lets other machines in", c.Listen)
	}
	if len(c.Demo.Password) < minPassword {
		p.add("demo.password", c.Demo.Password.String(), "%d characters or more", minPassword)
	}
}

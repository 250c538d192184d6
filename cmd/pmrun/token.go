package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/vars"
)

const (
	// tokenWait bounds one run of a token command.
	tokenWait = 30 * time.Second
	// tokenEvery is how long after a renewal the next may come.
	tokenEvery = time.Minute
	// tokenLimit bounds a token, in bytes.
	tokenLimit = 64 << 10
)

// tokenCommand is where the token comes from when a command prints it.
type tokenCommand struct {
	line     string
	variable string
	stderr   io.Writer
	// seen are the tokens of the run so far, for masking.
	seen []string
}

// values returns every token of the run; a nil command has none.
func (t *tokenCommand) values() []string {
	if t == nil {
		return nil
	}
	return t.seen
}

// readToken runs the job's token command, if it has one, and gives the token to
// its variable.
func (a *app) readToken(ctx context.Context, p *prepared) error {
	if p.job.TokenCommand == "" {
		return nil
	}
	variable, err := p.tokenVariable()
	if err != nil {
		return err
	}
	p.token = &tokenCommand{line: p.job.TokenCommand, variable: variable, stderr: a.stderr}
	return p.setToken(ctx)
}

// setToken fetches a token and gives it to its variable, in scopes that are new.
func (p *prepared) setToken(ctx context.Context) error {
	token, err := p.token.run(ctx)
	if err != nil {
		return err
	}
	p.token.seen = append(p.token.seen, token)
	p.scopes = p.scopes.Clone()
	p.scopes.Set(vars.Local, vars.Variable{Name: p.token.variable, Value: token, Secret: true, Source: "--token-command"})
	return nil
}

// renewToken fetches a fresh token and compiles what is sent with it. The engine
// calls it, one call at a time.
func (p *prepared) renewToken(ctx context.Context) (*batch.Fresh, error) {
	if err := p.setToken(ctx); err != nil {
		return nil, err
	}
	fresh := &batch.Fresh{Masker: p.masker}
	for _, step := range p.steps {
		t := step.build()
		fresh.Masker = p.maskerFor(t)
		if len(t.Problems) > 0 {
			return nil, fmt.Errorf("the request %s cannot be sent with the new token: %s", step.item.Path(), fresh.Masker.Mask(t.Problems[0].Error()))
		}
		fresh.Templates = append(fresh.Templates, t)
	}
	p.shared.Store(p.scopes)
	return fresh, nil
}

// renewed is renewToken for a load, whose look-ups need the token too.
func (s *sending) renewed(ctx context.Context, engine *batch.Engine) (*batch.Fresh, error) {
	fresh, err := s.renewToken(ctx)
	if err != nil || engine.LookupFirst == nil {
		return fresh, err
	}
	if fresh.LookupFirst, err = s.finder(s.settings, s.sender); err == nil {
		fresh.LookupFirst.Pacer = engine.Pacer
	}
	return fresh, err
}

// tokenVariable is the variable that the token comes from: as the job says, else
// the one in the contract's token header, else the one in the request's auth.
func (p *prepared) tokenVariable() (string, error) {
	if name := p.job.TokenVariable; name != "" {
		return name, nil
	}
	where, value := p.tokenPlace()
	names := vars.Placeholders(value)
	if len(names) == 1 {
		return names[0], nil
	}
	reason := "the request has neither a token header that the contract knows nor a bearer, oauth2 or apikey auth"
	switch {
	case where != "" && len(names) == 0:
		reason = where + " holds no variable"
	case where != "":
		reason = where + " holds the variables " + strings.Join(names, ", ")
	}
	return "", fmt.Errorf("--token-command: it cannot be told which variable gets the token, because %s: name it with --token-variable NAME", reason)
}

// tokenPlace finds where the request carries its token.
func (p *prepared) tokenPlace() (where, value string) {
	if p.contract != nil && p.contract.Token.Header != "" {
		for _, h := range p.item.Request().Headers {
			if strings.EqualFold(h.Key, p.contract.Token.Header) && !h.Disabled {
				return "the header " + h.Key, h.Value
			}
		}
	}
	auth, _ := p.item.Auth()
	if auth == nil {
		return "", ""
	}
	key, ok := map[string]string{"bearer": "token", "oauth2": "accessToken", "apikey": "value"}[auth.Type]
	if !ok {
		return "", ""
	}
	return "the auth " + auth.Type, auth.Get(key)
}

// run runs the command through the system's shell and returns what it printed.
// Errors never repeat it.
func (t *tokenCommand) run(ctx context.Context) (string, error) {
	limited, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(limited, shell, flag, t.line)
	out := &limitedBuffer{}
	cmd.Stdout, cmd.Stderr = out, t.stderr
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	token := strings.TrimSpace(string(out.text))
	const mend = "run it by hand: it has to print the token alone, and to exit with 0"
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		return "", fmt.Errorf("the token command did not end within %s; %s", tokenWait, mend)
	case err != nil:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", fmt.Errorf("the token command ended with exit code %d; %s", exit.ExitCode(), mend)
		}
		return "", fmt.Errorf("the token command cannot be run: %w", err)
	case token == "":
		return "", fmt.Errorf("the token command printed nothing; %s", mend)
	case out.full || strings.ContainsAny(token, "\r\n\x00"):
		return "", fmt.Errorf("the token command printed more than one line; %s", mend)
	case strings.Contains(token, "{{") || strings.Contains(token, "<<"):
		return "", fmt.Errorf("the token command printed a placeholder; %s", mend)
	}
	return token, nil
}

// limitedBuffer keeps the first tokenLimit bytes.
type limitedBuffer struct {
	text []byte
	full bool
}

func (b *limitedBuffer) Write(text []byte) (int, error) {
	keep := text[:min(len(text), tokenLimit-len(b.text))]
	b.full = b.full || len(keep) < len(text)
	b.text = append(b.text, keep...)
	return len(text), nil
}

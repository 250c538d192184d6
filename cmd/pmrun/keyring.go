package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/pmrun/pmrun/collection/vars"
)

// keyringPrefix starts the value of a variable that is kept in the keyring of
// the operating system: keyring:service/name.
const keyringPrefix = "keyring:"

func isKeyringReference(value string) bool { return strings.HasPrefix(value, keyringPrefix) }

// keyringSecrets are the secrets that were read from the keyring so far. Each
// is read once, when a variable that refers to it is used.
type keyringSecrets struct {
	mu    sync.Mutex
	found map[string]string
}

// keyringWait bounds a read, in which a person may have to unlock the keyring.
const keyringWait = 2 * time.Minute

// fetch returns the secret that a variable refers to.
func (k *keyringSecrets) fetch(v vars.Variable) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if secret, ok := k.found[v.Value]; ok {
		return secret, nil
	}
	// The name is all after the last slash: services are often URLs.
	ref := strings.TrimPrefix(v.Value, keyringPrefix)
	at := strings.LastIndexByte(ref, '/')
	if at <= 0 || at == len(ref)-1 {
		return "", fmt.Errorf("its reference %q (%s) has to be written keyring:SERVICE/NAME", v.Value, v.Source)
	}
	secret, err := readKeyring(ref[:at], ref[at+1:])
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", fmt.Errorf("the keyring has no entry for %q (%s): store it there, service %q, name %q", v.Value, v.Source, ref[:at], ref[at+1:])
	case err != nil:
		return "", fmt.Errorf("the keyring of this machine cannot be read for %q (%s): %w. Unlock it, or give the value in %s%s instead", v.Value, v.Source, err, variablePrefix, v.Name)
	case secret == "":
		return "", fmt.Errorf("the keyring's entry for %q (%s) is empty", v.Value, v.Source)
	}
	if k.found == nil {
		k.found = make(map[string]string)
	}
	k.found[v.Value] = secret
	return secret, nil
}

// readKeyring reads one entry; a keyring that waits for a person does not block
// the program for ever.
func readKeyring(service, name string) (string, error) {
	type answer struct {
		secret string
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		secret, err := keyring.Get(service, name)
		done <- answer{secret, err}
	}()
	timer := time.NewTimer(keyringWait)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.secret, a.err
	case <-timer.C:
		return "", fmt.Errorf("it did not answer within %s", keyringWait)
	}
}

// values returns every secret that was read.
func (k *keyringSecrets) values() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var values []string
	for _, secret := range k.found {
		values = append(values, secret)
	}
	return values
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
)

// postmanID is how Postman names a collection or an environment to its API.
var postmanID = regexp.MustCompile(`^([0-9]+-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

const (
	postmanAPI   = "https://api.getpostman.com"
	fetchTimeout = 30 * time.Second
	mostFetched  = 256 << 20 // bytes
)

// source reads what is named by a URL or, with a key, by its Postman id; local says
// that it is a file instead.
func (o *runOptions) source(ctx context.Context, ref, kind string) (content []byte, local bool, err error) {
	address, key := ref, ""
	switch {
	case strings.HasPrefix(ref, "http://"), strings.HasPrefix(ref, "https://"):
	case postmanID.MatchString(ref) && o.apiKey != "":
		if _, err := os.Stat(ref); err == nil {
			return nil, true, nil
		}
		address, key = postmanAPI+"/"+kind+"s/"+ref, o.apiKey
	default:
		return nil, true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, false, fmt.Errorf("%s is not a URL", ref)
	}
	req.Header.Set("User-Agent", tool())
	if key != "" {
		req.Header.Set("X-Api-Key", key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, false, fmt.Errorf("the %s cannot be fetched: %w", kind, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, false, fmt.Errorf("the %s %s cannot be fetched: the server answered %s", kind, ref, resp.Status)
	}
	content, err = io.ReadAll(io.LimitReader(resp.Body, mostFetched))
	return content, false, err
}

func (o *runOptions) readCollection(ctx context.Context, ref string) (*collection.Collection, error) {
	content, local, err := o.source(ctx, ref, "collection")
	switch {
	case err != nil:
		return nil, err
	case local:
		return collection.Load(ref)
	}
	return collection.Parse(ref, content)
}

// readScope reads an environment or globals and puts the variables of the command line
// over it.
func (o *runOptions) readScope(ctx context.Context, ref, kind string, pairs []string) (*script.Scope, error) {
	scope := &script.Scope{}
	if ref != "" {
		content, local, err := o.source(ctx, ref, kind)
		if err != nil {
			return nil, err
		}
		var env *collection.Environment
		if local {
			env, err = collection.LoadEnvironment(ref)
		} else {
			env, err = collection.ParseEnvironment(ref, content)
		}
		if err != nil {
			return nil, err
		}
		scope = runner.NewScope(env.ID, env.Name, env.Variables)
	}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q: write a variable as NAME=VALUE", pair)
		}
		scope.Values = append(scope.Values, script.Variable{Key: name, Value: value, Type: "any"})
	}
	return scope, nil
}

// exported is an environment, or globals, in Postman's shape.
func exported(s *script.Scope, kind string) ([]byte, error) {
	type value struct {
		Key     string `json:"key"`
		Value   any    `json:"value"`
		Type    string `json:"type,omitempty"`
		Enabled bool   `json:"enabled"`
	}
	values := []value{}
	for _, v := range s.Values {
		values = append(values, value{v.Key, v.Value, v.Type, !v.Disabled})
	}
	return json.MarshalIndent(map[string]any{
		"id": s.ID, "name": s.Name, "values": values, "_postman_variable_scope": kind,
		"_postman_exported_at": time.Now().UTC().Format(time.RFC3339Nano), "_postman_exported_using": tool(),
	}, "", "  ")
}

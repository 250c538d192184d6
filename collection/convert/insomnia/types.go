package insomnia

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// The types that are written, with their members in Insomnia's order.

type file struct {
	Type         string       `yaml:"type"`
	Name         string       `yaml:"name"`
	Meta         meta         `yaml:"meta"`
	Collection   []*item      `yaml:"collection"`
	Environments *environment `yaml:"environments"`
}

type meta struct {
	ID          string `yaml:"id"`
	Created     int    `yaml:"created"`
	Modified    int    `yaml:"modified"`
	IsPrivate   *bool  `yaml:"isPrivate,omitempty"`
	Description string `yaml:"description,omitempty"`
	SortKey     *int   `yaml:"sortKey,omitempty"`
}

// item is a folder, when it has Children, or a request.
type item struct {
	URL            string          `yaml:"url,omitempty"`
	Name           string          `yaml:"name"`
	Meta           meta            `yaml:"meta"`
	Children       *[]*item        `yaml:"children,omitempty"`
	Method         string          `yaml:"method,omitempty"`
	Body           *body           `yaml:"body,omitempty"`
	Parameters     []pair          `yaml:"parameters,omitempty"`
	Headers        []pair          `yaml:"headers,omitempty"`
	Authentication *yaml.Node      `yaml:"authentication,omitempty"`
	Scripts        *scripts        `yaml:"scripts,omitempty"`
	Settings       *settings       `yaml:"settings,omitempty"`
	PathParameters []pathParameter `yaml:"pathParameters,omitempty"`
}

type body struct {
	MimeType string  `yaml:"mimeType,omitempty"`
	Text     *string `yaml:"text,omitempty"`
	Params   []param `yaml:"params,omitempty"`
	FileName string  `yaml:"fileName,omitempty"`
}

type param struct {
	Name        string  `yaml:"name"`
	Value       *string `yaml:"value,omitempty"`
	Description string  `yaml:"description,omitempty"`
	Disabled    bool    `yaml:"disabled,omitempty"`
	Type        string  `yaml:"type,omitempty"`
	FileName    string  `yaml:"fileName,omitempty"`
}

type pair struct {
	Name        string `yaml:"name"`
	Value       string `yaml:"value"`
	Description string `yaml:"description,omitempty"`
	Disabled    bool   `yaml:"disabled,omitempty"`
}

type pathParameter struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

type scripts struct {
	PreRequest    string `yaml:"preRequest,omitempty"`
	AfterResponse string `yaml:"afterResponse,omitempty"`
}

type settings struct {
	RenderRequestBody bool   `yaml:"renderRequestBody"`
	EncodeURL         bool   `yaml:"encodeUrl"`
	FollowRedirects   string `yaml:"followRedirects"`
	Cookies           struct {
		Send  bool `yaml:"send"`
		Store bool `yaml:"store"`
	} `yaml:"cookies"`
	RebuildPath bool `yaml:"rebuildPath"`
}

type environment struct {
	Name            string         `yaml:"name"`
	Meta            meta           `yaml:"meta"`
	Data            *yaml.Node     `yaml:"data"`
	SubEnvironments []*environment `yaml:"subEnvironments,omitempty"`
}

// text makes a node of a text, whatever it looks like.
func text(value string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	if strings.Contains(value, "\n") {
		n.Style = yaml.LiteralStyle
	}
	return n
}

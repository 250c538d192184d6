package insomnia

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The types that are written, with their members in Insomnia's order.

// head is a file without its collection and environments.
type head struct {
	Type string `yaml:"type"`
	Name string `yaml:"name"`
	Meta meta   `yaml:"meta"`
}

type meta struct {
	ID          string `yaml:"id"`
	Created     int    `yaml:"created"`
	Modified    int    `yaml:"modified"`
	IsPrivate   *bool  `yaml:"isPrivate,omitempty"`
	Description string `yaml:"description,omitempty"`
	SortKey     *int   `yaml:"sortKey,omitempty"`
}

// item is a request or, without a Method, a folder.
type item struct {
	URL            string          `yaml:"url,omitempty"`
	Name           string          `yaml:"name"`
	Meta           meta            `yaml:"meta"`
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

// encode writes a value as it stands at some depth of a file. A file is not encoded as
// one: the encoder keeps whatever it wrote.
func encode(to *bytes.Buffer, value any, indent int, first string) error {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("insomnia: %w", err)
	}
	blanks := strings.Repeat(" ", indent)
	for line := range bytes.Lines(b.Bytes()) {
		switch {
		case first != "":
			to.WriteString(blanks[:indent-len(first)] + first)
			first = ""
		case len(line) > 1:
			to.WriteString(blanks)
		}
		to.Write(line)
	}
	return nil
}

// text makes a node of a text, whatever it looks like.
func text(value string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	if strings.Contains(value, "\n") {
		n.Style = yaml.LiteralStyle
	}
	return n
}

// Package formats lists the formats that collections are converted from and to.
package formats

import (
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/bruno"
	"github.com/pmrun/pmrun/collection/convert/curl"
	"github.com/pmrun/pmrun/collection/convert/golang"
	"github.com/pmrun/pmrun/collection/convert/har"
	"github.com/pmrun/pmrun/collection/convert/hoppscotch"
	"github.com/pmrun/pmrun/collection/convert/httpfile"
	"github.com/pmrun/pmrun/collection/convert/hurl"
	"github.com/pmrun/pmrun/collection/convert/insomnia"
	"github.com/pmrun/pmrun/collection/convert/k6"
	"github.com/pmrun/pmrun/collection/convert/markdown"
	"github.com/pmrun/pmrun/collection/convert/openapi"
	"github.com/pmrun/pmrun/collection/convert/postman"
)

// All gives every format, in the order in which they are shown and looked for.
func All() []convert.Format {
	return []convert.Format{
		postman.V21(),
		postman.V20(),
		postman.V3(),
		postman.V1(),
		httpfile.HTTP(),
		hurl.Hurl(),
		bruno.Bruno(),
		golang.Go(),
		curl.Curl(),
		har.HAR(),
		insomnia.Insomnia(),
		hoppscotch.Hoppscotch(),
		k6.K6(),
		openapi.OpenAPI(),
		markdown.Markdown(),
	}
}

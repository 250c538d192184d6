// Package formats lists the formats that collections are converted from and to.
package formats

import (
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/httpfile"
	"github.com/pmrun/pmrun/collection/convert/hurl"
	"github.com/pmrun/pmrun/collection/convert/postman"
)

// All gives every format, in the order in which they are shown and looked for.
func All() []convert.Format {
	return []convert.Format{
		httpfile.HTTP(), // before Postman, which takes every directory
		postman.V21(),
		hurl.Hurl(),
	}
}

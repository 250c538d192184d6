package request

import (
	"encoding/base64"
	"errors"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// fileBody compiles a body that is one file, or content that the collection
// holds in base64. Its path may come from columns; there is never a request
// without the file.
func (c *compiler) fileBody(f *collection.File) {
	b := &c.t.body
	// What stands after the file, so that it has a place among ops.
	end := op{kind: vars.Literal}
	if f == nil || f.Src == "" {
		if f == nil || f.Content == "" {
			c.problem("body", errors.New("no file is chosen: choose one in the request, or set the body to none"))
			return
		}
		content, err := base64.StdEncoding.DecodeString(f.Content)
		if err != nil {
			c.problem("body", errors.New("the file's content in the collection is not base64: choose the file in the request"))
			return
		}
		end.lit = string(content)
		b.ops = append(b.ops, end)
		return
	}
	src := c.text(f.Src, "body", true, false)
	if path, constant := src.Constant(); constant && path == "" {
		c.problem("body", errors.New("no file is chosen: choose one in the request, or set the body to none"))
		return
	} else if constant {
		b.contentType = typeByName(path)
	} else {
		b.typed = true
	}
	c.addFile(filePart{where: "body"}, src)
	b.ops = append(b.ops, end)
}

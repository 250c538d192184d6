package request

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// formData compiles a multipart/form-data body. The boundary is derived from
// the run, so that a row's bytes are the same on every attempt; 128 bits that
// are not known before the run cannot be in a cell by accident or on purpose.
func (c *compiler) formData(params []collection.Param) {
	sum := sha256.Sum256([]byte("multipart boundary\x00" + c.o.Run.ID))
	b := &c.t.body
	b.boundary = "pmrun-" + hex.EncodeToString(sum[:16])
	c.eachParam(params, func(p collection.Param) {
		if p.Type == "file" {
			c.fileParts(p)
			return
		}
		f, key, value := c.field(p, "form-data")
		where := "form-data field " + f.Name
		contentType := c.partText(p.ContentType, "content type", where)
		c.beginPart(c.partName(key, where), "", contentType)
		ops := compileOps(value, plain, where, nil)
		markField(ops)
		b.ops = append(b.ops, ops...)
		c.addField(f)
	})
	if len(b.ops) == 0 && len(b.files) == 0 {
		b.boundary = "" // without any part there is no body
		return
	}
	c.t.Mode, b.contentType = collection.ModeFormData, "multipart/form-data; boundary="+b.boundary
	b.ops = append(b.ops, op{kind: vars.Literal, lit: delimiter(b.boundary) + "--\r\n"})
}

// delimiter stands before each part and, with two dashes more, after the last.
// Its line break is left away at the body's start, see body.fill.
func delimiter(boundary string) string { return "\r\n--" + boundary }

// partHead returns the delimiter and the head of a part.
func partHead(boundary, name, fileName, contentType string) string {
	head := delimiter(boundary) + "\r\nContent-Disposition: form-data; name=\"" + quoteName(name) + "\""
	if fileName != "" {
		head += "; filename=\"" + quoteName(fileName) + "\""
	}
	if contentType != "" {
		head += "\r\nContent-Type: " + contentType
	}
	return head + "\r\n\r\n"
}

// beginPart adds the head of a part that is the same for every row.
func (c *compiler) beginPart(name, fileName, contentType string) {
	b := &c.t.body
	b.ops = append(b.ops, op{kind: vars.Literal, lit: partHead(b.boundary, name, fileName, contentType)})
}

// partName returns the name of a part.
func (c *compiler) partName(key vars.Segments, where string) string {
	name, constant := key.Constant()
	if !constant {
		c.problem(where, errors.New("the name of a form-data field cannot change from row to row; write it out"))
	}
	if hasControl(strings.NewReplacer("\r", "", "\n", "").Replace(name)) {
		c.problem(where, errors.New("its name holds a control character; remove it"))
		return ""
	}
	return name
}

// partText expands another text of a part's head.
func (c *compiler) partText(text, what, where string) string {
	value, constant := c.text(text, what+" of "+where, false, false).Constant()
	switch {
	case !constant:
		c.problem(where, errors.New("its "+what+" cannot change from row to row; write it out"))
		return ""
	case hasControl(value):
		c.problem(where, errors.New("its "+what+" holds a line break or control character; remove it"))
		return ""
	}
	return value
}

// quoteName writes a part's name or file name as browsers do: what would end
// the quoted string is percent-encoded. A backslash is doubled, as many servers
// take it for an escape, and one at the end would swallow the quote.
func quoteName(name string) string {
	return strings.NewReplacer("\"", "%22", "\r", "%0D", "\n", "%0A", "\\", "\\\\").Replace(name)
}

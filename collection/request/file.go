package request

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"os"
	"path/filepath"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// filePart is the content of a file in a form-data body.
type filePart struct {
	before int // position in ops
	path   string
	field  string
}

// fileParts compiles the file parts of a parameter: one for each path, or one
// for the path that the job gives.
func (c *compiler) fileParts(p collection.Param) {
	key := c.text(p.Key, "form-data key", false, false)
	where := "form-data file " + p.Key
	name := c.partName(key, where)
	contentType := c.partText(p.ContentType, "content type", where)
	fileName := c.partText(p.FileName, "file name", where)
	free := true
	for _, src := range p.Src {
		free = free && !vars.HasPlaceholder(src)
	}
	f := Field{Name: name, In: "form-data", File: true}
	var sources []vars.Segments
	if bound := c.bindField(&f, free); bound != nil {
		sources = append(sources, bound)
	} else {
		for _, src := range p.Src {
			sources = append(sources, c.text(src, where, true, false))
		}
	}
	if len(sources) == 0 {
		c.noFile(where)
		c.addField(f)
	}
	for _, src := range sources {
		f.ops = compileOps(src, plain, where, nil)
		c.addField(f)
		path, constant := src.Constant()
		if !constant {
			c.problem(where, errors.New("a path that comes from a column is not supported; name the file in the request"))
			continue
		}
		if path == "" {
			c.noFile(where)
			continue
		}
		shown := fileName
		if shown == "" {
			shown = filepath.Base(path)
		}
		if hasControl(shown) {
			c.problem(where, errors.New("the file's name holds a line break or control character; rename the file"))
			continue
		}
		kind := contentType
		if kind == "" {
			kind = typeByName(path)
		}
		c.beginPart(name, shown, kind)
		c.t.body.files = append(c.t.body.files, filePart{before: len(c.t.body.ops), path: c.filePath(path, where), field: name})
	}
}

func (c *compiler) noFile(where string) {
	c.problem(where, errors.New("no file is chosen: choose one in the request, or switch the field off"))
}

// typeByName returns the media type of a file by its extension. Which characters
// a text is written in is not known, so no charset is claimed.
func typeByName(path string) string {
	if kind, _, err := mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(path))); err == nil {
		return kind
	}
	return "application/octet-stream"
}

// filePath makes a path absolute to the working directory and reports a file
// that cannot be read.
func (c *compiler) filePath(path, where string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.o.WorkingDir, path)
	}
	h, _, err := openRegular(path)
	if err != nil {
		c.problem(where, fileError(path, err))
		return path
	}
	_ = h.Close() // only read
	return path
}

// openRegular opens a file that has a size to announce. A pipe or device would
// wait for ever or never end.
func openRegular(path string) (*os.File, int64, error) {
	if _, err := regularSize(path); err != nil {
		return nil, 0, err
	}
	h, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := h.Stat()
	if err != nil {
		_ = h.Close()
		return nil, 0, err
	}
	return h, info.Size(), nil
}

func regularSize(path string) (int64, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return 0, err
	case info.IsDir():
		return 0, errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return 0, errors.New("it is not a regular file")
	}
	return info.Size(), nil
}

func fileError(path string, err error) error {
	reason := err
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		reason = pathErr.Err
	}
	return fmt.Errorf("cannot read %q: %w; name a file that exists, relative to --working-dir", path, reason)
}

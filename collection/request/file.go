package request

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// filePart is what a body takes from a file: the content of a form-data part, or
// the whole of a body.
type filePart struct {
	before int    // position in ops
	where  string // place in the request, for errors
	// whole is the file's path as the request, the job or the row give it; path is
	// what follows dir, where no row has a say.
	whole, path []op
	dir         string
	// fixed is the absolute path when it is the same for every row. The part's
	// head, if it has one, stands in ops then, and is written per row else.
	fixed       string
	name        string
	fileName    string
	contentType string
}

// fileParts compiles the file parts of a parameter: one for each path, or one
// for the path that the job or a column gives.
func (c *compiler) fileParts(p collection.Param) {
	key := c.text(p.Key, "form-data key", false, false)
	where := "form-data file " + p.Key
	part := filePart{where: where, name: c.partName(key, where)}
	part.contentType = c.partText(p.ContentType, "content type", where)
	part.fileName = c.partText(p.FileName, "file name", where)
	free := !slices.ContainsFunc(p.Src, vars.HasPlaceholder)
	f := Field{Name: part.name, In: "form-data", File: true}
	var sources []vars.Segments
	if bound := c.bindField(&f, free); bound != nil {
		sources = append(sources, bound)
	} else {
		for _, src := range p.Src {
			sources = append(sources, c.text(src, where, true, false))
		}
		f.Sample = free && len(sources) > 0
	}
	if len(sources) == 0 {
		c.noFile(where, p.Value)
		c.addField(f)
	}
	for _, src := range sources {
		f.ops = compileOps(src, plain, where, nil)
		if len(sources) == 1 {
			f.Column = cmp.Or(f.Column, c.columnOf(src))
		}
		c.addField(f)
		path, constant := src.Constant()
		switch {
		case packs(src):
			c.problem(where, errors.New("a file cannot be made of packed columns; name a field that is a text"))
		case constant && path == "":
			c.noFile(where, p.Value)
		case constant:
			shown := cmp.Or(part.fileName, filepath.Base(path))
			if hasControl(shown) {
				c.problem(where, errors.New("the file's name holds a line break or control character; rename the file"))
				continue
			}
			c.beginPart(part.name, shown, cmp.Or(part.contentType, typeByName(path)))
			c.addFile(part, src)
		default:
			c.addFile(part, src)
		}
	}
}

// packs reports whether the job gives packed columns.
func packs(segs vars.Segments) bool {
	return slices.ContainsFunc(segs, func(s vars.Segment) bool { return s.Kind == vars.Column && s.Index == packIndex })
}

// noFile reports a field without a file. A value in its place may be a file's
// name, a file's text or its content in base64: which one cannot be told.
func (c *compiler) noFile(where, value string) {
	if value != "" {
		c.problem(where, errors.New("no file is chosen, and what stands in its place as a value is not sent: choose the file in the request, or make the field a text"))
		return
	}
	c.problem(where, errors.New("no file is chosen: choose one in the request, or switch the field off"))
}

// addFile adds a file at the end of what the body has so far. One that is the
// same for every row is checked now.
func (c *compiler) addFile(f filePart, src vars.Segments) {
	f.before = len(c.t.body.ops)
	f.whole = compileOps(src, plain, f.where, nil)
	path, constant := src.Constant()
	if constant {
		f.fixed = within(c.o.WorkingDir, path)
		if h, _, err := openRegular(f.fixed); err != nil {
			c.problem(f.where, fileError(f.fixed, err))
		} else {
			_ = h.Close() // only read
		}
	} else {
		f.dir, src = c.fileDir(src)
	}
	f.path = compileOps(src, plain, f.where, nil)
	c.t.body.files = append(c.t.body.files, f)
}

// fileDir takes the directory that a path begins with off it, as far as no row
// has a say in it: rows stay below it.
func (c *compiler) fileDir(src vars.Segments) (dir string, rest vars.Segments) {
	prefix := ""
	for len(src) > 0 && src[0].Kind == vars.Literal {
		prefix += src[0].Text
		src = src[1:]
	}
	end := strings.LastIndexByte(filepath.ToSlash(prefix), '/') + 1
	if prefix[end:] != "" {
		src = append(vars.Segments{{Text: prefix[end:]}}, src...)
	}
	return within(c.o.WorkingDir, prefix[:end]), src
}

// within is a path that starts at dir when it is relative.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// fill takes the file into a row's body. A row whose cells name no file leaves
// the part out.
func (f *filePart) fill(dst *Filled, r *row, boundary string) error {
	path := f.fixed
	var size int64
	var err error
	if path != "" {
		if size, err = regularSize(path); err != nil {
			return fmt.Errorf("%s: %w", f.where, fileError(path, err))
		}
	} else {
		switch {
		case !noCells(f.path, r):
		case boundary == "":
			return f.bad("is empty, and so the body would be: name a file in the cell")
		default:
			return nil
		}
		if path, size, err = f.open(r); err != nil {
			return err
		}
		if boundary != "" {
			head := partHead(boundary, f.name, cmp.Or(f.fileName, filepath.Base(path)), cmp.Or(f.contentType, typeByName(path)))
			if len(dst.Body) == 0 {
				head = head[len("\r\n"):]
			}
			dst.Body = append(dst.Body, head...)
		}
	}
	dst.files = append(dst.files, openFile{at: len(dst.Body), path: path, size: size, where: f.where})
	dst.Length += size
	return nil
}

// open finds the file that a row names and makes sure that it can be read;
// nothing is read.
func (f *filePart) open(r *row) (path string, size int64, err error) {
	text, err := appendOps(nil, f.path, r)
	if err != nil {
		return "", 0, err
	}
	name := filepath.FromSlash(string(text))
	path, ok := f.below(name)
	if !ok {
		return "", 0, f.bad(fmt.Sprintf("makes the path %s, which leads out of %q: a row can only name files below it, without \"..\"; put the file there, or choose another --working-dir", Excerpt(string(text)), cmp.Or(f.dir, ".")))
	}
	if hasControl(filepath.Base(path)) {
		return "", 0, f.bad("makes a file name with a line break or control character: rename the file")
	}
	h, size, err := openRegular(path)
	if err != nil {
		return "", 0, f.bad(fmt.Sprintf("names the file %q, which cannot be read: %s. Correct the cell, or put the file there", path, fileReason(err)))
	}
	_ = h.Close() // only looked at
	return path, size, nil
}

// below returns the path of a file that a row names, if that is below the
// directory: relative to it, or absolute.
func (f *filePart) below(name string) (path string, ok bool) {
	switch {
	case slices.Contains(strings.Split(name, string(filepath.Separator)), ".."):
		return "", false
	case !filepath.IsAbs(name):
		return filepath.Join(f.dir, name), filepath.IsLocal(name)
	}
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(dir, name)
	return name, err == nil && filepath.IsLocal(rel)
}

func (f *filePart) bad(reason string) error {
	return &FillError{Where: f.where, Column: slotName(f.path), Reason: reason}
}

// noCells reports whether ops hold columns that are all empty in the row.
func noCells(ops []op, r *row) bool {
	has := false
	for i := range ops {
		if ops[i].kind != vars.Column {
			continue
		}
		if has = true; r.cell(ops[i].index) != "" {
			return false
		}
	}
	return has
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

// fileReason is an error without the path in it.
func fileReason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

func fileError(path string, err error) error {
	return fmt.Errorf("cannot read %q: %w; name a file that exists, relative to --working-dir", path, fileReason(err))
}

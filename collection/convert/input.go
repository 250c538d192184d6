package convert

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
)

// MaxFile is the largest file that is read, in bytes.
const MaxFile = 512 << 20

// Open reads the file at path, or takes the directory there. "-" is stdin.
func Open(path string, stdin io.Reader) (*Input, error) {
	if path == "-" {
		data, err := readAll("standard input", stdin)
		return &Input{Path: "standard input", Data: data}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return &Input{Path: path, Dir: os.DirFS(path)}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := readAll(path, f)
	return &Input{Path: path, Data: data}, err
}

func readAll(name string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > MaxFile:
		return nil, &Error{File: name, Problem: fmt.Sprintf("is larger than %d MiB", MaxFile>>20)}
	case len(bytes.TrimSpace(data)) == 0:
		return nil, &Error{File: name, Problem: "is empty"}
	}
	return data, nil
}

// Find gives the format called name, of those that can be read (or, with writes, written).
func Find(formats []Format, name string, writes bool) (*Format, error) {
	var names []string
	for i := range formats {
		f := &formats[i]
		if can := f.Read != nil; writes && f.Write == nil || !writes && !can {
			if f.Name == name {
				return nil, fmt.Errorf("%s is not a format that can be %s; those that can: %s", name, verb(writes), strings.Join(namesOf(formats, writes), ", "))
			}
			continue
		}
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return nil, fmt.Errorf("there is no format %q that can be %s; there are: %s", name, verb(writes), strings.Join(names, ", "))
}

func verb(writes bool) string {
	if writes {
		return "written"
	}
	return "read"
}

func namesOf(formats []Format, writes bool) (names []string) {
	for i := range formats {
		if writes && formats[i].Write != nil || !writes && formats[i].Read != nil {
			names = append(names, formats[i].Name)
		}
	}
	return names
}

// Detect gives the format of the input: the first whose Detect says so.
func Detect(formats []Format, in *Input) (*Format, error) {
	for i := range formats {
		if f := &formats[i]; f.Detect != nil && f.Detect(in) {
			return f, nil
		}
	}
	what := "is of no format that pmrun knows"
	if in.IsDir() {
		what = "is a directory of no format that pmrun knows"
	}
	return nil, &Error{File: in.Path, Problem: what, Hint: "say with --from what it is: " + strings.Join(namesOf(formats, false), ", ")}
}

package preflight

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
)

const (
	dataFile   = "data-file"
	unreadable = "cell-unreadable"
)

// DataFile is a finding of the reader of the data file, made by the caller.
func DataFile(message, mend string) Problem {
	rules := Rules()
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == dataFile })
	return rules[i].complete(Problem{Message: message, Mend: mend})
}

// cellUnreadable reports what the reader of the data file has said of the row.
func cellUnreadable(rc *rowCheck) []Problem {
	var out []Problem
	for _, d := range rc.row.Defects {
		out = append(out, Problem{Column: d.Column, Message: d.Message})
	}
	return out
}

// defective says whether the reader of the data file could not read the cell.
func defective(row batch.Row, column string) bool {
	return column != "" && slices.ContainsFunc(row.Defects, func(d batch.Defect) bool { return d.Column == column })
}

// mojibake names cells that hold UTF-8 read as Windows-1252.
func mojibake(rc *rowCheck) []Problem {
	var out []Problem
	for i, cell := range rc.row.Cells {
		if i >= len(rc.in.Header) || request.Reserved(rc.in.Header[i]) {
			continue
		}
		if bad, good := misread(cell); bad != "" {
			out = append(out, Problem{Column: rc.in.Header[i], Message: fmt.Sprintf("%q stands where %q was probably meant: %s", bad, good, request.Excerpt(cell))})
		}
	}
	return out
}

// misread returns the first characters of text that are one other character in
// UTF-8 when they are written in Windows-1252, and that character; or "", "".
func misread(text string) (bad, good string) {
	// The first byte of such a character is a letter from U+00C2 to U+00F4, and
	// these begin with C3 in UTF-8.
	for at := 0; ; {
		i := strings.IndexByte(text[at:], 0xC3)
		if i < 0 {
			return "", ""
		}
		at += i
		var was []byte
		for n, r := range text[at:] {
			b, ok := charmap.Windows1252.EncodeRune(r)
			if !ok || len(was) == utf8.UTFMax {
				break
			}
			if was = append(was, b); len(was) == 1 {
				continue
			}
			if utf8.Valid(was) && utf8.RuneCount(was) == 1 {
				return text[at : at+n+utf8.RuneLen(r)], string(was)
			}
		}
		at++
	}
}

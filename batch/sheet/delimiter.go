package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// candidates are the delimiters that are looked for.
const candidates = ",;\t|"

// ParseDelimiter reads a delimiter as a person types it: the character itself,
// or one of the words comma, semicolon, tab (also \t) and pipe. Any punctuation
// mark or symbol but the quote can be one.
func ParseDelimiter(text string) (rune, error) {
	switch strings.ToLower(text) {
	case "comma":
		return ',', nil
	case "semicolon":
		return ';', nil
	case "pipe":
		return '|', nil
	case "tab", `\t`:
		return '\t', nil
	}
	if r, n := utf8.DecodeRuneInString(text); n > 0 && n == len(text) && usable(r) {
		return r, nil
	}
	return 0, &Error{
		File: "--delimiter",
		Msg:  fmt.Sprintf("%q is not a delimiter", clip(text)),
		Mend: `give one character, such as "," ";" "|", or a word: comma, semicolon, tab, pipe`,
	}
}

// usable says whether r can separate cells. Letters, digits and spaces can not:
// they are in every text.
func usable(r rune) bool {
	return r == '\t' || r != '"' && r != utf8.RuneError && (unicode.IsPunct(r) || unicode.IsSymbol(r))
}

// delimiterName is how messages and --delimiter write r.
func delimiterName(r rune) string {
	if r == '\t' {
		return "tab"
	}
	return `"` + string(r) + `"`
}

// sepLine recognises a first line such as "sep=;", by which Excel is told the
// delimiter. It returns that delimiter and the length of the line with its end,
// or 0, 0.
func sepLine(b []byte) (rune, int) {
	const key = "sep="
	if len(b) < len(key) || !strings.EqualFold(string(b[:len(key)]), key) {
		return 0, 0
	}
	rest := b[len(key):]
	r, n := utf8.DecodeRune(rest)
	if bytes.HasPrefix(rest, []byte(`\t`)) {
		r, n = '\t', 2
	}
	if !usable(r) {
		return 0, 0
	}
	switch end := rest[n:]; {
	case len(end) == 0:
	case bytes.HasPrefix(end, []byte("\r\n")):
		n += 2
	case end[0] == '\n', end[0] == '\r':
		n++
	default:
		return 0, 0
	}
	return r, len(key) + n
}

// findDelimiter finds the delimiter from the begin of a file (no BOM, no sep=
// line); cut says that the file goes on after sample.
//
// The header decides what is possible, for it has a delimiter between any two
// names: a comma that only the rows have is a decimal comma or prose. Among the
// candidates that it has, the one wins that the most records have equally often.
// A rival that is (nearly) as good is returned too: then only a person can tell.
// Without any candidate the file has one column, and the answer is a comma.
func findDelimiter(sample []byte, cut bool) (found, rival rune) {
	recs := countCandidates(sample, cut)
	best, second := 0, 0
	found = ','
	for k, r := range candidates {
		if len(recs) == 0 || recs[0][k] == 0 {
			continue
		}
		switch s := agreement(recs, k); {
		case s > best:
			rival, second = found, best
			found, best = r, s
		case s > second:
			rival, second = r, s
		}
	}
	if second == 0 || second*10 < best*9 {
		return found, 0
	}
	return found, rival
}

// agreement is how many records have candidate k equally often, and at all.
func agreement(recs [][len(candidates)]int, k int) int {
	seen, most := map[int]int{}, 0
	for _, rec := range recs {
		if n := rec[k]; n > 0 {
			seen[n]++
			most = max(most, seen[n])
		}
	}
	return most
}

// countCandidates counts, for each of the first records of sample that is not
// blank, how often each candidate stands in it outside quotes. A record that was
// cut is left out, unless it is the only one.
func countCandidates(sample []byte, cut bool) (recs [][len(candidates)]int) {
	const most = 100
	var rec [len(candidates)]int
	quoted, first, blank := false, true, true // inside quotes; at the begin of a cell; nothing but candidates so far
	for i := 0; i < len(sample) && len(recs) < most; i++ {
		switch c := sample[i]; {
		case quoted:
			if c != '"' {
				continue
			}
			if i+1 < len(sample) && sample[i+1] == '"' {
				i++
				continue
			}
			quoted = false
		case c == '"' && first:
			quoted, first, blank = true, false, false
		case c == '\n' || c == '\r':
			if !blank {
				recs = append(recs, rec)
			}
			rec, first, blank = [len(candidates)]int{}, true, true
		default:
			k := strings.IndexByte(candidates, c)
			if first = k >= 0; first {
				rec[k]++
			} else {
				blank = false
			}
		}
	}
	if !blank && len(recs) < most && (!cut || len(recs) == 0) {
		recs = append(recs, rec)
	}
	return recs
}

package collection

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"
)

// Nearest gives the candidate that word was probably meant to be, and whether there is one. Case, blanks,
// dashes, underscores and accents do not count; apart from them about a third of the letters may differ.
// Of equally near candidates the first one wins.
func Nearest(word string, candidates []string) (string, bool) {
	found := nearest(word, candidates)
	if len(found) == 0 {
		return "", false
	}
	return candidates[found[0]], true
}

// nearest gives the indexes of the candidates that are near enough, the nearest first.
func nearest(word string, candidates []string) []int {
	type match struct{ index, distance int }
	var matches []match
	folded := fold(word)
	length := utf8.RuneCountInString(folded)
	limit := max(1, length/3)
	for i, candidate := range candidates {
		other := fold(candidate)
		otherLength := utf8.RuneCountInString(other)
		// The distance is at least the difference in length, and a word that shares no letter is not near.
		if length == 0 || otherLength-length > limit || length-otherLength > limit {
			continue
		}
		if distance := levenshtein.ComputeDistance(folded, other); distance <= limit && distance < max(length, otherLength) {
			matches = append(matches, match{i, distance})
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int { return a.distance - b.distance })
	var indexes []int
	for _, m := range matches {
		indexes = append(indexes, m.index)
	}
	return indexes
}

// fold drops what Nearest does not count.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Pd, r) || r == '_' {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

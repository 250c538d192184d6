package vars

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
)

// Run is what dynamic variables of a load derive from, so that a row's bytes
// are the same on every attempt, also after a resume.
type Run struct {
	// ID is unique to the run.
	ID string
	// Started is when the run began; the time variables show it.
	Started time.Time
}

// dynamic is one dynamic variable: make gives its value.
type dynamic struct {
	name string
	make func(*draw) string
}

// draw is what a value is made from: random numbers that are seeded by run, row
// and occurrence, and the run.
type draw struct {
	*rand.Rand
	run Run
}

// findDynamic finds a dynamic variable by its name, with its "$".
func findDynamic(name string) (dynamic, bool) {
	i, ok := slices.BinarySearchFunc(dynamics[:], name, func(d dynamic, name string) int { return strings.Compare(d.name, name) })
	if !ok {
		return dynamic{}, false
	}
	return dynamics[i], true
}

// DynamicNames lists the dynamic variables, sorted.
func DynamicNames() []string {
	names := make([]string, len(dynamics))
	for i, d := range dynamics {
		names[i] = d.name
	}
	return names
}

// IsDynamic reports whether name, with its "$", is a dynamic variable.
func IsDynamic(name string) bool {
	_, ok := findDynamic(name)
	return ok
}

// DynamicValue returns the value of a dynamic variable for one row. The same
// run, row and occurrence always give the same value. Expand has refused names that are not dynamic.
func DynamicValue(name string, run Run, row int64, occurrence int) string {
	d, ok := findDynamic(name)
	if !ok {
		return ""
	}
	seed := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d\x00%s", run.ID, row, occurrence, name))
	source := rand.NewPCG(binary.BigEndian.Uint64(seed[:8]), binary.BigEndian.Uint64(seed[8:16]))
	return d.make(&draw{rand.New(source), run})
}

// noDynamic says that there is no dynamic variable of that name, and which are
// near.
func noDynamic(name string) string {
	const hint = "pmrun has no dynamic variable of that name"
	names := DynamicNames()
	var near []string
	if one, ok := collection.Nearest(name, names); ok {
		near = append(near, "{{"+one+"}}")
	}
	word := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "$"), "random"))
	const most = 5
	for _, n := range names {
		quoted := "{{" + n + "}}"
		if len(word) > 2 && strings.Contains(strings.ToLower(n), word) && len(near) < most && !slices.Contains(near, quoted) {
			near = append(near, quoted)
		}
	}
	if len(near) == 0 {
		return hint + "; it knows Postman's, such as {{$guid}}, {{$timestamp}} and {{$randomInt}}"
	}
	return hint + "; did you mean " + strings.Join(near, " or ") + "?"
}

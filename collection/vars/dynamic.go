package vars

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Run is what dynamic variables of a load derive from, so that a row's bytes
// are the same on every attempt, also after a resume.
type Run struct {
	// ID is unique to the run.
	ID string
	// Started is when the run began; the time variables show it.
	Started time.Time
}

// generate makes a dynamic variable's value; r is seeded by run, row and
// occurrence. Names and ranges are Postman's.
func generate(name string, run Run, r *rand.Rand) string {
	switch name {
	case "$guid":
		return guid(r)
	case "$timestamp":
		return strconv.FormatInt(run.Started.Unix(), 10)
	case "$isoTimestamp":
		return run.Started.UTC().Format("2006-01-02T15:04:05.000Z")
	case "$randomInt":
		return strconv.Itoa(r.IntN(1001))
	}
	return ""
}

// DynamicNames lists the dynamic variables that generate knows, sorted.
func DynamicNames() []string {
	return []string{"$guid", "$isoTimestamp", "$randomInt", "$timestamp"}
}

// IsDynamic reports whether name, with its "$", is a dynamic variable.
func IsDynamic(name string) bool { return slices.Contains(DynamicNames(), name) }

func guid(r *rand.Rand) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], r.Uint64())
	binary.BigEndian.PutUint64(b[8:], r.Uint64())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return uuid.UUID(b).String()
}

// DynamicValue returns the value of a dynamic variable for one row. The same
// run, row and occurrence always give the same value. Expand has refused names that are not dynamic.
func DynamicValue(name string, run Run, row int64, occurrence int) string {
	seed := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d\x00%s", run.ID, row, occurrence, name))
	return generate(name, run, rand.New(rand.NewPCG(binary.BigEndian.Uint64(seed[:8]), binary.BigEndian.Uint64(seed[8:16]))))
}

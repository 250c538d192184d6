package mockcrm

import (
	"fmt"
	"sync"
	"time"
)

// Case is one stored case.
type Case struct {
	// ID is the wolkvox_id: 24 hexadecimal digits.
	ID string
	// Prefix is the number that people see, such as CAS-000001. Numbers count
	// the good inserts, refused (FailShare) and forgotten ones too, so there
	// can be gaps.
	Prefix string
	// Fields are the text fields that were sent, byte for byte.
	Fields map[string]string
	// Files are the attachments. The first is "file", the next ones of the
	// same field are "file#2", "file#3" and so on. Contents are not kept.
	Files map[string]File
	// Created is when the case was inserted, in UTC.
	Created time.Time
}

// File describes an attachment.
type File struct {
	Name        string // without folders
	ContentType string // as sent; may be empty
	Size        int64  // bytes
}

// field is one text field of a form or a case.
type field struct{ name, value string }

// record is a case as it is kept: without the maps of a Case, which would
// take most of the memory of a large load.
type record struct {
	sequence uint64
	created  time.Time
	fields   []field
	files    []File
	next     int // the next record with the same description, or -1
}

func (r *record) get(name string) string {
	for _, f := range r.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (r *record) set(name, value string) {
	for i := range r.fields {
		if r.fields[i].name == name {
			r.fields[i].value = value
			return
		}
	}
	r.fields = append(r.fields, field{name, value})
}

// span is the first and last record of a chain.
type span struct{ first, last int }

// store is the CRM's memory.
type store struct {
	seed      uint64
	failShare float64
	forget    bool

	mu            sync.RWMutex
	sequence      uint64 // good inserts so far
	records       []record
	byID          map[string]int
	byDescription map[string]span
	shared        map[string]string // one copy of the values that repeat
}

func newStore(seed uint64, failShare float64, forget bool) *store {
	return &store{
		seed: seed, failShare: failShare, forget: forget,
		byID:          map[string]int{},
		byDescription: map[string]span{},
		shared:        map[string]string{},
	}
}

// insert keeps a good insert and returns its id. The fields become the
// store's.
func (st *store) insert(fields []field, files []File, now time.Time) (id string, err error) {
	ids, err := st.insertAll([][]field{fields}, files, now)
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// insertAll keeps several good inserts, all or none, and returns their ids in order.
func (st *store) insertAll(list [][]field, files []File, now time.Time) (ids []string, err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	first := st.sequence + 1
	st.sequence += uint64(len(list))
	for n := first; n <= st.sequence; n++ {
		if fails(st.seed, n, st.failShare) {
			return nil, refuse(codeBad, "the CRM refused the case: simulated failure of insert %d", n)
		}
	}
	for i, fields := range list {
		n := first + uint64(i)
		ids = append(ids, caseID(st.seed, n))
		if !st.forget {
			st.keep(n, ids[i], fields, files, now)
		}
	}
	return ids, nil
}

// keep stores one record; the caller holds the lock.
func (st *store) keep(n uint64, id string, fields []field, files []File, now time.Time) {
	for i, f := range fields {
		if f.name != "description" && f.name != "form" && f.name != "solution" {
			fields[i].value = st.share(f.value)
		}
	}
	at := len(st.records)
	r := record{sequence: n, created: now.UTC(), fields: fields, files: files, next: -1}
	st.records = append(st.records, r)
	st.byID[id] = at
	text := r.get("description")
	if s, ok := st.byDescription[text]; ok {
		st.records[s.last].next = at
		st.byDescription[text] = span{s.first, at}
	} else {
		st.byDescription[text] = span{at, at}
	}
}

// share returns one copy for equal values, as far as a bounded table goes.
func (st *store) share(v string) string {
	if kept, ok := st.shared[v]; ok {
		return kept
	}
	if len(st.shared) < 4096 && len(v) <= 128 {
		st.shared[v] = v
	}
	return v
}

// update changes fields of a case, but not its description, and adds files.
// It reports whether the case exists.
func (st *store) update(id string, fields []field, files []File) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	at, ok := st.byID[id]
	if !ok {
		return false
	}
	r := &st.records[at]
	for _, f := range fields {
		r.set(f.name, f.value)
	}
	r.files = append(r.files, files...)
	return true
}

// findID returns the case with this wolkvox_id as query records.
func (st *store) findID(id string) []map[string]string {
	st.mu.RLock()
	defer st.mu.RUnlock()
	if at, ok := st.byID[id]; ok {
		return []map[string]string{st.row(at)}
	}
	return []map[string]string{}
}

// findPrefix returns the case with this number.
func (st *store) findPrefix(prefix string) []map[string]string {
	var n uint64
	if _, err := fmt.Sscanf(prefix, "CAS-%d", &n); err != nil || casePrefix(n) != prefix {
		return []map[string]string{}
	}
	return st.findID(caseID(st.seed, n))
}

// find returns the cases whose field has exactly this value, in order of
// insertion. Descriptions are indexed, the others are searched.
func (st *store) find(name, value string) []map[string]string {
	st.mu.RLock()
	defer st.mu.RUnlock()
	found := []map[string]string{}
	if name == "description" {
		if s, ok := st.byDescription[value]; ok {
			for at := s.first; at >= 0; at = st.records[at].next {
				found = append(found, st.row(at))
			}
		}
		return found
	}
	for at := range st.records {
		if st.records[at].get(name) == value {
			found = append(found, st.row(at))
		}
	}
	return found
}

// row is a case as the query API shows it; the caller holds the lock.
func (st *store) row(at int) map[string]string {
	r := &st.records[at]
	m := make(map[string]string, len(r.fields)+2)
	for _, f := range r.fields {
		m[f.name] = f.value
	}
	m["wolkvox_id"] = caseID(st.seed, r.sequence)
	m["idPrefijo"] = casePrefix(r.sequence)
	return m
}

func (st *store) len() int {
	st.mu.RLock()
	defer st.mu.RUnlock()
	return len(st.records)
}

func (st *store) all() []Case {
	st.mu.RLock()
	defer st.mu.RUnlock()
	cases := make([]Case, len(st.records))
	for i, r := range st.records {
		c := Case{
			ID:      caseID(st.seed, r.sequence),
			Prefix:  casePrefix(r.sequence),
			Fields:  make(map[string]string, len(r.fields)),
			Files:   make(map[string]File, len(r.files)),
			Created: r.created,
		}
		for _, f := range r.fields {
			c.Fields[f.name] = f.value
		}
		for k, f := range r.files {
			name := "file"
			if k > 0 {
				name = fmt.Sprintf("file#%d", k+1)
			}
			c.Files[name] = f
		}
		cases[i] = c
	}
	return cases
}

// caseID is the wolkvox_id of insert n. Different n give different ids,
// because mix never gives one result twice.
func caseID(seed, n uint64) string {
	salt := mix(seed)
	return fmt.Sprintf("%08x%016x", uint32(salt>>32), mix(n^salt))
}

func casePrefix(n uint64) string { return fmt.Sprintf("CAS-%06d", n) }

// fails decides whether good insert n is one of the refused.
func fails(seed, n uint64, share float64) bool {
	// 53 bits: what a float64 holds exactly, so the value is in [0, 1).
	draw := float64(mix(mix(seed^0x6661696c)^n)>>11) / (1 << 53)
	return draw < share
}

// mix is the finalizer of splitmix64: a one-to-one scramble of 64 bits.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

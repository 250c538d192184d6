package ledger

// marks remembers which rows are recorded: a bit a row beyond upto, below which
// all are. A load records its rows nearly in order, so that few bits are kept.
type marks struct {
	upto   int64
	chunks map[int64]*chunk
}

const chunkRows = 64 * 1024

type chunk [chunkRows / 64]uint64

func newMarks(upto int64) *marks { return &marks{upto: upto, chunks: make(map[int64]*chunk)} }

func (m *marks) has(row int64) bool {
	if row <= m.upto {
		return true
	}
	c := m.chunks[row/chunkRows]
	return c != nil && c[row%chunkRows/64]&(1<<(row%64)) != 0
}

// set marks a row and reports whether it was not marked before.
func (m *marks) set(row int64) bool {
	if m.has(row) {
		return false
	}
	c := m.chunks[row/chunkRows]
	if c == nil {
		c = &chunk{}
		m.chunks[row/chunkRows] = c
	}
	c[row%chunkRows/64] |= 1 << (row % 64)
	return true
}

// unset takes a mark beyond upto back.
func (m *marks) unset(row int64) {
	if c := m.chunks[row/chunkRows]; c != nil {
		c[row%chunkRows/64] &^= 1 << (row % 64)
	}
}

// reach returns the row up to which all are marked.
func (m *marks) reach() int64 {
	upto := m.upto
	for m.has(upto + 1) {
		upto++
	}
	return upto
}

// advance moves upto, and forgets what it needs no more.
func (m *marks) advance(upto int64) {
	for i := m.upto / chunkRows; i < upto/chunkRows; i++ {
		delete(m.chunks, i)
	}
	m.upto = upto
}

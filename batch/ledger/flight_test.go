package ledger

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFlights: what is written is read back, in a list for each run of rows.
func TestFlights(t *testing.T) {
	three := map[int64]flight{5: {5, 7, 1, 1000}, 6: {6, 8, 1, 1000}, 7: {7, 9, 1, 1000}}
	for _, c := range []struct {
		flights map[int64]flight
		want    string
	}{
		{nil, "[]"},
		{three, "[[5,3,7,1,1000]]"},
		{map[int64]flight{5: {5, 7, 1, 1000}, 6: {6, 9, 1, 1000}}, "[[5,1,7,1,1000],[6,1,9,1,1000]]"}, // a cell of two lines
		{map[int64]flight{5: {5, 7, 1, 1000}, 6: {6, 8, 2, 1000}}, "[[5,1,7,1,1000],[6,1,8,2,1000]]"},
		{map[int64]flight{5: {5, 7, 1, noTime}, 7: {7, 9, 1, 0}}, "[[5,1,7,1,null],[7,1,9,1,0]]"},
	} {
		if got := encodeFlights(c.flights); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		flights := make(map[int64]flight)
		for range rnd.IntN(50) {
			row := rnd.Int64N(60) + 1
			flights[row] = flight{row, row + 1 + rnd.Int64N(2), rnd.IntN(2) + 1, rnd.Int64N(2)}
		}
		got, err := decodeFlights(encodeFlights(flights))
		if err != nil {
			t.Fatal(err)
		}
		var want []flight
		for _, row := range slices.Sorted(maps.Keys(flights)) {
			want = append(want, flights[row])
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// FuzzFlights: no text makes the reader fail but with an error, and what it reads
// is in order.
func FuzzFlights(f *testing.F) {
	for _, text := range []string{"[]", "[[5,3,7,1,1000]]", "[[5,1,7,1,null],[7,1,9,1,0]]", "null", "[[1]]", "[[2,1,1,1,1],[1,1,1,1,1]]", "[[1,99999999999,1,1,1]]",
		"[[1,0,1,1,1]]", "[[null,1,1,1,1]]", "{}", "[[9223372036854775807,2,1,1,1]]", "[[1,1,1,-1,1]]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		flights, err := decodeFlights(text)
		if err != nil {
			return
		}
		for i := 1; i < len(flights); i++ {
			if flights[i].row <= flights[i-1].row {
				t.Fatalf("%q: row %d after row %d", text, flights[i].row, flights[i-1].row)
			}
		}
	})
}

// TestMarks: up to which row all are marked, over the edges of words and chunks,
// with rows far beyond.
func TestMarks(t *testing.T) {
	m := newMarks(10)
	if !m.has(10) || m.has(11) || m.set(3) {
		t.Error("rows up to 10 are marked, and no others")
	}
	far := int64(1) << 50
	if !m.set(far) || m.set(far) || !m.has(far) || m.has(far-1) || m.reach() != 10 {
		t.Error("a row far beyond")
	}
	last := int64(3*chunkRows + 5)
	for row := last; row > 11; row-- {
		m.set(row)
	}
	if m.reach() != 10 {
		t.Errorf("row 11 is missing, and all are marked up to %d", m.reach())
	}
	m.set(11)
	if m.reach() != last {
		t.Errorf("all are marked up to %d, want %d", m.reach(), last)
	}
	m.unset(last)
	if m.advance(m.reach()); m.upto != last-1 || m.has(last) || !m.has(far) {
		t.Errorf("all are marked up to %d, want %d", m.upto, last-1)
	}
	if len(m.chunks) != 2 {
		t.Errorf("%d chunks are kept, want the last and the far one", len(m.chunks))
	}
}

package ledger_test

import (
	"path/filepath"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/batch/ledger/ledgertest"
)

func TestSuite(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) (batch.Ledger, func() batch.Ledger) {
		path := filepath.Join(t.TempDir(), "ledger.db")
		l, err := ledger.Create(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return l, func() batch.Ledger {
			l, err := ledger.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
	})
}

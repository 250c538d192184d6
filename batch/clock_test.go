package batch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

func TestSkew(t *testing.T) {
	at := time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)
	const took = 20 * time.Second
	for _, c := range []struct{ date, want time.Duration }{
		{0, 0}, {took, 0}, {-MostSkew, 0}, {took + MostSkew, 0},
		{-MostSkew - time.Second, -MostSkew - time.Second},
		{took + MostSkew + time.Second, MostSkew + time.Second},
		{-26 * time.Hour, -26 * time.Hour},
	} {
		if got := skew(at.Add(c.date), at, took); got != c.want {
			t.Errorf("a Date %s after the start: %s, want %s", c.date, got, c.want)
		}
	}
}

// TestClockWatch: the first answer with a Date decides, and none is fetched for it.
func TestClockWatch(t *testing.T) {
	dates := []string{"", "yesterday", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), time.Now().UTC().Format(http.TimeFormat)}
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = []string{dates[n]}
		n++
	}))
	defer server.Close()
	sender := NewHTTPSender(HTTPOptions{Timeout: 10 * time.Second, Concurrency: 1})
	defer sender.Close()
	w := &ClockWatch{Sender: sender}
	var filled request.Filled
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "r", "request": {"method": "POST", "url": %q}}]}`, server.URL))
	if err != nil {
		t.Fatal(err)
	}
	template := request.Compile(c.Items[0], request.Options{Scopes: &vars.Scopes{}})
	for i := range dates {
		if err := template.Fill(&filled, nil, int64(i+1)); err != nil {
			t.Fatal(err)
		}
		w.Send(t.Context(), &filled)
		if got := w.Skew().Round(time.Hour); (got == -time.Hour) != (i >= 2) {
			t.Errorf("after answer %d the skew is %s", i+1, got)
		}
	}
	if n != len(dates) {
		t.Errorf("%d requests for %d rows", n, len(dates))
	}
}

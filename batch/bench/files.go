package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// columns are those of the data file; with operation and owner the request has 8
// text parts.
var columns = [...]string{"contact", "status", "priority", "case-type", "description", "responsible"}

// files are what a run needs.
type files struct{ collection, data, plain string }

// plain is a request as the bare loop sends it.
type plain struct {
	Method, URL string
	Header      http.Header
	Body        []byte
}

// writeFiles writes the collection, the rows, and the bytes of one row's request.
func writeFiles(dir, host string, rows int64) (*files, error) {
	f := &files{filepath.Join(dir, "collection.json"), filepath.Join(dir, "rows.csv"), filepath.Join(dir, "plain.json")}
	type param struct {
		Key   string `json:"key"`
		Value string `json:"value"`
		Type  string `json:"type"`
	}
	form := []param{{"operation", "bench", "text"}}
	for _, column := range columns {
		form = append(form, param{column, "{{" + column + "}}", "text"})
	}
	form = append(form, param{"owner", "{{responsible}}", "text"})
	type object = map[string]any
	event := object{"listen": "test", "script": object{"exec": []string{
		`pm.test("accepted", () => pm.response.to.have.status(200))`,
		`pm.test("code", () => pm.expect(pm.response.json().code).to.equal("200"))`,
	}}}
	text, err := json.Marshal(object{"info": object{"name": "bench"}, "item": []object{{"name": "Insert", "event": []object{event}, "request": object{
		"method": "POST", "url": "http://" + host + "/server/API/v2/cases/insert.php",
		"header": []object{{"key": "wolkvox-token", "value": "bench"}},
		"body":   object{"mode": "formdata", "formdata": form},
	}}}})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.WriteFile(f.collection, text, 0o600), writeRows(f.data, rows)); err != nil {
		return nil, err
	}
	c, err := collection.Parse(f.collection, text)
	if err != nil {
		return nil, err
	}
	t := request.Compile(c.Items[0], request.Options{Scopes: &vars.Scopes{}, Columns: columns[:], Run: vars.Run{ID: "bench"}})
	var filled request.Filled
	if err := t.Fill(&filled, cells(rows), rows); err != nil {
		return nil, err
	}
	body, err := filled.Reader()
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	text, err = json.Marshal(plain{filled.Method, filled.URL.String(), filled.Header, all})
	if err != nil {
		return nil, err
	}
	return f, os.WriteFile(f.plain, text, 0o600)
}

func cells(row int64) []string {
	return []string{
		fmt.Sprintf("customer%d@example.com", row), "open", "normal", "Request",
		fmt.Sprintf("Case number %d, as the customer told it on the phone", row), "agent@bench",
	}
}

func writeRows(path string, rows int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	line := func(cells []string) {
		for i, cell := range cells {
			if i > 0 {
				_ = w.WriteByte(',')
			}
			if i == 4 && cell != columns[4] {
				cell = `"` + cell + `"`
			}
			_, _ = w.WriteString(cell)
		}
		_ = w.WriteByte('\n')
	}
	line(columns[:])
	for row := int64(1); row <= rows; row++ {
		line(cells(row))
	}
	return errors.Join(w.Flush(), file.Close())
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// k6Script sends a row's request and checks its answer twice, as the collection's own
// script does. k6 makes no multipart body of texts alone, so that the script does.
const k6Script = `import http from 'k6/http';
import { check } from 'k6';
import exec from 'k6/execution';
import { SharedArray } from 'k6/data';

const columns = %[1]s;
const rows = new SharedArray('rows', () => open('rows.csv').trim().split('\n').slice(1).map(line => {
  return line.match(/"[^"]*"|[^,]+/g).map(cell => cell.replace(/"/g, ''));
}));
const boundary = 'k6-bench-boundary-of-the-parts';
const part = (name, value) => '--' + boundary + '\r\nContent-Disposition: form-data; name="' + name + '"\r\n\r\n' + value + '\r\n';

export const options = {
  scenarios: { rows: { executor: 'shared-iterations', vus: %[2]d, iterations: %[3]d, maxDuration: '10h' } },
};

export default function () {
  const row = rows[exec.scenario.iterationInTest];
  let body = part('operation', 'bench');
  for (let i = 0; i < columns.length; i++) body += part(columns[i], row[i]);
  body += part('owner', row[5]) + '--' + boundary + '--\r\n';
  const response = http.post(%[4]q, body, {
    headers: { 'wolkvox-token': 'bench', 'Content-Type': 'multipart/form-data; boundary=' + boundary },
  });
  check(response, { accepted: r => r.status === 200, code: r => r.json().code === '200' });
}

export function handleSummary(data) {
  const values = name => data.metrics[name].values;
  return { stdout: JSON.stringify({ rate: values('iterations').rate, passed: values('checks').passes }) + '\n' };
}
`

// runK6 runs k6 over the same rows with the same two checks a row. It keeps no record
// of a row.
func runK6(ctx context.Context, o *options, dir, host string) (sample, error) {
	names, err := json.Marshal(columns)
	if err != nil {
		return sample{}, err
	}
	path := filepath.Join(dir, "k6.js")
	text := fmt.Sprintf(k6Script, names, o.concurrency, o.rows, "http://"+host+"/server/API/v2/cases/insert.php")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return sample{}, err
	}
	s, _, out, err := process(ctx, o.rows, []string{"K6_NO_USAGE_REPORT=true"}, o.k6, "run", "--quiet", path)
	if err != nil {
		return s, err
	}
	var summary struct {
		Rate   float64 `json:"rate"`
		Passed int64   `json:"passed"`
	}
	if err := json.Unmarshal([]byte(out), &summary); err != nil {
		return s, fmt.Errorf("k6 printed %s: %w", strconv.Quote(out), err)
	}
	if summary.Passed != 2*o.rows {
		return s, fmt.Errorf("k6: %d of %d checks passed", summary.Passed, 2*o.rows)
	}
	s.rowsPerSecond = summary.Rate
	return s, nil
}

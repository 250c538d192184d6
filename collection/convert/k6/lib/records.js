// records reads CSV: the first line has the names of the columns.
function records(text) {
  const source = text.replace(/^\ufeff/, '');
  const lines = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  for (let m = cell.exec(source); m; m = cell.exec(source)) {
    lines[lines.length - 1].push(m[1] === undefined ? m[2] : m[1].replace(/""/g, '"'));
    if (m[3] === '') break;
    if (m[3] !== ',') lines.push([]);
  }
  const [names, ...rest] = lines.filter((line) => line.length > 1 || line[0]);
  return rest.map((line) => Object.fromEntries(names.map((name, i) => [name, line[i] ?? ''])));
}

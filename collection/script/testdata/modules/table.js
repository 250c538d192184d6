// node -e table.js < table > table: what the package gives for each line.
const fs = require('fs');
console.warn = () => {};
globalThis.require = require;
let prelude = '';
for (const line of fs.readFileSync(0, 'utf8').trimEnd().split('\n')) {
  if (line.startsWith('prelude: ')) prelude = line.slice(9);
  if (line.startsWith('zone: ')) process.env.TZ = line.slice(6);
  if (line === '' || line[0] === '#' || /^(prelude|zone): /.test(line)) { console.log(line); continue; }
  const expression = line.split('  =>  ')[0];
  let out;
  try { (0, eval)(prelude); out = JSON.stringify((0, eval)(`(${expression}\n)`)); } catch (e) { out = 'THROWS ' + e.message; }
  console.log(expression + '  =>  ' + out);
}

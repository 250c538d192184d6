// Runs collection files with newman, as a library, and prints what became of their tests as one line of JSON: node collections.js NEWMAN FILES
const fs = require('fs'), path = require('path');
const home = require.resolve('newman/package.json', {paths: [process.argv[2]]});
const newman = require(path.dirname(home));
const {version} = require(home);
const files = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'));
const results = {};
process.on('unhandledRejection', () => {});

function one(file, done) {
  const result = results[file] = {error: '', executions: 0, items: {}};
  const of = item => result.items[item.name] || (result.items[item.name] = {assertions: [], errors: 0});
  let ended = false;
  const end = err => {
    if (ended) return;
    ended = true;
    if (err) result.error = String(err.message || err);
    done();
  };
  try {
    newman.run({collection: file, reporters: [], insecure: true, timeout: 30000, timeoutRequest: 5000, timeoutScript: 5000, workingDir: path.dirname(file)}, end)
      .on('assertion', (_, o) => of(o.item).assertions.push(`${o.assertion}: ${o.skipped ? 'skipped' : o.error ? 'failed' : 'passed'}`))
      .on('script', (err, o) => { if (err) of(o.item).errors++; })
      .on('beforeItem', () => result.executions++);
  } catch (err) { end(err); }
}

let next = 0, left = files.length;
function more() {
  if (next < files.length) one(files[next++], () => { if (--left === 0) finish(); else more(); });
}
function finish() {
  process.stdout.write('\n' + JSON.stringify({version, results}) + '\n', () => process.exit(0));
}
for (let i = 0; i < 4; i++) more();

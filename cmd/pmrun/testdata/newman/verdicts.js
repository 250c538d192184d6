// Runs a collection with newman, as a library, and prints what became of each item as JSON: node verdicts.js NEWMAN COLLECTION
const fs = require('fs'), path = require('path');
const home = require.resolve('newman/package.json', {paths: [process.argv[2]]});
const newman = require(path.dirname(home));
const {version} = require(home);
const job = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'));
const items = {};
const of = item => items[item.name] || (items[item.name] = {assertions: [], errors: [], printed: [], requests: []});
const error = err => `${err.name}: ${err.message}`;

process.on('unhandledRejection', () => {});
newman.run({
  collection: job.collection, environment: job.environment, globals: job.globals, iterationData: job.data || undefined,
  iterationCount: job.iterations || undefined, reporters: [], timeoutRequest: 20000, timeoutScript: 5000,
}, (err) => {
  if (err) { console.error(err); process.exit(1); }
  process.stdout.write(JSON.stringify({version, items}) + '\n', () => process.exit(0));
}).on('assertion', (_, o) => {
  of(o.item).assertions.push({name: o.assertion, skipped: !!o.skipped, error: o.error ? error(o.error) : ''});
}).on('script', (err, o) => {
  if (err) of(o.item).errors.push(error(err));
}).on('console', (_, o) => {
  of(current).printed.push(o.level + ' ' + o.messages.map(m => typeof m === 'string' ? m : JSON.stringify(m)).join(' '));
}).on('beforeItem', (_, o) => { current = o.item; of(current); }).on('request', (err, o) => {
  if (!err) of(o.item).requests.push(`${o.request.method} ${o.request.url.toString().replace(/^https?:\/\/[^/]*/, '')}`);
});
let current = {name: ''};

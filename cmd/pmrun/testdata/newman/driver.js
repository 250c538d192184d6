// Runs collections with newman, as a library, and prints one line of JSON about all: node driver.js NEWMAN JOBS
const fs = require('fs'), path = require('path'), events = require('events');
const home = require.resolve('newman/package.json', {paths: [process.argv[2]]});
const newman = require(path.dirname(home));
const {version} = require(home);
const jobs = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'));
const failures = new Array(jobs.length).fill('');

// No collection here has a script. The place where scripts would run takes most of the time of a run, so there is none.
const runtime = require.resolve('postman-runtime', {paths: [home]});
const sandbox = require(require.resolve('postman-sandbox', {paths: [runtime]}));
sandbox.createContext = (options, done) => done(null, Object.assign(new events(), {
  dispose() {}, execute() { throw new Error('a collection has a script'); },
}));

function one(i, done) {
  const j = jobs[i];
  newman.run({
    collection: JSON.parse(j.collection), environment: JSON.parse(j.environment), globals: JSON.parse(j.globals),
    iterationData: j.rows, workingDir: j.dir, reporters: [], timeoutRequest: 20000,
  }, (err, summary) => {
    const failure = err || (summary.run.failures[0] && summary.run.failures[0].error);
    failures[i] = failure ? String(failure.message || failure) : '';
    done();
  });
}

let next = 0, left = jobs.length;
function more() {
  if (next < jobs.length) one(next++, () => { if (--left === 0) finish(); else more(); });
}
function finish() {
  process.stdout.write(JSON.stringify({version, failures}) + '\n', () => process.exit(0));
}
for (let i = 0; i < 8; i++) more();

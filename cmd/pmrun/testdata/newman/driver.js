// Runs collections with newman, as a library, and prints one line of JSON about all: node driver.js NEWMAN JOBS
const fs = require('fs'), path = require('path'), events = require('events');
const home = require.resolve('newman/package.json', {paths: [process.argv[2]]});
const newman = require(path.dirname(home));
const {version} = require(home);
const jobs = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'));
const failures = new Array(jobs.length).fill('');

// The place where scripts run takes most of the time of a run, so a job without scripts has none.
const runtime = require.resolve('postman-runtime', {paths: [home]});
const sandbox = require(require.resolve('postman-sandbox', {paths: [runtime]}));
const createContext = sandbox.createContext;
const none = (options, done) => done(null, Object.assign(new events(), {
  dispose() {}, execute() { throw new Error('a collection has a script'); },
}));

function one(i, done) {
  const j = jobs[i];
  newman.run({
    collection: JSON.parse(j.collection), environment: JSON.parse(j.environment), globals: JSON.parse(j.globals),
    iterationData: j.rows, workingDir: j.dir, reporters: [], timeoutRequest: 20000, ...j.options,
  }, (err, summary) => {
    const failure = err || (summary.run.failures[0] && summary.run.failures[0].error);
    failures[i] = failure ? String(failure.message || failure) : '';
    done();
  });
}

// all runs jobs, some at once, and calls then.
function all(list, atOnce, then) {
  let next = 0, left = list.length;
  if (left === 0) return then();
  const more = () => {
    if (next < list.length) one(list[next++], () => { if (--left === 0) then(); else more(); });
  };
  for (let i = 0; i < atOnce; i++) more();
}
const numbers = [...jobs.keys()];
sandbox.createContext = none;
all(numbers.filter(i => !jobs[i].scripts), 8, () => {
  sandbox.createContext = createContext;
  all(numbers.filter(i => jobs[i].scripts), 3, () => {
    process.stdout.write(JSON.stringify({version, failures}) + '\n', () => process.exit(0));
  });
});

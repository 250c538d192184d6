// need ends the test when a variable has no value.
function need(v, name) {
  if (v[name] === undefined || v[name] === '') {
    exec.test.abort(`${name} has no value: give it with -e ${name}=VALUE`);
  }
}

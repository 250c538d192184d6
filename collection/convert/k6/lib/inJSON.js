// inJSON writes a value as it stands in a string of JSON.
function inJSON(value) {
  return JSON.stringify(String(value)).slice(1, -1);
}

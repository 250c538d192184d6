// inQuery writes a value as it stands in the query of a URL.
function inQuery(value) {
  return String(value).replace(/[^!#-&(-;=?-z{-~]+/g, (s) => encodeURIComponent(s).replace(/'/g, '%27'));
}

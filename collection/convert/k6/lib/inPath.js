// inPath writes a value as it stands in the path of a URL.
function inPath(value) {
  return String(value).replace(/\\/g, '/').replace(/[^!#-;=?-_a-z|~]+/g, encodeURIComponent);
}

// kind names the type of a value.
function kind(value) {
  return Object.prototype.toString.call(value).slice(8, -1).toLowerCase();
}

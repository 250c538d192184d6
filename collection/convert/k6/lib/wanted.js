// wanted says whether a request is to be sent: -e request=NAME picks one.
function wanted(name) {
  return !__ENV.request || __ENV.request === name;
}

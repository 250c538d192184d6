// basic is the header of basic auth.
function basic(user, password) {
  return `Basic ${encoding.b64encode(`${user}:${password}`)}`;
}

// withUser puts name and password into a URL, where k6 looks for them.
function withUser(url, user, password) {
  const address = url.includes('://') ? url : `http://${url}`;
  return address.replace('://', () => `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
}

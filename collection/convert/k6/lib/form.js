// form makes a body of multipart/form-data. A part is a text, or a file's content.
function form(parts) {
  const boundary = `form-${crypto.randomUUID()}`;
  const quoted = (name) => String(name).replace(/["\r\n]/g, encodeURIComponent).replace(/\\/g, '\\\\');
  const bytes = (text) => new Uint8Array(encoding.b64decode(encoding.b64encode(String(text))));
  const list = [];
  for (const part of parts) {
    const file = part.file === undefined ? '' : `; filename="${quoted(part.fileName)}"`;
    const media = part.media ? `Content-Type: ${part.media}\r\n` : '';
    list.push(bytes(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(part.name)}"${file}\r\n${media}\r\n`));
    list.push(part.file === undefined ? bytes(part.text) : new Uint8Array(part.file));
    list.push(bytes('\r\n'));
  }
  list.push(bytes(`--${boundary}--\r\n`));
  const body = new Uint8Array(list.reduce((n, b) => n + b.length, 0));
  let at = 0;
  for (const b of list) {
    body.set(b, at);
    at += b.length;
  }
  return { type: `multipart/form-data; boundary=${boundary}`, body: body.buffer };
}

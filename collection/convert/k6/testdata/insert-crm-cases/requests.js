// wolkvox CRM
//
// Cases of the wolkvox CRM: insert, query and update.
//
// Written from the vendor's public help pages; the saved answers are samples, not recordings. Values come from an environment:
//
// | variable | what it is |
// |---|---|
// | `crm_server` | bare host of the CRM, without `https://` |
// | `wolkvox_token` | token from **Settings > Integrations and Tokens**; keep it in the environment, never in this file |
// | `operation` | exact name of the operation |
//
// `description` (in the query) and `wolkvox-id` (in the update) change from case to case: give them as columns of a data file.
//
// k6 run [-e NAME=VALUE ...] [-e request=NAME] [-e data=ROWS.csv] requests.js: variables and secrets come with -e or from the
// environment; with data each row is an iteration, and its columns are variables. Paths of files start at this one.
import http from 'k6/http';
import { check, group } from 'k6';
import { SharedArray } from 'k6/data';
import encoding from 'k6/encoding';
import exec from 'k6/execution';

const rows = __ENV.data ? new SharedArray('rows', () => records(open(__ENV.data))) : [];

export const options = {
  iterations: rows.length || 1,
  thresholds: { checks: ['rate==1'], http_req_failed: ['rate==0'] },
};

// variables are what the requests need.
function variables(row) {
  const v = {};
  v.crm_server = given(row, 'crm_server', 'crm_server', 'crm0000.wolkvox.com');
  v.wolkvox_token = given(row, 'wolkvox_token', 'wolkvox_token');
  v.operation = given(row, 'operation', 'operation', 'acme_support');
  v.description = given(row, 'description', 'description');
  v.wolkvox_id = given(row, 'wolkvox-id', 'wolkvox_id');
  return v;
}

export default function () {
  const v = variables(rows.length ? rows[exec.scenario.iterationInTest % rows.length] : {});
  group('Cases', () => {
    if (wanted('Insert CRM cases')) insertCRMCases(v);
    if (wanted('Query CRM cases')) queryCRMCases(v);
    if (wanted('Update CRM case')) updateCRMCase(v);
  });
}

// Cases/Insert CRM cases
//
// Creates one case. Send it as `multipart/form-data`, with the token in the header `Wolkvox-Token`.
//
// ## Fields
//
// | field | required | what it is |
// |---|---|---|
// | `operation` | yes | exact name of the operation |
// | `case-type` | yes | `Request`, `Complaints`, `Claims`, `Suggestions`, or a custom type created in the cases module |
// | `responsible` | yes | `user@operation`; the user must already exist |
// | `owner` | yes | `user@operation`; the user must already exist |
// | `contact` | yes | e-mail address of an existing contact |
// | `description` | yes | text |
// | `status` | yes | `open` or `closed`, in English; on hold and solved only where the operation enabled them |
// | `priority` | yes | `low`, `normal` or `high`, in English |
// | `form` | no | custom fields: one JSON object as text, names exactly as configured (case, spaces, accents) |
// | `solution` | no | text |
// | `file` | no | attachments |
//
// ## When it fails
//
// The message is `Case insertion API error`. The HTTP status can still be 200: what counts is `code` and `error` in the answer.
//
// | what is wrong | what to do |
// |---|---|
// | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
// | the body is JSON or `x-www-form-urlencoded` | send `multipart/form-data` |
// | a field's name differs from the configured one, or a required field is missing | compare the names letter by letter |
// | the method is GET or PUT | use POST |
// | `operation` is absent or has a typo | copy its exact name |
// | a system value is not in English (`Abierto`, `Cerrado`, `Alta`, `Baja`, `En espera`, ...) | use the English value |
// | the URL has the scheme twice (`https://https://...`) or the wrong host | set `crm_server` to the bare host, without `https://` |
function insertCRMCases(v) {
  need(v, 'wolkvox_token');
  const body = form([
    { name: 'operation', text: v.operation },
    { name: 'case-type', text: 'Request' },
    { name: 'responsible', text: 'agent.demo@acme_support' },
    { name: 'owner', text: 'agent.demo@acme_support' },
    { name: 'contact', text: 'cliente@example.com' },
    { name: 'description', text: 'Sample description' },
    { name: 'status', text: 'open' },
    { name: 'priority', text: 'normal' },
    { name: 'form', text: '{"Subject": "Sample", "Order number": "0000"}' },
  ]);
  const response = http.request('POST', `https://${v.crm_server}/server/API/v2/cases/insert.php`, body.body, {
    headers: { 'Wolkvox-Token': v.wolkvox_token, 'Content-Type': body.type },
    tags: { name: 'Cases/Insert CRM cases' },
  });
  check(response, {
    'HTTP status is 200': (r) => r.status === 200,
    'envelope code is 200': (r) => holds(() => String(r.json().code) === '200'),
    'envelope error is null': (r) => holds(() => String((r.json().error || 'null')) === 'null'),
  });
}

// Cases/Query CRM cases
//
// Finds the cases in which one field has a value. It changes nothing, so it can tell whether a case that got no usable answer was created after all.
//
// ## Fields
//
// A JSON body, with the token in the header `Wolkvox-Token`.
//
// | field | required | what it is |
// |---|---|---|
// | `operation` | yes | exact name of the operation |
// | `field` | yes | `status`, `priority`, `email contact`, `name contact`, `description`, `idCase`, `idPrefijo`, `wolkvox-id`, `type case`, `responsible user`, `owner user`, `solution` and others |
// | `value` | yes | the value to look for |
//
// The records in `data` carry `wolkvox_id`.
//
// ## When it fails
//
// The vendor documents causes of failure for the insert. The ones that can apply here too:
//
// | what is wrong | what to do |
// |---|---|
// | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
// | the method is not POST | use POST |
// | `operation` is absent or has a typo | copy its exact name |
// | the URL has the scheme twice or the wrong host | set `crm_server` to the bare host, without `https://` |
function queryCRMCases(v) {
  need(v, 'wolkvox_token');
  need(v, 'description');
  const response = http.request('POST', `https://${v.crm_server}/server/API/v2/cases/queryCases.php`, `{"operation":"${v.operation}","field":"description","value":"${v.description}"}`, {
    headers: { 'Wolkvox-Token': v.wolkvox_token, 'Content-Type': 'application/json' },
    tags: { name: 'Cases/Query CRM cases' },
  });
  check(response, {
    'HTTP status is 200': (r) => r.status === 200,
    'envelope code is 200': (r) => holds(() => String(r.json().code) === '200'),
    'envelope error is null': (r) => holds(() => String((r.json().error || 'null')) === 'null'),
  });
}

// Cases/Update CRM case
//
// Changes one case, named by its id. Send it as `multipart/form-data`, with the token in the header `Wolkvox-Token`.
//
// ## Fields
//
// | field | required | what it is |
// |---|---|---|
// | `operation` | yes | exact name of the operation |
// | `wolkvox-id` | yes | id of the case, as the insert or the query returned it (`wolkvox_id`) |
// | `case-type` | see below | `Request`, `Complaints`, `Claims`, `Suggestions`, or a custom type |
// | `responsible` | see below | `user@operation`; the user must already exist |
// | `status` | see below | `open` or `closed`, in English; on hold and solved only where the operation enabled them |
// | `priority` | see below | `low`, `normal` or `high`, in English |
// | `form` | no | custom fields: one JSON object as text, names exactly as configured |
//
// Send the four middle fields too, with their present values where nothing changes: what the CRM does with a field that is left out is not known. It also takes `file`, for attachments.
//
// ## When it fails
//
// The vendor documents causes of failure for the insert. The ones that can apply here too:
//
// | what is wrong | what to do |
// |---|---|
// | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
// | the body is JSON or `x-www-form-urlencoded` | send `multipart/form-data` |
// | a field's name differs from the configured one | compare the names letter by letter |
// | the method is not POST | use POST |
// | `operation` is absent or has a typo | copy its exact name |
// | a system value is not in English | use the English value |
// | the URL has the scheme twice or the wrong host | set `crm_server` to the bare host, without `https://` |
function updateCRMCase(v) {
  need(v, 'wolkvox_token');
  need(v, 'wolkvox_id');
  const body = form([
    { name: 'operation', text: v.operation },
    { name: 'wolkvox-id', text: v.wolkvox_id },
    { name: 'case-type', text: 'Request' },
    { name: 'responsible', text: 'agent.demo@acme_support' },
    { name: 'status', text: 'closed' },
    { name: 'priority', text: 'normal' },
    { name: 'form', text: '{"Subject": "Sample", "Order number": "0000"}' },
  ]);
  const response = http.request('POST', `https://${v.crm_server}/server/API/v2/cases/update.php`, body.body, {
    headers: { 'Wolkvox-Token': v.wolkvox_token, 'Content-Type': body.type },
    tags: { name: 'Cases/Update CRM case' },
  });
  check(response, {
    'HTTP status is 200': (r) => r.status === 200,
    'envelope code is 200': (r) => holds(() => String(r.json().code) === '200'),
    'envelope error is null': (r) => holds(() => String((r.json().error || 'null')) === 'null'),
  });
}

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

// given is a value of the row, or of -e, or otherwise what stands here.
function given(row, column, name, otherwise) {
  return row[column] ?? __ENV[name] ?? otherwise;
}

// holds is false when a condition cannot be told.
function holds(condition) {
  try {
    return condition();
  } catch (e) {
    return false;
  }
}

// need ends the test when a variable has no value.
function need(v, name) {
  if (v[name] === undefined || v[name] === '') {
    exec.test.abort(`${name} has no value: give it with -e ${name}=VALUE`);
  }
}

// records reads CSV: the first line has the names of the columns.
function records(text) {
  const source = text.replace(/^\ufeff/, '');
  const lines = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  for (let m = cell.exec(source); m; m = cell.exec(source)) {
    lines[lines.length - 1].push(m[1] === undefined ? m[2] : m[1].replace(/""/g, '"'));
    if (m[3] === '') break;
    if (m[3] !== ',') lines.push([]);
  }
  const [names, ...rest] = lines.filter((line) => line.length > 1 || line[0]);
  return rest.map((line) => Object.fromEntries(names.map((name, i) => [name, line[i] ?? ''])));
}

// wanted says whether a request is to be sent: -e request=NAME picks one.
function wanted(name) {
  return !__ENV.request || __ENV.request === name;
}

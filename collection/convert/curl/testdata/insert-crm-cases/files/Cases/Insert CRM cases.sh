#!/usr/bin/env bash
# Cases/Insert CRM cases
#
# Creates one case. Send it as `multipart/form-data`, with the token in the header `Wolkvox-Token`.
#
# ## Fields
#
# | field | required | what it is |
# |---|---|---|
# | `operation` | yes | exact name of the operation |
# | `case-type` | yes | `Request`, `Complaints`, `Claims`, `Suggestions`, or a custom type created in the cases module |
# | `responsible` | yes | `user@operation`; the user must already exist |
# | `owner` | yes | `user@operation`; the user must already exist |
# | `contact` | yes | e-mail address of an existing contact |
# | `description` | yes | text |
# | `status` | yes | `open` or `closed`, in English; on hold and solved only where the operation enabled them |
# | `priority` | yes | `low`, `normal` or `high`, in English |
# | `form` | no | custom fields: one JSON object as text, names exactly as configured (case, spaces, accents) |
# | `solution` | no | text |
# | `file` | no | attachments |
#
# ## When it fails
#
# The message is `Case insertion API error`. The HTTP status can still be 200: what counts is `code` and `error` in the answer.
#
# | what is wrong | what to do |
# |---|---|
# | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
# | the body is JSON or `x-www-form-urlencoded` | send `multipart/form-data` |
# | a field's name differs from the configured one, or a required field is missing | compare the names letter by letter |
# | the method is GET or PUT | use POST |
# | `operation` is absent or has a typo | copy its exact name |
# | a system value is not in English (`Abierto`, `Cerrado`, `Alta`, `Baja`, `En espera`, ...) | use the English value |
# | the URL has the scheme twice (`https://https://...`) or the wrong host | set `crm_server` to the bare host, without `https://` |
#
# Postman script test:
# | pm.test("HTTP status is 200", function () {
# |     pm.response.to.have.status(200);
# | });
# |
# | // The HTTP status can be 200 while the envelope says no, so look inside too.
# | pm.test("envelope code is 200", function () {
# |     pm.expect(String(pm.response.json().code)).to.eql("200");
# | });
# |
# | // No error is the text "null"; JSON null and a missing field mean the same.
# | pm.test("envelope error is null", function () {
# |     pm.expect(String(pm.response.json().error || "null")).to.eql("null");
# | });
set -eu

# What the environment says counts more than what stands here.
crm_server=${crm_server-crm0000.wolkvox.com}
operation=${operation-acme_support}
: "${wolkvox_token:?give it in the environment}"

curl --silent --show-error --fail-with-body --globoff --location --max-redirs 10 \
	--header "Wolkvox-Token: $wolkvox_token" \
	--form-string "operation=$operation" \
	--form-string 'case-type=Request' \
	--form-string 'responsible=agent.demo@acme_support' \
	--form-string 'owner=agent.demo@acme_support' \
	--form-string 'contact=cliente@example.com' \
	--form-string 'description=Sample description' \
	--form-string 'status=open' \
	--form-string 'priority=normal' \
	--form-string 'form={"Subject": "Sample", "Order number": "0000"}' \
	--url "https://$crm_server/server/API/v2/cases/insert.php"

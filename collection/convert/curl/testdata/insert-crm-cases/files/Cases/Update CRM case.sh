#!/usr/bin/env bash
# Cases/Update CRM case
#
# Changes one case, named by its id. Send it as `multipart/form-data`, with the token in the header `Wolkvox-Token`.
#
# ## Fields
#
# | field | required | what it is |
# |---|---|---|
# | `operation` | yes | exact name of the operation |
# | `wolkvox-id` | yes | id of the case, as the insert or the query returned it (`wolkvox_id`) |
# | `case-type` | see below | `Request`, `Complaints`, `Claims`, `Suggestions`, or a custom type |
# | `responsible` | see below | `user@operation`; the user must already exist |
# | `status` | see below | `open` or `closed`, in English; on hold and solved only where the operation enabled them |
# | `priority` | see below | `low`, `normal` or `high`, in English |
# | `form` | no | custom fields: one JSON object as text, names exactly as configured |
#
# Send the four middle fields too, with their present values where nothing changes: what the CRM does with a field that is left out is not known. It also takes `file`, for attachments.
#
# ## When it fails
#
# The vendor documents causes of failure for the insert. The ones that can apply here too:
#
# | what is wrong | what to do |
# |---|---|
# | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
# | the body is JSON or `x-www-form-urlencoded` | send `multipart/form-data` |
# | a field's name differs from the configured one | compare the names letter by letter |
# | the method is not POST | use POST |
# | `operation` is absent or has a typo | copy its exact name |
# | a system value is not in English | use the English value |
# | the URL has the scheme twice or the wrong host | set `crm_server` to the bare host, without `https://` |
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
: "${wolkvox_id:?give it in the environment}"

curl --silent --show-error --fail-with-body --globoff --location --max-redirs 10 \
	--header "Wolkvox-Token: $wolkvox_token" \
	--form-string "operation=$operation" \
	--form-string "wolkvox-id=$wolkvox_id" \
	--form-string 'case-type=Request' \
	--form-string 'responsible=agent.demo@acme_support' \
	--form-string 'status=closed' \
	--form-string 'priority=normal' \
	--form-string 'form={"Subject": "Sample", "Order number": "0000"}' \
	--url "https://$crm_server/server/API/v2/cases/update.php"

#!/usr/bin/env bash
# Cases/Query CRM cases
#
# Finds the cases in which one field has a value. It changes nothing, so it can tell whether a case that got no usable answer was created after all.
#
# ## Fields
#
# A JSON body, with the token in the header `Wolkvox-Token`.
#
# | field | required | what it is |
# |---|---|---|
# | `operation` | yes | exact name of the operation |
# | `field` | yes | `status`, `priority`, `email contact`, `name contact`, `description`, `idCase`, `idPrefijo`, `wolkvox-id`, `type case`, `responsible user`, `owner user`, `solution` and others |
# | `value` | yes | the value to look for |
#
# The records in `data` carry `wolkvox_id`.
#
# ## When it fails
#
# The vendor documents causes of failure for the insert. The ones that can apply here too:
#
# | what is wrong | what to do |
# |---|---|
# | the token is incorrect, expired or badly copied | create or copy it again in the CRM: **Settings > Integrations and Tokens** |
# | the method is not POST | use POST |
# | `operation` is absent or has a typo | copy its exact name |
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
: "${description:?give it in the environment}"

curl --silent --show-error --fail-with-body --globoff --location --max-redirs 10 \
	--header "Wolkvox-Token: $wolkvox_token" \
	--header 'Content-Type: application/json' \
	--data-raw "{\"operation\":\"$operation\",\"field\":\"description\",\"value\":\"$description\"}" \
	--url "https://$crm_server/server/API/v2/cases/queryCases.php"

#!/usr/bin/env pwsh
#requires -Version 7.3
# wolkvox CRM
#
# Cases of the wolkvox CRM: insert, query and update.
#
# Written from the vendor's public help pages; the saved answers are samples, not recordings. Values come from an environment:
#
# | variable | what it is |
# |---|---|
# | `crm_server` | bare host of the CRM, without `https://` |
# | `wolkvox_token` | token from **Settings > Integrations and Tokens**; keep it in the environment, never in this file |
# | `operation` | exact name of the operation |
#
# `description` (in the query) and `wolkvox-id` (in the update) change from case to case: give them as columns of a data file.
#
# Usage: FILE [REQUEST ...]: calls the requests that are named, without any all of them; stops at the first that fails.
$ErrorActionPreference = 'Stop'
$PSNativeCommandArgumentPassing = 'Standard'

# What the environment says counts more than what stands here.
$crm_server = $env:crm_server ?? 'crm0000.wolkvox.com'
$wolkvox_token = $env:wolkvox_token
$operation = $env:operation ?? 'acme_support'
$description = $env:description
$wolkvox_id = $env:wolkvox_id

# options are those of all requests; cookies go from one to the next.
$cookies = (New-TemporaryFile).FullName
$options = '--silent', '--show-error', '--fail-with-body', '--globoff'

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
function Send-InsertCRMCases {
    if (-not $wolkvox_token) {
        throw 'wolkvox_token has no value: give it in the environment'
    }
    curl @options --cookie $cookies --cookie-jar $cookies --location --max-redirs 10 `
        --header "Wolkvox-Token: ${wolkvox_token}" `
        --form-string "operation=${operation}" `
        --form-string 'case-type=Request' `
        --form-string 'responsible=agent.demo@acme_support' `
        --form-string 'owner=agent.demo@acme_support' `
        --form-string 'contact=cliente@example.com' `
        --form-string 'description=Sample description' `
        --form-string 'status=open' `
        --form-string 'priority=normal' `
        --form-string 'form={"Subject": "Sample", "Order number": "0000"}' `
        --url "https://${crm_server}/server/API/v2/cases/insert.php"
}

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
function Send-QueryCRMCases {
    if (-not $wolkvox_token) {
        throw 'wolkvox_token has no value: give it in the environment'
    }
    if (-not $description) {
        throw 'description has no value: give it in the environment'
    }
    curl @options --cookie $cookies --cookie-jar $cookies --location --max-redirs 10 `
        --header "Wolkvox-Token: ${wolkvox_token}" `
        --header 'Content-Type: application/json' `
        --data-raw "{`"operation`":`"${operation}`",`"field`":`"description`",`"value`":`"${description}`"}" `
        --url "https://${crm_server}/server/API/v2/cases/queryCases.php"
}

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
function Send-UpdateCRMCase {
    if (-not $wolkvox_token) {
        throw 'wolkvox_token has no value: give it in the environment'
    }
    if (-not $wolkvox_id) {
        throw 'wolkvox_id has no value: give it in the environment'
    }
    curl @options --cookie $cookies --cookie-jar $cookies --location --max-redirs 10 `
        --header "Wolkvox-Token: ${wolkvox_token}" `
        --form-string "operation=${operation}" `
        --form-string "wolkvox-id=${wolkvox_id}" `
        --form-string 'case-type=Request' `
        --form-string 'responsible=agent.demo@acme_support' `
        --form-string 'status=closed' `
        --form-string 'priority=normal' `
        --form-string 'form={"Subject": "Sample", "Order number": "0000"}' `
        --url "https://${crm_server}/server/API/v2/cases/update.php"
}

$requests = $args
if (-not $requests) {
    $requests = @('Send-InsertCRMCases', 'Send-QueryCRMCases', 'Send-UpdateCRMCase')
}
try {
    foreach ($request in $requests) {
        & $request
        if ($LASTEXITCODE) {
            exit $LASTEXITCODE
        }
    }
}
finally {
    Remove-Item $cookies
}

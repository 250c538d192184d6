// Package preflight checks a load before anything is sent: the request, the
// data file's header, and every row. Each rule is metadata (id, severity,
// where the fact is from, how to mend it) plus a check.
package preflight

import (
	"fmt"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// Severity says what a finding does to the load.
type Severity string

const (
	// Error refuses the load; on a row it makes the row invalid.
	Error Severity = "error"
	// Warning is shown and changes nothing.
	Warning Severity = "warning"
)

// Rule is one thing that can be wrong.
type Rule struct {
	// ID is stable: reports and people refer to it.
	ID       string
	Severity Severity
	// About says what the rule finds, Source where the fact is from, Mend what
	// to do.
	About, Source, Mend string
	// Cause is the word for the cause column of rows that the rule makes invalid.
	Cause string

	request func(*Input) []Problem
	row     func(*rowCheck) []Problem
}

// Input is what rules look at.
type Input struct {
	Template *request.Template
	// Contract is nil when none is known for the request.
	Contract *batch.Contract
	// Header is the data file's; Values extends the contract's allowed values.
	Header []string
	Values map[string][]string
	// CustomFields lists, by field, the keys that the user's own system knows
	// inside the JSON object of that field; a field that is not there is not checked.
	// Pack says which columns make such an object, as in the job.
	CustomFields map[string][]string
	Pack         map[string][]string
	// Collection is where the request is from; nil when that is not known.
	Collection *collection.Collection
	// SameHost names the other runs of this machine that send to the same host.
	SameHost []string
	// Scripts are the sources of the scripts that run for a row; nil when none do.
	Scripts []string
	// Several says that a row has more than one request.
	Several bool
	// MaxCell is the most bytes of a cell; 0 for the constant.
	MaxCell int64
	// Local is set when every connection stays on this machine.
	Local bool
}

// Problem is one finding.
type Problem struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Row and Line are 0 for findings in the request or the header.
	Row     int64  `json:"row,omitempty"`
	Line    int64  `json:"line,omitempty"`
	Column  string `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Mend    string `json:"mend"`
	Cause   string `json:"cause,omitempty"`
}

const (
	vendor  = "wolkvox help centre, \"CRM case insertion API error\""
	vendor2 = "crmvox.com, \"Cases Insert\""
	ours    = "pmrun"
)

// Rules whose check the caller makes: KeyEmpty and DuplicateKey compare rows with
// each other and with the ledgers of earlier runs, ClockSkew looks at the
// server's first answer.
const (
	KeyEmpty     = "key-empty"
	DuplicateKey = "duplicate-key"
	whereFailed  = "where-failed"
	ClockSkew    = "clock-skew"
)

// Unused reports a rule that is about columns which the request does not use.
func Unused(id string) bool { return id == columnUnboundID || id == "nothing-used" }

const columnUnboundID = "column-unbound"

// SameHostRunning is shown also where a run goes on.
const SameHostRunning = "same-host-running"

// Rules lists every rule, in the order in which findings are shown.
func Rules() []Rule {
	return []Rule{
		{ID: "url-scheme-duplicated", Severity: Error, Source: vendor, Cause: batch.CauseURL,
			About: "the URL has its scheme twice, https://https://...",
			Mend:  "give the host variable a bare host, such as crm0000.wolkvox.com", request: urlSchemeDuplicated},
		{ID: "url-unresolved", Severity: Error, Source: ours, Cause: batch.CauseURL,
			About: "the URL holds a placeholder without a value, or no usable host",
			Mend:  "give the variable a value: in the environment, with --env-var NAME=VALUE, or in PMRUN_VAR_NAME", request: urlUnresolved},
		{ID: "url-retired-host", Severity: Error, Source: "vendor's notice of 30 November 2024, in the contract", Cause: batch.CauseURL,
			About: "the URL's host does not serve the API any more",
			Mend:  "give the host variable the host that took its place", request: urlRetiredHost},
		{ID: "url-endpoint", Severity: Error, Source: vendor2, Cause: batch.CauseURL,
			About: "the URL's path is not the API's",
			Mend:  "correct the request's URL; if it is another API, load with --contract none", request: urlEndpoint},
		{ID: "url-plain-http", Severity: Warning, Source: "security advice of the vendor", Cause: batch.CauseURL,
			About: "the token would travel over plain http to another machine",
			Mend:  "use https", request: urlPlainHTTP},
		{ID: "method-not-post", Severity: Error, Source: vendor, Cause: batch.CauseMethod,
			About: "the request's method is not the API's",
			Mend:  "set the method to POST", request: methodNotPost},
		{ID: "token-missing", Severity: Error, Source: vendor, Cause: batch.CauseToken,
			About: "the token header is missing or empty, or its variable has no value",
			Mend:  "give the token variable a value, best in PMRUN_VAR_NAME", request: tokenMissing},
		{ID: "token-wrong-header", Severity: Error, Source: vendor, Cause: batch.CauseToken,
			About: "the token travels in another header than the API's",
			Mend:  "put the token, alone, into the API's header", request: tokenWrongHeader},
		{ID: "token-malformed", Severity: Error, Source: vendor, Cause: batch.CauseToken,
			About: "the token has blanks, quotes, line breaks or a Bearer prefix",
			Mend:  "copy the token again, alone", request: tokenMalformed},
		{ID: "token-in-collection", Severity: Warning, Source: "security advice of the vendor", Cause: batch.CauseToken,
			About: "a token stands in the collection file itself: whoever gets the file has it",
			Mend:  "put it into a secret variable of the environment, or into PMRUN_VAR_NAME, and use {{NAME}}; replace the token if the file was shared", request: tokenInCollection},
		{ID: "request-unresolved", Severity: Error, Source: ours, Cause: batch.CauseFormat,
			About: "the request cannot be built as it stands",
			Mend:  "give the variable a value, or correct the request", request: requestUnresolved},
		{ID: "body-not-form-data", Severity: Error, Source: vendor, Cause: batch.CauseFormat,
			About: "the body is not form-data, or not what else the API takes",
			Mend:  "choose form-data as the body of the request", request: bodyNotFormData},
		{ID: "content-type-overridden", Severity: Error, Source: vendor, Cause: batch.CauseFormat,
			About: "the request's own Content-Type header contradicts its body, or lacks the boundary",
			Mend:  "remove the Content-Type header: it is added by itself", request: contentTypeOverridden},
		{ID: "field-misspelt", Severity: Error, Source: vendor, Cause: batch.CauseField,
			About: "a field's name differs from the API's",
			Mend:  "rename the field in the request", request: fieldMisspelt},
		{ID: "field-missing", Severity: Error, Source: vendor, Cause: batch.CauseField,
			About: "the request lacks a required field",
			Mend:  "add the field to the request, or fill it with --map FIELD=COLUMN or --set FIELD=VALUE", request: fieldMissing},
		{ID: "operation-empty", Severity: Error, Source: vendor, Cause: batch.CauseOperation,
			About: "the operation's name is empty",
			Mend:  "give the operation its exact name", request: operationEmpty},
		{ID: "duplicate-header", Severity: Error, Source: ours, Cause: batch.CauseFormat,
			About: "two columns have the same name",
			Mend:  "rename one of the columns", request: duplicateHeader},
		{ID: "blank-header", Severity: Error, Source: ours, Cause: batch.CauseFormat,
			About: "a column with data has no name",
			Mend:  "name the column in the first line, or delete it"},
		{ID: columnUnboundID, Severity: Warning, Source: ours, Cause: batch.CauseField,
			About: "a column goes nowhere",
			Mend:  "name it like a field, use {{column}} in the request, or bind it with --map FIELD=COLUMN or --pack FIELD", request: columnUnbound},
		{ID: "nothing-used", Severity: Error, Source: ours, Cause: batch.CauseField,
			About: "no column of the data file is used: every row would send the same request",
			Mend:  "check that the first line of the file has the names of the columns; bind them with --map FIELD=COLUMN", request: nothingUsed},
		{ID: KeyEmpty, Severity: Error, Source: ours, Cause: batch.CauseField,
			About: "the key of a row is empty, so it cannot be told whether it is a duplicate",
			Mend:  "fill the columns of --key"},
		{ID: DuplicateKey, Severity: Warning, Source: ours, Cause: batch.CauseDuplicate,
			About: "a row has the key of an earlier one: it is skipped",
			Mend:  "nothing, when it is the same record"},
		{ID: whereFailed, Severity: Error, Source: ours, Cause: batch.CauseValue,
			About: "the expression of --where cannot be evaluated for a row, so it is not known whether the row was meant",
			Mend:  "correct the cell, or write the expression so that it holds for every row"},
		{ID: "ragged-row", Severity: Error, Source: ours, Cause: batch.CauseFormat,
			About: "a row has more or fewer cells than the header",
			Mend:  "put cells that hold the delimiter or a line break in quotes, and fill missing cells", row: raggedRow},
		{ID: "cell-too-large", Severity: Error, Source: ours, Cause: batch.CauseFormat,
			About: "a cell is larger than the limit, 1 MiB unless the job says otherwise",
			Mend:  "shorten the cell, or set limits: {cell-bytes: N} in the job; a quote that is never closed can cause this", row: cellTooLarge},
		{ID: dataFile, Severity: Warning, Source: ours, Cause: batch.CauseFormat,
			About: "something about the data file was taken for granted",
			Mend:  "nothing, when that is right"},
		{ID: unreadable, Severity: Error, Source: ours, Cause: batch.CauseFormat,
			About: "a cell has no text that could be sent: an error of a formula, or text that was damaged before",
			Mend:  "correct the cell", row: cellUnreadable},
		{ID: "mojibake", Severity: Warning, Source: ours, Cause: batch.CauseValue,
			About: "a cell looks like UTF-8 that was once read as Windows-1252, such as \"Ã©\" for \"é\"",
			Mend:  "export the file again as UTF-8, or correct the cell", row: mojibake},
		{ID: "required-empty", Severity: Error, Source: vendor, Cause: batch.CauseField,
			About: "a required field is empty",
			Mend:  "fill the cell", row: requiredEmpty, request: constantFields(requiredEmpty)},
		{ID: "value-not-english", Severity: Error, Source: vendor, Cause: batch.CauseValue,
			About: "a system value is not in English",
			Mend:  "write the English value", row: valueNotEnglish, request: constantFields(valueNotEnglish)},
		{ID: "value-unknown", Severity: Error, Source: vendor2, Cause: batch.CauseValue,
			About: "a value is not one that the API knows",
			Mend:  "use a known value; if your system has more of them, list them in the job: values: {FIELD: [VALUE]}", row: valueUnknown, request: constantFields(valueUnknown)},
		{ID: "form-not-json", Severity: Error, Source: vendor2, Cause: batch.CauseField,
			About: "the field of the custom fields is not one JSON object",
			Mend:  "write it like {\"Subject\": \"...\"}, with double quotes, or build it from columns with --pack FIELD", row: formNotJSON, request: constantFields(formNotJSON)},
		{ID: "custom-field-unknown", Severity: Error, Source: vendor2, Cause: batch.CauseField,
			About: "a custom field is not one that the job lists (custom-fields)",
			Mend:  "name it exactly as it is configured; when it is configured, list it in the job: custom-fields: {FIELD: [NAME]}", row: customFieldUnknown, request: customFields},
		{ID: "placeholder-in-cell", Severity: Warning, Source: ours, Cause: batch.CauseValue,
			About: "a cell holds {{...}} or <<...>>: it is sent as these characters, never filled in",
			Mend:  "write the value itself, if a value was meant", row: placeholderInCell},
		{ID: "cell-unsendable", Severity: Error, Source: ours, Cause: batch.CauseFormat,
			About: "a cell cannot go where the request has its placeholder",
			Mend:  "correct the cell", row: cellUnsendable},
		{ID: "script-sets-shared", Severity: Warning, Source: "Postman keeps what scripts set from one request to the next; rows of a load are sent at the same time", Cause: batch.CauseScript,
			About: "a script sets a variable of the environment, the collection or the globals: in a load that is for its own row only",
			Mend:  "nothing, when each row sets what it needs; otherwise give the value with --env-var, or leave the scripts out with --no-scripts", request: scriptSetsShared},
		{ID: "script-order", Severity: Warning, Source: ours, Cause: batch.CauseScript,
			About: "a script calls setNextRequest, which has no meaning for a row of one request",
			Mend:  "load the requests of the folder for each row with --folder, or leave it", request: scriptOrder},
		{ID: SameHostRunning, Severity: Warning, Source: "the vendor limits requests by address", Cause: batch.CauseRateLimited,
			About: "another run of this machine sends to the same host: a server counts both against one limit",
			Mend:  "wait until it has finished, or share the limit between the two with --rate", request: sameHostRunning},
		{ID: ClockSkew, Severity: Warning, Source: ours, Cause: batch.CauseRateLimited,
			About: "the server's clock and this machine's differ by more than 5 minutes: times in the reports, and how long a Retry-After with a date waits, are off by as much. Judged by the first answer of a load",
			Mend:  "set the clock of this machine"},
	}
}

// WhereFailed is the finding that a row cannot be told to be selected or not.
func WhereFailed(row batch.Row, err error) Problem {
	for _, rule := range Rules() {
		if rule.ID == whereFailed {
			return rule.complete(Problem{Row: row.Num, Line: row.Line, Message: err.Error()})
		}
	}
	return Problem{}
}

// complete adds to a finding what the rule says of all of its findings.
func (r *Rule) complete(p Problem) Problem {
	p.Rule = r.ID
	if p.Severity == "" {
		p.Severity = r.Severity
	}
	if p.Mend == "" {
		p.Mend = r.Mend
	}
	if p.Cause == "" {
		p.Cause = r.Cause
	}
	return p
}

func say(format string, args ...any) []Problem {
	return []Problem{{Message: fmt.Sprintf(format, args...)}}
}

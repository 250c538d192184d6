package collection

import "encoding/json"

// URLJSON gives a URL that is one text as collection v2.1 has it: the text alone, or, with a query or path
// variables beside it, an object with the text's parts. Parameters that are given stand for the text's own.
func URLJSON(text string, query []QueryParam, variables []Variable) json.RawMessage {
	var params []urlParam
	for _, q := range query {
		member := queryMember(q)
		if q.Description != "" {
			member.add("description", q.Description)
		}
		params = append(params, urlParam{q, member})
	}
	var list []any
	for _, v := range variables {
		member := jsonObject{{"key", v.Key}, {"value", v.Value}}
		if v.Disabled {
			member.add("disabled", true)
		}
		list = append(list, member)
	}
	return json.RawMessage(compactJSON(writeJSON(urlObject(text, params, list))))
}

// QueryOf cuts the parameters out of a URL that is one text; nothing is decoded.
func QueryOf(text string) []QueryParam { return parseURLText(text).query }

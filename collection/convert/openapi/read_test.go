package openapi

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
)

// show writes what a collection has, a line for each thing.
func show(c *collection.Collection) string {
	var b strings.Builder
	for _, v := range c.Variables() {
		if v.Key == "baseUrl" && v.Value == "https://h" {
			continue
		}
		fmt.Fprintf(&b, "var %s=%s%s%s\n", v.Key, v.Value, mark(v.Type == "secret", " secret"), mark(v.Disabled, " off"))
	}
	for item := range c.Requests() {
		r := item.Request()
		fmt.Fprintf(&b, "%s: %s %s\n", item.Path(), r.Method, r.URL.Raw)
		for _, v := range r.URL.Variables {
			fmt.Fprintf(&b, "path %s=%s%s\n", v.Key, v.Value, mark(v.Description != "", " # "+v.Description))
		}
		for _, q := range r.URL.Query {
			fmt.Fprintf(&b, "query %s=%s%s%s\n", q.Key, q.Value, mark(q.Disabled, " off"), mark(q.Description != "", " # "+q.Description))
		}
		for _, h := range r.Headers {
			fmt.Fprintf(&b, "header %s: %s%s%s\n", h.Key, h.Value, mark(h.Disabled, " off"), mark(h.Description != "", " # "+h.Description))
		}
		auth, from := item.Auth()
		if auth != nil {
			text := auth.Type
			for _, p := range auth.Params {
				text += " " + p.Key + "=" + p.Value
			}
			fmt.Fprintf(&b, "auth of %s: %s\n", from, text)
		} else if from != "" {
			fmt.Fprintf(&b, "auth of %s: none\n", from)
		}
		if r.Body != nil {
			fmt.Fprintf(&b, "body %s%s %s\n", r.Body.Mode, mark(r.Body.Language != "", " "+r.Body.Language), strings.Join(strings.Fields(r.Body.Raw), " "))
			for _, p := range r.Body.Params {
				fmt.Fprintf(&b, "field %s %s=%s%s%s%s\n", p.Type, p.Key, p.Value, mark(p.ContentType != "", " "+p.ContentType), mark(p.Disabled, " off"), mark(p.Description != "", " # "+p.Description))
			}
		}
		for _, a := range item.Raw.Get("response").Array() {
			fmt.Fprintf(&b, "answer %s %s: %s\n", a.Get("code"), a.Get("name"), strings.Join(strings.Fields(a.Get("body").String()), " "))
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func mark(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

type readCase struct{ name, text, want, notes string }

const head3 = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://h'}]\n"

// parameter is an operation with one query parameter.
func parameter(text string) string {
	return head3 + "paths: {/x: {get: {parameters: [" + text + "]}}}\n"
}

// schemaBody is an operation with a JSON body of a schema.
func schemaBody(text string) string {
	return head3 + "paths: {/x: {post: {requestBody: {content: {application/json: {schema: " + text + "}}}}}}\n"
}

func security(requirements, schemes string) string {
	return head3 + "paths: {/x: {get: {security: " + requirements + "}}}\ncomponents: {securitySchemes: {" + schemes + "}}\n"
}

func readCases() []readCase {
	const get, post = "x/GET /x: GET {{baseUrl}}/x", "x/POST /x: POST {{baseUrl}}/x\nheader Content-Type: application/json\nbody raw json "
	return []readCase{
		{"least", head3 + "paths: {/x: {get: {}}}\n", get, ""},
		{"json", `{"openapi": "3.0.0", "info": {"title": "t"}, "servers": [{"url": "https://h/"}], "paths": {"/x": {"get": {}}}}`, get, ""},
		{"byte order mark, flow style", "\ufeff{openapi: 3.0.3, servers: [{url: 'https://h'}], paths: {/x: {get: {}}}}", get, ""},
		{"no operations", head3 + "paths: {}\n", "", "paths: has no operations"},
		{"names", head3 + "paths: {/x: {get: {summary: ' a  b ', operationId: o}, put: {operationId: o2}}}\n", "x/a b: GET {{baseUrl}}/x\nx/o2: PUT {{baseUrl}}/x", ""},
		{"folders by tag", head3 + "tags: [{name: B}, {name: none}]\npaths: {/x: {get: {tags: [A, B]}, put: {tags: [B]}, post: {}}}\n",
			"B/PUT /x: PUT {{baseUrl}}/x\nA/GET /x: GET {{baseUrl}}/x\nPOST /x: POST {{baseUrl}}/x", "A/GET /x: tags: stands in the folder of the first; left out: B"},
		{"folders by path", head3 + "paths: {/: {get: {}}, '/{a}': {get: {parameters: [{name: a, in: path, schema: {type: string}}]}}, /x/y: {get: {}}}\n",
			"GET /: GET {{baseUrl}}/\nGET /{a}: GET {{baseUrl}}/:a\npath a=string\nx/GET /x/y: GET {{baseUrl}}/x/y", ""},
		{"path variables", head3 + "paths: {'/x/{a}/f.{b}': {parameters: [{name: a, in: path, description: d, example: 7}, {name: b, in: path, schema: {enum: [pdf, txt]}}], get: {parameters: [{name: a, in: path, example: 8}]}}}\n",
			"var b=pdf\nx/GET /x/{a}/f.{b}: GET {{baseUrl}}/x/:a/f.{{b}}\npath a=8", ""},
		{"path variable that is not described", head3 + "paths: {'/x/{a}': {get: {}}}\n", "x/GET /x/{a}: GET {{baseUrl}}/x/:a\npath a=", "path variable a: has no value"},
		{"query in the path", head3 + "paths: {'/x?do=it': {get: {}}}\n", "x?do=it/GET /x?do=it: GET {{baseUrl}}/x?do=it\nquery do=it", ""},
		{"query", parameter("{name: a, in: query, required: true, description: d, example: 'b c'}, {name: e, in: query, schema: {type: integer, minimum: 3}}, {name: f, in: query, deprecated: true, schema: {enum: [u, v]}}"),
			get + "?a=b c\nquery a=b c # d\nquery e=3 off\nquery f=u off # Deprecated. One of: u, v.", ""},
		{"query styles", parameter("{name: a, in: query, example: [1, 2]}, {name: b, in: query, explode: false, example: [1, 2]}, {name: c, in: query, style: pipeDelimited, example: [1, 2]}, {name: d, in: query, style: deepObject, example: {e: 1, f: 2}}, {name: g, in: query, example: {h: 1}}, {name: i, in: query, explode: false, example: {j: 1}}, {name: k, in: query, content: {application/json: {example: {l: [1]}}}}"),
			get + "\nquery a=1 off\nquery a=2 off\nquery b=1,2 off\nquery c=1|2 off\nquery d[e]=1 off\nquery d[f]=2 off\nquery h=1 off\nquery i=j,1 off\nquery k={\"l\":[1]} off", ""},
		{"headers and cookies", parameter("{name: A, in: header, required: true, example: b}, {name: C, in: header, example: [1, 2]}, {name: Accept, in: header}, {name: d, in: cookie, required: true, example: e}, {name: f, in: cookie, required: true, example: g}, {name: h, in: cookie, example: i}"),
			get + "\nheader A: b\nheader C: 1,2 off\nheader Cookie: d=e; f=g\nheader Cookie: h=i off", "header Accept: left out"},
		{"texts that sound secret", head3 + "paths: {/x: {post: {parameters: [{name: X-Token, in: header, required: true, schema: {type: string}}, {name: token_count, in: query, schema: {type: integer}}, {name: my token, in: query, example: a}], requestBody: {content: {application/x-www-form-urlencoded: {schema: {properties: {password: {type: string}}}}}}}}}\n",
			"var X-Token= secret\nvar password= secret\nx/POST /x: POST {{baseUrl}}/x\nquery token_count=0 off\nquery my token=a off\nheader X-Token: {{X-Token}}\nbody urlencoded \nfield text password={{password}}", ""},
		{"path styles", head3 + "paths: {'/x/{a}/{b}/{c}': {get: {parameters: [{name: a, in: path, style: label, example: 1}, {name: b, in: path, style: matrix, example: [1, 2]}, {name: c, in: path, style: matrix, explode: true, example: {d: 1, e: 2}}]}}}\n",
			"x/GET /x/{a}/{b}/{c}: GET {{baseUrl}}/x/:a/:b/:c\npath a=.1\npath b=;b=1,2\npath c=;d=1;e=2", ""},
		{"sample: object", schemaBody("{type: object, properties: {a: {type: string}, b: {type: [integer, 'null'], exclusiveMinimum: 2}, c: {type: boolean}, d: {type: string, format: date}, e: {readOnly: true, type: string}, f: {type: array, minItems: 2, items: {enum: [x]}}, g: {additionalProperties: {type: number, maximum: -1.5}}, h: {const: 1.10}, i: {type: 'null'}, j: {examples: [k]}, l: {type: string, minLength: 8, maxLength: 9}}}"),
			post + `{ "a": "string", "b": 3, "c": true, "d": "2025-01-31", "f": [ "x", "x" ], "g": { "key": -2 }, "h": 1.10, "i": null, "j": "k", "l": "stringst" }`, ""},
		{"sample: allOf, oneOf", schemaBody("{allOf: [{properties: {a: {example: 1}}}, {$ref: '#/components/schemas/B'}], oneOf: [{type: 'null'}, {properties: {c: {example: 3}}}, {properties: {d: {example: 4}}}]}") +
			"components: {schemas: {B: {type: object, properties: {b: {anyOf: [{type: string}, {type: integer}]}}}}}\n", post + `{ "a": 1, "b": "string", "c": 3 }`, "schemas: examples"},
		{"sample: schemas that hold themselves", schemaBody("{$ref: '#/components/schemas/A'}") +
			"components: {schemas: {A: {properties: {n: {example: 1}, a: {$ref: '#/components/schemas/A'}, b: {$ref: '#/components/schemas/B'}, l: {type: array, items: {$ref: '#/components/schemas/A'}}}}, B: {properties: {a: {$ref: '#/components/schemas/A'}}}}}\n",
			post + `{ "n": 1, "b": {}, "l": [] }`, "schemas: examples"},
		{"reference to itself", schemaBody("{$ref: '#/components/schemas/A'}") + "components: {schemas: {A: {$ref: '#/components/schemas/A'}}}\n", post, "reference #/components/schemas/A: left out: it goes round in a circle"},
		{"reference to nothing", schemaBody("{$ref: '#/components/schemas/A'}"), post, "reference #/components/schemas/A: left out: it names something that is not there"},
		{"reference to the network", schemaBody("{$ref: 'https://h/s.json'}"), post, "reference https://h/s.json: left out: it leads out of the document"},
		{"reference to a file without a place", schemaBody("{$ref: 's.json'}"), post, "reference s.json: left out: it names a file"},
		{"reference with more beside it", schemaBody("{$ref: '#/components/schemas/A~1b', example: 5}") + "components: {schemas: {A/b: {type: string}}}\n", post + "5", "schemas"},
		{"aliases", head3 + "x-a: &a {name: q, in: query}\nx-b: &b {example: 1, required: true}\npaths: {/x: {get: {parameters: [{<<: [*a, *b], required: false}]}, put: {parameters: [*a]}}}\n",
			get + "\nquery q=1 off\nx/PUT /x: PUT {{baseUrl}}/x\nquery q= off", "x-a: left out"},
		{"body: text, JSON as text, any JSON", head3 + "paths: {/x: {put: {requestBody: {content: {text/plain: {example: a}}}}, post: {requestBody: {content: {text/csv: {}, application/json: {schema: {type: object}, example: '{\"a\": 1}'}}}}, patch: {requestBody: {content: {application/x+json: {schema: {type: string}, example: b}}}}}}\n",
			"x/PUT /x: PUT {{baseUrl}}/x\nheader Content-Type: text/plain\nbody raw text a\n" + post + "{\"a\": 1}\nx/PATCH /x: PATCH {{baseUrl}}/x\nheader Content-Type: application/x+json\nbody raw json \"b\"", "body text/csv: left out"},
		{"body: urlencoded", head3 + "paths: {/x: {post: {requestBody: {content: {application/x-www-form-urlencoded: {schema: {required: [a], properties: {a: {type: string, description: d}, b: {type: array, items: {example: 1}}, c: {example: {d: 1}}}}}}}}}}\n",
			"x/POST /x: POST {{baseUrl}}/x\nbody urlencoded \nfield text a=string # d\nfield text b=1 off\nfield text c={\"d\":1} off", ""},
		{"body: multipart", head3 + "paths: {/x: {post: {requestBody: {content: {multipart/form-data: {schema: {properties: {a: {type: string}, b: {type: string, format: binary}, c: {type: array, items: {type: string, contentMediaType: image/png}}}}, encoding: {b: {contentType: 'image/png, image/jpeg'}}}}}}}}\n",
			"x/POST /x: POST {{baseUrl}}/x\nbody formdata \nfield text a=string\nfield file b= image/png\nfield file c=", "field b: is a file: choose one"},
		{"body: file", head3 + "paths: {/x: {post: {requestBody: {content: {application/pdf: {}}}}, put: {requestBody: {content: {'*/*': {schema: {type: string, format: binary}}}}}}}\n",
			"x/POST /x: POST {{baseUrl}}/x\nheader Content-Type: application/pdf\nbody file \nx/PUT /x: PUT {{baseUrl}}/x\nheader Content-Type: application/octet-stream\nbody file", "x/POST /x: body: is a file: choose one"},
		{"body: XML", head3 + "paths: {/x: {post: {requestBody: {content: {application/xml: {schema: {xml: {name: r, namespace: 'urn:x'}, properties: {a: {example: '1<2', xml: {attribute: true}}, l: {type: array, items: {example: 1, xml: {name: i}}}, w: {type: array, xml: {wrapped: true}, items: {example: 2}}}}}}}}}}\n",
			"x/POST /x: POST {{baseUrl}}/x\nheader Content-Type: application/xml\nbody raw xml <?xml version=\"1.0\" encoding=\"UTF-8\"?> <r xmlns=\"urn:x\" a=\"1&lt;2\"> <i>1</i> <w> <w>2</w> </w> </r>", ""},
		{"answers", head3 + "paths: {/x: {get: {responses: {200: {description: fine, content: {application/json: {examples: {a: {summary: A, value: 1}, b: {value: 2}}}}}, 4XX: {description: bad}, default: {description: else}}}}}\n",
			get + "\nheader Accept: application/json\nanswer 200 A: 1\nanswer 200 b: 2\nanswer 400 bad:\nanswer 500 else:", "response 4XX: is saved as an answer with status 400"},
		{"auth: none", head3 + "security: [{b: []}]\npaths: {/x: {get: {security: []}, put: {}}}\ncomponents: {securitySchemes: {b: {type: http, scheme: Bearer}}}\n",
			"var bearerToken= secret\n" + get + "\nauth of request: none\nx/PUT /x: PUT {{baseUrl}}/x\nauth of collection: bearer token={{bearerToken}}", ""},
		{"auth: basic", security("[{a: []}]", "a: {type: http, scheme: basic}"), "var basicAuthUsername=\nvar basicAuthPassword= secret\n" + get + "\nauth of request: basic username={{basicAuthUsername}} password={{basicAuthPassword}}", ""},
		{"auth: digest", security("[{a: []}]", "a: {type: http, scheme: digest}"), "var digestAuthUsername=\nvar digestAuthPassword= secret\n" + get + "\nauth of request: digest username={{digestAuthUsername}} password={{digestAuthPassword}}", ""},
		{"auth: keys", security("[{a: [], b: [], c: []}]", "c: {type: apiKey, in: cookie, name: C}, a: {type: apiKey, in: query, name: A}, b: {type: apiKey, in: header, name: B}"),
			"var apiKey_a= secret\nvar apiKey_b= secret\nvar apiKey_c= secret\n" + get + "\nheader B: {{apiKey_b}}\nheader Cookie: C={{apiKey_c}}\nauth of request: apikey key=A value={{apiKey_a}} in=query", ""},
		{"auth: several ways", security("[{z: []}, {}, {a: []}, {b: []}]", "z: {type: mutualTLS}, a: {type: apiKey, in: header, name: A}, b: {type: http, scheme: bearer}"),
			"var apiKey= secret\n" + get + "\nauth of request: apikey key=A value={{apiKey}} in=header", "security z: left out"},
		{"auth: oauth2", security("[{o: [r, w]}]", "o: {type: oauth2, flows: {authorizationCode: {authorizationUrl: https://h/a, tokenUrl: https://h/t, refreshUrl: https://h/r, scopes: {r: '', w: '', x: ''}}, implicit: {authorizationUrl: https://h/a}}}"),
			"var oauth2ClientId=\nvar oauth2ClientSecret= secret\nvar oauth2AccessToken= secret\n" + get + "\nauth of request: oauth2 grant_type=authorization_code accessTokenUrl=https://h/t authUrl=https://h/a refreshTokenUrl=https://h/r scope=r w clientId={{oauth2ClientId}} clientSecret={{oauth2ClientSecret}} accessToken={{oauth2AccessToken}} addTokenTo=header", "the first flow is taken; left out: implicit"},
		{"auth: oauth2 of a password", security("[{o: []}]", "o: {type: oauth2, flows: {password: {tokenUrl: https://h/t, scopes: {r: ''}}}}"),
			"var oauth2ClientId=\nvar oauth2ClientSecret= secret\nvar oauth2Username=\nvar oauth2Password= secret\n" + get + "\nauth of request: oauth2 grant_type=password_credentials accessTokenUrl=https://h/t scope=r clientId={{oauth2ClientId}} clientSecret={{oauth2ClientSecret}} username={{oauth2Username}} password={{oauth2Password}} addTokenTo=header", ""},
		{"servers", "openapi: 3.1.0\nservers: [{url: 'https://{a}.h:{b}/v1/', variables: {a: {default: x}, b: {default: 1}}}, {url: 'https://other'}]\npaths: {/x: {get: {}, put: {servers: [{url: 'https://y'}]}}}\n",
			"var baseUrl=https://{{a}}.h:{{b}}/v1\nvar baseUrl=https://other off\nvar a=x\nvar b=1\nvar baseUrl2=https://y\n" + get + "\nx/PUT /x: PUT {{baseUrl2}}/x", "servers: the first one"},
		{"no servers", "openapi: 3.1.0\npaths: {/x: {get: {}}}\n", "var baseUrl=http://localhost\n" + get, "servers: the document does not say"},
		{"what a collection has no place for", head3 + "externalDocs: {url: u}\nwebhooks: {}\npaths: {/x: {get: {callbacks: {}, x-y: 1, responses: {200: {description: d, links: {}}}}}}\n",
			get + "\nanswer 200 d:", "x/GET /x: callbacks: left out\nx/GET /x: x-y: left out\nx/GET /x: links of 200: left out"},
		{"deprecated", head3 + "paths: {/x: {get: {deprecated: true}}}\n", get, ""},
		{"odd shapes", head3 + "paths: {/x: {get: 5, put: [a], parameters: {a: 1}}, /y: 7, x-z: 1}\n", get + "\nx/PUT /x: PUT {{baseUrl}}/x", "/y: path: left out"},
		{"swagger", "swagger: '2.0'\nhost: h\nbasePath: /v1/\nschemes: [http, https]\nproduces: [application/json]\npaths: {'/x/{i}': {post: {parameters: [{name: i, in: path, type: integer, required: true}, {name: q, in: query, type: array, items: {type: string}, collectionFormat: multi, default: [a, b]}, {name: s, in: query, type: array, collectionFormat: pipes, x-example: [c, d]}, {$ref: '#/parameters/body'}], responses: {200: {description: d, schema: {$ref: '#/definitions/A'}, headers: {X: {type: string}}}, 201: {description: e, examples: {text/plain: f}}}}}}\nparameters: {body: {name: body, in: body, schema: {$ref: '#/definitions/A'}}}\ndefinitions: {A: {type: object, properties: {a: {type: integer, format: int64}}}}\n",
			"var baseUrl=https://h/v1\nvar baseUrl=http://h/v1 off\nx/POST /x/{i}: POST {{baseUrl}}/x/:i\npath i=0\nquery q=a off\nquery q=b off\nquery s=c|d off\nheader Content-Type: application/json\nheader Accept: application/json\nbody raw json { \"a\": 0 }\nanswer 200 d: { \"a\": 0 }\nanswer 201 e: f", "servers: the first one"},
		{"swagger: forms", "swagger: '2.0'\nhost: h\npaths: {/x: {post: {parameters: [{name: a, in: formData, type: string, required: true}, {name: b, in: formData, type: integer}]}, put: {consumes: [multipart/form-data], parameters: [{name: f, in: formData, type: file, description: d}]}}}\n",
			"x/POST /x: POST {{baseUrl}}/x\nbody urlencoded \nfield text a=string\nfield text b=0 off\nx/PUT /x: PUT {{baseUrl}}/x\nbody formdata \nfield file f= # d", "field f: is a file"},
		{"swagger: auth", "swagger: '2.0'\nhost: h\nsecurity: [{k: []}]\npaths: {/x: {get: {security: [{b: []}]}, put: {security: [{o: [s]}]}, post: {}}}\nsecurityDefinitions: {b: {type: basic}, k: {type: apiKey, in: header, name: K}, o: {type: oauth2, flow: application, tokenUrl: https://h/t, scopes: {s: ''}}}\n",
			"var apiKey= secret\nvar basicAuthUsername=\nvar basicAuthPassword= secret\nvar oauth2ClientId=\nvar oauth2ClientSecret= secret\n" + get + "\nauth of request: basic username={{basicAuthUsername}} password={{basicAuthPassword}}\nx/PUT /x: PUT {{baseUrl}}/x\nauth of request: oauth2 grant_type=client_credentials accessTokenUrl=https://h/t scope=s clientId={{oauth2ClientId}} clientSecret={{oauth2ClientSecret}} addTokenTo=header\nx/POST /x: POST {{baseUrl}}/x\nauth of collection: apikey key=K value={{apiKey}} in=header", ""},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			in := &convert.Input{Path: "api.yaml", Data: []byte(c.text)}
			if !detect(in) {
				t.Error("is not detected")
			}
			var notes convert.Notes
			got, err := read(in, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := show(got); text != strings.ReplaceAll(strings.TrimSpace(c.want), " \n", "\n") {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if text := formtest.Notes(&notes); !strings.Contains(text, c.notes) || c.notes == "" && text != "" {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"openapi: 3.1.0\npaths:\n  - a\n", "api.yaml:3: paths: is not a mapping from paths to operations"},
		{"swaggerVersion: '1.2'\n", "api.yaml:1: is no OpenAPI document: it says neither openapi: nor swagger:\ngive it a version, such as openapi: 3.1.0"},
		{"swagger: 3.0.0\n", "api.yaml:1: swagger: \"3.0.0\" is no version that is read\nthere are swagger: '2.0', openapi: 3.0.x and 3.1.x"},
		{"openapi: {a: b\n", "api.yaml:1: is not valid YAML: did not find expected ',' or '}'\nmend it; text with a colon, # or braces in it has to stand in quotes"},
		{"openapi: 3.0.0\npaths: &a\n  b: *a\n", "api.yaml:3:6: the alias *a stands inside of what it names\nwrite it without the alias"},
		{"{\"openapi\": \"3.0.0\",\n \"paths\" {}}", "api.yaml:2:10: is not valid JSON: invalid character '{' after object key\nmend it there"},
		{"{\"openapi\": \"3.0.0\",\n \"paths\": {", "api.yaml:2:12: is cut off: the JSON has no end\nget the whole file"},
		{"{\"openapi\": \"3.0.0\"} {}", "api.yaml:1:23: more text follows behind the document's end\nthe file must be one JSON object"},
		{"\"openapi\"", "api.yaml:1: is no OpenAPI document: it has to be a mapping with openapi (or swagger), info and paths"},
		{"# nothing\n", "api.yaml: has nothing but comments in it"},
		{"openapi: \xff", "api.yaml: is not UTF-8 text\nsave it as UTF-8"},
		{"openapi: 3.0.0\nx: " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "api.yaml:2:503: it is nested more than 500 levels deep"},
		{`{"openapi": ` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + "}", "api.yaml:1:513: it is nested more than 500 levels deep"},
	} {
		_, err := read(&convert.Input{Path: "api.yaml", Data: []byte(c.text)}, &convert.Notes{})
		var e *convert.Error
		if !errors.As(err, &e) || e.Error() != c.want {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}

// TestBounds: documents that grow without end are cut.
func TestBounds(t *testing.T) {
	bomb := "x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		bomb += fmt.Sprintf("x-a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	wide := "components:\n  schemas:\n"
	for i := range 12 {
		wide += fmt.Sprintf("    S%d:\n      properties:\n", i)
		for j := range 12 {
			wide += fmt.Sprintf("        p%d: {$ref: '#/components/schemas/S%d'}\n", j, (i+j+1)%12)
		}
	}
	for name, text := range map[string]string{
		"aliases in an example": head3 + bomb + "paths: {/x: {post: {requestBody: {content: {application/json: {example: *a8}}}}}}\n",
		"aliases in a list":     head3 + bomb + "paths: {/x: {get: {parameters: [{name: a, in: query, example: *a8}]}}}\n",
		"schemas":               schemaBody("{$ref: '#/components/schemas/S0'}") + wide,
	} {
		var notes convert.Notes
		c, err := read(&convert.Input{Path: "api.yaml", Data: []byte(text)}, &notes)
		if err != nil {
			t.Fatal(err)
		}
		if size := len(c.Bytes()); size > 1<<20 {
			t.Errorf("%s: %d bytes", name, size)
		}
		if name != "schemas" && !strings.Contains(formtest.Notes(&notes), "example: left out: it is too large") {
			t.Errorf("%s: notes\n%s", name, formtest.Notes(&notes))
		}
	}
}

// TestFiles: a document's references lead to files in its directory, and to no others.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("secret.yaml", "type: string\nexample: outside\n")
	write("api/paths/x.yaml", "post:\n  requestBody: {content: {application/json: {schema: {$ref: '../schemas/a b.json#/A'}}}}\n  parameters:\n    - {$ref: '../api.yaml#/components/parameters/q'}\n")
	write("api/schemas/a b.json", `{"A": {"properties": {"n": {"$ref": "#/N"}, "out": {"$ref": "../../secret.yaml"}, "link": {"$ref": "link.yaml"}, "abs": {"$ref": "/etc/hostname"}}}, "N": {"example": 1}}`)
	write("api/api.yaml", head3+"paths: {/x: {$ref: paths/x.yaml}}\ncomponents: {parameters: {q: {name: q, in: query, example: 2}}}\n")
	if err := os.Symlink(filepath.Join(dir, "secret.yaml"), filepath.Join(dir, "api", "schemas", "link.yaml")); err != nil {
		t.Skip(err)
	}
	in, err := convert.Open(filepath.Join(dir, "api", "api.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var notes convert.Notes
	c, err := read(in, &notes)
	if err != nil {
		t.Fatal(err)
	}
	want := "x/POST /x: POST {{baseUrl}}/x\nquery q=2 off\nheader Content-Type: application/json\nbody raw json { \"n\": 1 }"
	if got := show(c); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, want := range []string{"reference ../secret.yaml: left out: it names a file outside", "reference schemas/link.yaml: left out: it names a file that cannot be read", "reference /etc/hostname: left out: it names a file outside"} {
		if !strings.Contains(formtest.Notes(&notes), want) {
			t.Errorf("notes\n%s\nwant\n%s", formtest.Notes(&notes), want)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"{\"info\": {}, \"paths\": {}, \"openapi\": \"3.0.0\"}", true},
		{"# a comment\n---\ninfo:\n  title: t\n\"swagger\": 2.0\n", true},
		{"openapi: 3.1.0\r\ninfo: {}\r\n", true},
		{"{\"info\": {}, \"item\": []}", false},
		{"{\"item\": [], \"openapi\": \"3.0.0\"}", false},
		{"{\"openapi\": {}}", false},
		{"info:\n  openapi: 3.0.0\n", false},
		{"POST http://h/x\nContent-Type: application/yaml\n\nopenapi: 3.0.0\n", false},
		{"curl http://h\nopenapi: 3.0.0\n", false},
		{"", false},
	} {
		if got := detect(&convert.Input{Data: []byte(c.text)}); got != c.want {
			t.Errorf("%q: %v", c.text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		f.Add(c.text)
	}
	f.Add(`{"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [{"$ref": "#/paths/~1a/get/parameters/0"}]}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := read(&convert.Input{Path: "api.yaml", Data: []byte(text)}, &convert.Notes{}); err != nil {
			var e *convert.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
		}
	})
}

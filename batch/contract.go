package batch

// Contract is what is known of one API's request: how it must look, what its
// answers mean, and what the vendor says of failures. It is data, written in
// YAML; package contract reads, checks and evaluates it.
type Contract struct {
	// Name is how --contract refers to it.
	Name string `yaml:"name"`
	// About says in a line which request this is; Source where the facts are from.
	About  string `yaml:"about"`
	Source string `yaml:"source"`
	// Match is a regular expression over the URL's path that finds the contract.
	Match string `yaml:"match"`

	// Method and Path are what the request must have; Path is exact.
	Method string `yaml:"method"`
	Path   string `yaml:"path"`
	// RetiredHosts are hosts that served the API once and do not any more.
	RetiredHosts []RetiredHost `yaml:"retired-hosts"`
	// Token is the header that authorizes the request.
	Token TokenRule `yaml:"token"`
	// Body is the body mode, as Postman names it: formdata, urlencoded, raw.
	Body string `yaml:"body"`
	// Rate is the default ceiling, such as "10/s".
	Rate string `yaml:"rate"`
	// Fields are the body's fields.
	Fields []ContractField `yaml:"fields"`

	// Success is an expression over status, header, body and json: the record
	// was created.
	Success string `yaml:"success"`
	// Refused are expressions: the record was not created, the answer is final.
	Refused []string `yaml:"refused"`
	// Retry are expressions: the record was not created, and the same request
	// may be sent again.
	Retry []string `yaml:"retry"`
	// Code is an expression for the answer's own code; Message and ID are tried
	// in order until one gives a text.
	Code    string   `yaml:"code"`
	Message []string `yaml:"message"`
	ID      []string `yaml:"id"`
	// Causes name why an answer refused a row; the first that holds is taken.
	Causes []CauseRule `yaml:"causes"`
	// Lookup is the request that asks the server for a record.
	Lookup *Lookup `yaml:"lookup"`
	// Batch says how one request carries several rows; nil when it cannot.
	Batch *BatchRule `yaml:"batch"`
}

// BatchRule is how a request carries several rows, and how its answer speaks of
// each. The expressions of one entry see it as item.
type BatchRule struct {
	// List is the member of the raw JSON body that is the array of rows; Max is
	// the most rows that the API takes, 0 when it does not say.
	List string `yaml:"list"`
	Max  int    `yaml:"max"`
	// Results is an expression over the answer: the list with an entry a row.
	Results string `yaml:"results"`
	// Order says that the entries are documented to be in the order of the rows.
	// Otherwise Match, an expression over an entry, gives the value that the row
	// has as Member of its element.
	Order  bool   `yaml:"order"`
	Match  string `yaml:"match"`
	Member string `yaml:"member"`
	// OK is a condition over an entry: its record was created. Without it, all
	// entries of an answer that is a success are.
	OK string `yaml:"ok"`
	// ID, Code and Error are an entry's own.
	ID    string `yaml:"id"`
	Code  string `yaml:"code"`
	Error string `yaml:"error"`
}

// RetiredHost is a host that does not serve the API any more.
type RetiredHost struct {
	Host string `yaml:"host"`
	// Successor is the host that took its place; Since says when, in words.
	Successor string `yaml:"successor"`
	Since     string `yaml:"since"`
}

// TokenRule says where the token goes.
type TokenRule struct {
	Header string `yaml:"header"`
	// About says where people get a token.
	About string `yaml:"about"`
}

// ContractField is one field of the body.
type ContractField struct {
	Name     string `yaml:"name"`
	Required bool   `yaml:"required"`
	// File is set for file parts.
	File bool `yaml:"file"`
	// JSON is "object" when the field's text must be one JSON object.
	JSON string `yaml:"json"`
	// Operation marks the field that names the operation (the account).
	Operation bool `yaml:"operation"`
	// Values are the allowed ones; none means any. Open says that the list may
	// be longer in the user's own system: another value is a warning.
	Values []ContractValue `yaml:"values"`
	Open   bool            `yaml:"open"`
	About  string          `yaml:"about"`
}

// ContractValue is one allowed value, and how people write it in other words
// that the server refuses.
type ContractValue struct {
	Value   string   `yaml:"value"`
	Foreign []string `yaml:"foreign"`
}

// CauseRule names a cause when an expression holds, and how to mend it.
type CauseRule struct {
	When  string `yaml:"when"`
	Cause string `yaml:"cause"`
	Mend  string `yaml:"mend"`
}

// Lookup is a request that finds records by a field's value.
type Lookup struct {
	Method string `yaml:"method"`
	// Path is the request's path on the same host.
	Path string `yaml:"path"`
	// Body is JSON in which {{operation}}, {{field}} and {{value}} are filled.
	Body string `yaml:"body"`
	// Field and Value say what is asked by default: the API's name of the field
	// and the body's field that holds the value.
	Field string `yaml:"field"`
	Value string `yaml:"value"`
	// Found is an expression that lists the ids of the records found.
	Found string `yaml:"found"`
}

// Field returns the contract's field of that name.
func (c *Contract) Field(name string) (*ContractField, bool) {
	for i := range c.Fields {
		if c.Fields[i].Name == name {
			return &c.Fields[i], true
		}
	}
	return nil, false
}

// FieldNames lists the fields in order.
func (c *Contract) FieldNames() []string {
	names := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		names[i] = f.Name
	}
	return names
}

package textform

import "regexp"

var (
	requestLine = regexp.MustCompile(`(?m)^[ \t]*[A-Z]{3,10}[ \t]+(?:https?://|\{\{|/)\S*`)
	hurlLine    = regexp.MustCompile(`(?m)^(?:HTTP(?:/[0-9.]+)?[ \t]+(?:[0-9]{3}|\*)|\[(?:Asserts|Captures|Options|Query|QueryStringParams|Form|FormParams|Multipart|MultipartFormData|Cookies|BasicAuth)\])[ \t]*\r?$`)
)

// HasRequestLine says whether a line of a text is a method and an address.
func HasRequestLine(text string) bool { return requestLine.MatchString(text) }

// HasHurlSection says whether a line of a text is one that Hurl alone has: an expected
// status, or the name of a section.
func HasHurlSection(text string) bool { return hurlLine.MatchString(text) }

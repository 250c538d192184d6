package collection

import (
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Behavior is what a protocolProfileBehavior says of how a request goes on the wire, as far as it changes
// the request itself.
type Behavior struct {
	// DisableBodyPruning keeps the body of a method that has none by custom, such as GET.
	DisableBodyPruning bool
	// DisableURLEncoding sends the URL's own text as it stands.
	DisableURLEncoding bool
	// DisabledSystemHeaders are the headers that are not added by themselves, in lower case.
	DisabledSystemHeaders map[string]bool

	// StrictSSL says whether certificates are checked, FollowRedirects whether
	// redirects are followed; nil where nothing says so.
	StrictSSL, FollowRedirects *bool
	// MaxRedirects bounds them; nil where nothing says so.
	MaxRedirects *int
	// FollowOriginalMethod keeps the method of a redirected request, FollowAuthorization
	// its Authorization header on another host.
	FollowOriginalMethod, FollowAuthorization bool
	// RemoveReferer sends no Referer with a redirected request.
	RemoveReferer bool
	// DisableCookies neither sends nor keeps cookies.
	DisableCookies bool
}

// BehaviorNames gives the names of the settings that are in force for the item, sorted.
func (i *Item) BehaviorNames() []string { return slices.Sorted(maps.Keys(i.behaviors())) }

// behaviors gives the settings that are in force for the item: each is the item's own, else that of the nearest
// folder that has it, else the collection's.
func (i *Item) behaviors() map[string]gjson.Result {
	merged := make(map[string]gjson.Result)
	add := func(behavior gjson.Result) {
		for _, p := range pairs(behavior) {
			if _, nearer := merged[p.key]; !nearer {
				merged[p.key] = p.value
			}
		}
	}
	for item := i; item != nil; item = item.Parent {
		add(item.behavior)
	}
	add(i.collection.behavior)
	return merged
}

// Behavior gives the behaviour that is in force for the item.
func (i *Item) Behavior() Behavior {
	merged := i.behaviors()
	b := Behavior{
		DisableBodyPruning: isSet(merged["disableBodyPruning"]),
		DisableURLEncoding: isSet(merged["disableUrlEncoding"]),

		StrictSSL: boolOf(merged["strictSSL"]), FollowRedirects: boolOf(merged["followRedirects"]),
		MaxRedirects:         numberOf(merged["maxRedirects"]),
		FollowOriginalMethod: isSet(merged["followOriginalHttpMethod"]),
		FollowAuthorization:  isSet(merged["followAuthorizationHeader"]),
		RemoveReferer:        isSet(merged["removeRefererHeaderOnRedirect"]),
		DisableCookies:       isSet(merged["disableCookies"]),
	}
	for _, p := range pairs(merged["disabledSystemHeaders"]) {
		if isSet(p.value) {
			if b.DisabledSystemHeaders == nil {
				b.DisabledSystemHeaders = make(map[string]bool)
			}
			b.DisabledSystemHeaders[strings.ToLower(p.key)] = true
		}
	}
	return b
}

// numberOf gives a whole number, nil when r is none that is 0 or more.
func numberOf(r gjson.Result) *int {
	n := int(r.Int())
	if r.Type != gjson.Number || n < 0 {
		return nil
	}
	return &n
}

// boolOf gives a truth value, nil when r is none.
func boolOf(r gjson.Result) *bool {
	if !r.IsBool() {
		return nil
	}
	value := r.Bool()
	return &value
}

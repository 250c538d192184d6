package vars

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// shapes has, for every dynamic variable, what its values look like.
func shapes() map[string]string {
	const (
		uuid     = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
		words    = `\S+( \S+)*`
		word     = `\S+`
		letters  = `\pL+`
		phone    = `\d{3}-\d{3}-\d{4}`
		date     = `(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)`
		image    = `http://placeimg\.com/640/480`
		sentence = `[A-Z][a-z]*( [a-z]+){2,9}\.`
		sents    = sentence + `( ` + sentence + `)*`
		file     = `[\p{Ll}\p{Lo}\d_]+\.[a-z0-9_-]+`
		dir      = `(/[a-z]+)+`
		user     = `[A-Za-z]+([._][A-Za-z]+)?\d{0,2}`
		domain   = `[a-z]+\.[a-z]{2,}`
		ext      = `[a-z0-9_-]+`
	)
	m := map[string]string{
		"$guid": uuid, "$randomUUID": uuid, "$timestamp": `1772618767`, "$isoTimestamp": `2026-03-04T10:06:07\.089Z`,
		"$randomInt": `\d{1,3}|1000`, "$randomPhoneNumber": phone, "$randomPhoneNumberExt": `\d\d-` + phone, "$randomLocale": `[a-z]{2}`,
		"$randomWords": `\S+( \S+)+`, "$randomFilePath": dir + "/" + file, "$randomDirectoryPath": dir,
		"$randomStreetAddress": `\d{3,5} ` + words, "$randomCountryCode": `[A-Z]{2}`, "$randomLatitude": `-?\d{1,2}\.\d{4}`, "$randomLongitude": `-?\d{1,3}\.\d{4}`,
		"$randomColor": `[a-z ]+`, "$randomDatePast": date, "$randomDateFuture": date, "$randomDateRecent": date,
		"$randomMonth":   `January|February|March|April|May|June|July|August|September|October|November|December`,
		"$randomWeekday": `(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day`, "$randomBankAccount": `\d{8}`, "$randomBankAccountName": `[A-Z][A-Za-z ]+ Account`,
		"$randomCreditCardMask": `\d{4}`, "$randomPrice": `\d{1,3}\.\d\d|1000\.00`, "$randomTransactionType": `deposit|withdrawal|payment|invoice`,
		"$randomCurrencyCode": `[A-Z]{3}`, "$randomCurrencySymbol": word, "$randomBitcoin": `[13][1-9A-HJ-NP-Za-km-z]{25,33}`,
		"$randomBankAccountIban": `[A-Z]{2}\d{2}[A-Z0-9]{11,24}`, "$randomBankAccountBic": `[A-Z]{7}\d(\d{3})?`, "$randomPhrase": `[A-Z].*!`,
		"$randomAvatarImage": `https://avatars\.githubusercontent\.com/u/\d+`, "$randomImageUrl": image,
		"$randomImageDataUri": `data:image/svg\+xml;charset=UTF-8,%3Csvg%20[!-~]+%3C%2Fsvg%3E`, "$randomEmail": user + `@(gmail|yahoo|hotmail)\.com`,
		"$randomExampleEmail": user + `@example\.(com|net|org)`, "$randomUserName": user, "$randomProtocol": `https?`, "$randomUrl": `https?://` + domain,
		"$randomDomainName": domain, "$randomDomainSuffix": `[a-z]+`, "$randomDomainWord": `[a-z]+`, "$randomIP": `(\d{1,3}\.){3}\d{1,3}`, "$randomIPV6": `([0-9a-f]{4}:){7}[0-9a-f]{4}`,
		"$randomUserAgent": `Mozilla/5\.0 \([!-~ ]+\) [!-~ ]+`, "$randomHexColor": `#[0-9a-f]{6}`, "$randomMACAddress": `([0-9a-f]{2}:){5}[0-9a-f]{2}`, "$randomPassword": `\w{15}`,
		"$randomLoremWord": `[a-z]+`, "$randomLoremWords": `[a-z]+( [a-z]+){2}`, "$randomLoremSlug": `[a-z]+(-[a-z]+){2}`, "$randomLoremSentence": sentence,
		"$randomLoremSentences": sents, "$randomLoremParagraph": sents, "$randomLoremParagraphs": sents + `(\n` + sents + `){2}`,
		"$randomLoremText": sents + `(\n` + sentence + `)*`, "$randomLoremLines": sentence + `(\n` + sentence + `){0,4}`,
		"$randomJobTitle": `\S+ \S+ \S+`, "$randomBoolean": `true|false`, "$randomAlphaNumeric": `[a-z0-9]`,
		"$randomFileName": file, "$randomCommonFileName": file, "$randomMimeType": `[a-z-]+/[!-~]+`, "$randomCommonFileExt": ext, "$randomFileExt": ext,
		"$randomCommonFileType": `video|audio|image|text|application`, "$randomFileType": `[a-z-]+`, "$randomSemver": `\d\.\d\.\d`,
		"$randomCatchPhrase": `\S+ \S.* \S+`, "$randomBs": `\S+ \S+ \S+`, "$randomProductName": `\S+ \S+ \S+`, "$randomFullName": `\S+( \S+)+`, "$randomDepartment": letters,
		"$randomDatabaseColumn": letters, "$randomDatabaseType": `[a-z]+`, "$randomDatabaseCollation": `[a-z0-9_]+`, "$randomDatabaseEngine": `[A-Za-z]+`,
	}
	for _, of := range strings.Fields("Abstract Animals Business Cats City Food Nightlife Fashion People Nature Sports Transport") {
		m["$random"+of+"Image"] = image + "/" + strings.ToLower(of)
	}
	for _, of := range strings.Fields(`City StreetName Country ProductAdjective ProductMaterial Product CompanyName CompanySuffix CatchPhraseAdjective CatchPhraseDescriptor
		CatchPhraseNoun BsAdjective BsBuzz BsNoun CurrencyName Abbreviation Adjective Noun Verb Ingverb FirstName LastName NamePrefix NameSuffix JobDescriptor JobArea JobType Word`) {
		m["$random"+of] = words
	}
	return m
}

// linesOfText are the variables whose values have several lines.
const linesOfText = "$randomLoremParagraphs $randomLoremLines $randomLoremText"

func TestEveryDynamicVariable(t *testing.T) {
	all := shapes()
	if names := DynamicNames(); len(names) != 118 || len(all) != 118 {
		t.Fatalf("%d dynamic variables, %d shapes; Postman has 118", len(names), len(all))
	}
	same := map[string]bool{"$timestamp": true, "$isoTimestamp": true, "$randomImageUrl": true}
	for _, name := range DynamicNames() {
		shape, known := all[name]
		if !known {
			t.Errorf("%s has no shape", name)
		}
		want := regexp.MustCompile(`^(?:` + shape + `)$`)
		values := make(map[string]bool)
		for row := int64(1); row <= 400; row++ {
			v := DynamicValue(name, testRun(), row, 3)
			if !want.MatchString(v) {
				t.Fatalf("%s, row %d: %q is not %s", name, row, v, shape)
			}
			if again := DynamicValue(name, testRun(), row, 3); again != v {
				t.Fatalf("%s, row %d: %q, then %q", name, row, v, again)
			}
			if !printableValue(v, strings.Contains(linesOfText, name)) {
				t.Fatalf("%s, row %d: %q holds a control character or is not UTF-8", name, row, v)
			}
			values[v] = true
		}
		constant := same[name] || strings.HasSuffix(name, "Image") && name != "$randomAvatarImage"
		if constant != (len(values) == 1) {
			t.Errorf("%s has %d values in 400 rows", name, len(values))
		}
	}
}

func printableValue(v string, lines bool) bool {
	return v != "" && strings.TrimSpace(v) == v && utf8.ValidString(v) && !strings.ContainsFunc(v, func(c rune) bool { return unicode.IsControl(c) && !(lines && c == '\n') })
}

func TestDynamicValuesMean(t *testing.T) {
	for row := int64(1); row <= 300; row++ {
		value := func(name string) string { return DynamicValue(name, testRun(), row, 1) }
		iban := value("$randomBankAccountIban")
		if ibanRest(iban[4:]+iban[:4]) != 1 {
			t.Errorf("the check digits of %s are wrong", iban)
		}
		if net.ParseIP(value("$randomIP")).To4() == nil || net.ParseIP(value("$randomIPV6")) == nil {
			t.Errorf("%s, %s are no addresses", value("$randomIP"), value("$randomIPV6"))
		}
		if _, err := net.ParseMAC(value("$randomMACAddress")); err != nil {
			t.Error(err)
		}
		if u, err := url.Parse(value("$randomUrl")); err != nil || u.Host == "" {
			t.Errorf("%s: %v", value("$randomUrl"), err)
		}
		for name, in := range map[string][2]time.Duration{
			"$randomDatePast": {-366 * 24 * time.Hour, 0}, "$randomDateFuture": {-time.Second, 365 * 24 * time.Hour}, "$randomDateRecent": {-25 * time.Hour, 0},
		} {
			at, err := time.Parse("Mon Jan 02 2006 15:04:05 GMT-0700 (Coordinated Universal Time)", value(name))
			if away := at.Sub(testRun().Started); err != nil || away < in[0] || away > in[1] {
				t.Errorf("%s: %s is %s from the start: %v", name, value(name), away, err)
			}
		}
	}
}

// A standard example of an account number.
func TestIbanRest(t *testing.T) {
	if got := ibanRest("WEST12345698765432" + "GB82"); got != 1 {
		t.Errorf("the rest of GB82WEST12345698765432 is %d, want 1", got)
	}
}

// FuzzDynamic makes values for any run: they never break a header or a text.
func FuzzDynamic(f *testing.F) {
	f.Add("run", int64(1), 1, 0)
	f.Add("", int64(-1), -1, 117)
	f.Fuzz(func(t *testing.T, run string, row int64, occurrence, which int) {
		names := DynamicNames()
		name := names[uint(which)%uint(len(names))]
		v := DynamicValue(name, Run{ID: run, Started: testRun().Started}, row, occurrence)
		if !printableValue(v, strings.Contains(linesOfText, name)) {
			t.Fatalf("%s is %q", name, v)
		}
	})
}

func BenchmarkDynamicValue(b *testing.B) {
	for _, name := range []string{"$guid", "$randomInt", "$randomFullName", "$randomLoremParagraphs"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				DynamicValue(name, testRun(), 7, 2)
			}
		})
	}
}

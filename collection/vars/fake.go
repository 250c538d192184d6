package vars

import (
	"fmt"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/brianvoe/gofakeit/v7/data"
)

// dynamics are Postman's dynamic variables, sorted by name, each with the
// format that Postman gives it. None holds a control character but those
// that are lines of text: $randomLoremLines, $randomLoremParagraphs,
// $randomLoremText.
var dynamics = [...]dynamic{
	{"$guid", (*draw).uuid},
	{"$isoTimestamp", (*draw).isoTimestamp},
	{"$randomAbbreviation", func(d *draw) string { return d.data("hacker", "abbreviation") }},
	{"$randomAbstractImage", func(d *draw) string { return imageURL + "/abstract" }},
	{"$randomAdjective", func(d *draw) string { return d.data("hacker", "adjective") }},
	{"$randomAlphaNumeric", func(d *draw) string { return d.pick(lowerDigits, 1) }},
	{"$randomAnimalsImage", func(d *draw) string { return imageURL + "/animals" }},
	{"$randomAvatarImage", func(d *draw) string { return "https://avatars.githubusercontent.com/u/" + d.number(1, 99_999_999) }},
	{"$randomBankAccount", func(d *draw) string { return d.digits(8) }},
	{"$randomBankAccountBic", func(d *draw) string { return d.bic() }},
	{"$randomBankAccountIban", func(d *draw) string { return d.iban() }},
	{"$randomBankAccountName", func(d *draw) string { return d.one(accounts) + " Account" }},
	{"$randomBitcoin", func(d *draw) string { return d.pick("13", 1) + d.pick(base58, 25+d.IntN(9)) }},
	{"$randomBoolean", func(d *draw) string { return strconv.FormatBool(d.IntN(2) == 1) }},
	{"$randomBs", func(d *draw) string { return d.one(bsVerbs) + " " + d.one(bsAdjectives) + " " + d.one(bsNouns) }},
	{"$randomBsAdjective", func(d *draw) string { return d.one(bsAdjectives) }},
	{"$randomBsBuzz", func(d *draw) string { return d.one(bsVerbs) }},
	{"$randomBsNoun", func(d *draw) string { return d.one(bsNouns) }},
	{"$randomBusinessImage", func(d *draw) string { return imageURL + "/business" }},
	{"$randomCatchPhrase", func(d *draw) string {
		return d.one(catchAdjectives) + " " + d.one(catchDescriptors) + " " + d.one(catchNouns)
	}},
	{"$randomCatchPhraseAdjective", func(d *draw) string { return d.one(catchAdjectives) }},
	{"$randomCatchPhraseDescriptor", func(d *draw) string { return d.one(catchDescriptors) }},
	{"$randomCatchPhraseNoun", func(d *draw) string { return d.one(catchNouns) }},
	{"$randomCatsImage", func(d *draw) string { return imageURL + "/cats" }},
	{"$randomCity", func(d *draw) string { return d.data("address", "city") }},
	{"$randomCityImage", func(d *draw) string { return imageURL + "/city" }},
	{"$randomColor", func(d *draw) string { return strings.ToLower(d.data("color", "full")) }},
	{"$randomCommonFileExt", func(d *draw) string { return d.one(commonExtensions) }},
	{"$randomCommonFileName", func(d *draw) string { return d.fileName() + "." + d.one(commonExtensions) }},
	{"$randomCommonFileType", func(d *draw) string { return d.one(commonFileTypes) }},
	{"$randomCompanyName", func(d *draw) string { return d.company() }},
	{"$randomCompanySuffix", func(d *draw) string { return d.data("company", "suffix") }},
	{"$randomCountry", func(d *draw) string { return d.data("address", "country") }},
	{"$randomCountryCode", func(d *draw) string { return d.data("address", "country_abr") }},
	{"$randomCreditCardMask", func(d *draw) string { return d.digits(4) }},
	{"$randomCurrencyCode", func(d *draw) string { return d.data("currency", "short") }},
	{"$randomCurrencyName", func(d *draw) string { return d.data("currency", "long") }},
	{"$randomCurrencySymbol", func(d *draw) string { return d.one(currencySymbols) }},
	{"$randomDatabaseCollation", func(d *draw) string { return d.one(databaseCollations) }},
	{"$randomDatabaseColumn", func(d *draw) string { return d.one(databaseColumns) }},
	{"$randomDatabaseEngine", func(d *draw) string { return d.one(databaseEngines) }},
	{"$randomDatabaseType", func(d *draw) string { return d.one(databaseTypes) }},
	{"$randomDateFuture", func(d *draw) string { return d.date(365 * 24 * time.Hour) }},
	{"$randomDatePast", func(d *draw) string { return d.date(-365 * 24 * time.Hour) }},
	{"$randomDateRecent", func(d *draw) string { return d.date(-24 * time.Hour) }},
	{"$randomDepartment", func(d *draw) string { return d.one(departments) }},
	{"$randomDirectoryPath", func(d *draw) string { return d.directory() }},
	{"$randomDomainName", func(d *draw) string { return d.domain() }},
	{"$randomDomainSuffix", func(d *draw) string { return d.data("internet", "domain_suffix") }},
	{"$randomDomainWord", func(d *draw) string { return d.domainWord() }},
	{"$randomEmail", func(d *draw) string { return d.userName() + "@" + d.one(mailHosts) }},
	{"$randomExampleEmail", func(d *draw) string { return d.userName() + "@example." + d.one(exampleSuffixes) }},
	{"$randomFashionImage", func(d *draw) string { return imageURL + "/fashion" }},
	{"$randomFileExt", func(d *draw) string { return d.extension() }},
	{"$randomFileName", func(d *draw) string { return d.fileName() + "." + d.extension() }},
	{"$randomFilePath", func(d *draw) string { return d.directory() + "/" + d.fileName() + "." + d.extension() }},
	{"$randomFileType", func(d *draw) string { return d.one(fileTypes) }},
	{"$randomFirstName", func(d *draw) string { return d.data("person", "first") }},
	{"$randomFoodImage", func(d *draw) string { return imageURL + "/food" }},
	{"$randomFullName", func(d *draw) string { return d.fullName() }},
	{"$randomHexColor", func(d *draw) string { return "#" + d.pick(hexDigits, 6) }},
	{"$randomIP", func(d *draw) string { return d.ip() }},
	{"$randomIPV6", func(d *draw) string { return d.ip6() }},
	{"$randomImageDataUri", func(d *draw) string { return d.imageData() }},
	{"$randomImageUrl", func(d *draw) string { return imageURL }},
	{"$randomIngverb", func(d *draw) string { return d.data("hacker", "ingverb") }},
	{"$randomInt", func(d *draw) string { return d.number(0, 1000) }},
	{"$randomJobArea", func(d *draw) string { return d.data("job", "level") }},
	{"$randomJobDescriptor", func(d *draw) string { return d.data("job", "descriptor") }},
	{"$randomJobTitle", func(d *draw) string {
		return d.data("job", "descriptor") + " " + d.data("job", "level") + " " + d.one(jobTypes)
	}},
	{"$randomJobType", func(d *draw) string { return d.one(jobTypes) }},
	{"$randomLastName", func(d *draw) string { return d.data("person", "last") }},
	{"$randomLatitude", func(d *draw) string { return d.decimal(-90, 90, 4) }},
	{"$randomLocale", func(d *draw) string { return d.data("language", "short") }},
	{"$randomLongitude", func(d *draw) string { return d.decimal(-180, 180, 4) }},
	{"$randomLoremLines", func(d *draw) string { return d.several(1, 5, "\n", (*draw).sentence) }},
	{"$randomLoremParagraph", func(d *draw) string { return d.paragraph() }},
	{"$randomLoremParagraphs", func(d *draw) string { return d.several(3, 3, "\n", (*draw).paragraph) }},
	{"$randomLoremSentence", func(d *draw) string { return d.sentence() }},
	{"$randomLoremSentences", func(d *draw) string { return d.several(2, 6, " ", (*draw).sentence) }},
	{"$randomLoremSlug", func(d *draw) string { return d.lorem(3, 3, "-") }},
	{"$randomLoremText", func(d *draw) string { return d.loremText() }},
	{"$randomLoremWord", func(d *draw) string { return d.data("lorem", "word") }},
	{"$randomLoremWords", func(d *draw) string { return d.lorem(3, 3, " ") }},
	{"$randomMACAddress", func(d *draw) string {
		return d.several(6, 6, ":", func(d *draw) string { return d.pick(hexDigits, 2) })
	}},
	{"$randomMimeType", func(d *draw) string { return d.mimeType() }},
	{"$randomMonth", func(d *draw) string { return time.Month(1 + d.IntN(12)).String() }},
	{"$randomNamePrefix", func(d *draw) string { return d.data("person", "prefix") }},
	{"$randomNameSuffix", func(d *draw) string { return d.data("person", "suffix") }},
	{"$randomNatureImage", func(d *draw) string { return imageURL + "/nature" }},
	{"$randomNightlifeImage", func(d *draw) string { return imageURL + "/nightlife" }},
	{"$randomNoun", func(d *draw) string { return d.data("hacker", "noun") }},
	{"$randomPassword", func(d *draw) string { return d.pick(passwordLetters, 15) }},
	{"$randomPeopleImage", func(d *draw) string { return imageURL + "/people" }},
	{"$randomPhoneNumber", func(d *draw) string { return d.phone() }},
	{"$randomPhoneNumberExt", func(d *draw) string { return d.number(10, 99) + "-" + d.phone() }},
	{"$randomPhrase", func(d *draw) string { return d.phrase() }},
	{"$randomPrice", func(d *draw) string { return d.price() }},
	{"$randomProduct", func(d *draw) string { return d.one(products) }},
	{"$randomProductAdjective", func(d *draw) string { return d.one(productAdjectives) }},
	{"$randomProductMaterial", func(d *draw) string { return d.one(materials) }},
	{"$randomProductName", func(d *draw) string { return d.one(productAdjectives) + " " + d.one(materials) + " " + d.one(products) }},
	{"$randomProtocol", func(d *draw) string { return d.protocol() }},
	{"$randomSemver", func(d *draw) string { return d.number(0, 9) + "." + d.number(0, 9) + "." + d.number(0, 9) }},
	{"$randomSportsImage", func(d *draw) string { return imageURL + "/sports" }},
	{"$randomStreetAddress", func(d *draw) string { return d.digits(3+d.IntN(3)) + " " + d.street() }},
	{"$randomStreetName", func(d *draw) string { return d.street() }},
	{"$randomTransactionType", func(d *draw) string { return d.one(transactions) }},
	{"$randomTransportImage", func(d *draw) string { return imageURL + "/transport" }},
	{"$randomUUID", (*draw).uuid},
	{"$randomUrl", func(d *draw) string { return d.protocol() + "://" + d.domain() }},
	{"$randomUserAgent", func(d *draw) string { return d.userAgent() }},
	{"$randomUserName", func(d *draw) string { return d.userName() }},
	{"$randomVerb", func(d *draw) string { return d.data("hacker", "verb") }},
	{"$randomWeekday", func(d *draw) string { return time.Weekday(d.IntN(7)).String() }},
	{"$randomWord", func(d *draw) string { return d.word() }},
	{"$randomWords", func(d *draw) string { return d.several(2, 4, " ", (*draw).word) }},
	{"$timestamp", (*draw).timestamp},
}

// Letters that values are picked from.
const (
	digits          = "0123456789"
	hexDigits       = "0123456789abcdef"
	upper           = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowerDigits     = "abcdefghijklmnopqrstuvwxyz" + digits
	passwordLetters = lowerDigits + upper + "_"
	base58          = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// imageURL is where Postman's image variables point to.
const imageURL = "http://placeimg.com/640/480"

// Lists that the data module does not have, words divided by blanks or, where
// they hold blanks themselves, by bars.
const (
	departments        = "Books|Movies|Music|Games|Electronics|Computers|Home|Garden|Tools|Grocery|Health|Beauty|Toys|Kids|Baby|Clothing|Shoes|Jewelry|Sports|Outdoors|Automotive|Industrial"
	productAdjectives  = "Small|Ergonomic|Rustic|Intelligent|Gorgeous|Incredible|Fantastic|Practical|Sleek|Awesome|Generic|Handcrafted|Handmade|Licensed|Refined|Unbranded|Tasty"
	materials          = "Steel|Wooden|Concrete|Plastic|Cotton|Granite|Rubber|Metal|Soft|Fresh|Frozen"
	products           = "Chair|Car|Computer|Keyboard|Mouse|Bike|Ball|Gloves|Pants|Shirt|Table|Shoes|Hat|Towels|Soap|Tuna|Chicken|Fish|Cheese|Bacon|Pizza|Salad|Sausages|Chips"
	catchAdjectives    = "Adaptive|Advanced|Automated|Balanced|Centralized|Cloned|Configurable|Customizable|Decentralized|Distributed|Expanded|Extended|Focused|Integrated|Managed|Networked|Optimized|Persistent|Phased|Programmable|Reactive|Realigned|Seamless|Stand-alone|Streamlined|Team-oriented|Universal|Versatile"
	catchDescriptors   = "24 hour|24/7|4th generation|5th generation|actuating|asymmetric|bandwidth-monitored|client-driven|context-sensitive|didactic|dynamic|fault-tolerant|global|heuristic|holistic|hybrid|interactive|logistical|modular|motivating|multimedia|optimal|radical|responsive|scalable|secondary|stable|systemic|tangible|zero defect"
	catchNouns         = "ability|access|adapter|algorithm|alliance|analyzer|application|approach|architecture|archive|array|benchmark|capability|circuit|collaboration|complexity|concept|database|encoding|encryption|extranet|framework|function|groupware|hierarchy|hub|matrix|middleware|model|network|parallelism|protocol|service-desk|solution|throughput|utilisation"
	bsAdjectives       = "24/365|B2B|B2C|back-end|best-of-breed|clicks-and-mortar|collaborative|cross-platform|customized|distributed|dynamic|efficient|end-to-end|enterprise|extensible|frictionless|global|granular|impactful|innovative|integrated|open-source|out-of-the-box|plug-and-play|proactive|real-time|robust|scalable|strategic|sustainable|visionary|web-enabled"
	bsVerbs            = "aggregate|architect|benchmark|brand|cultivate|deliver|deploy|drive|e-enable|embrace|enable|engage|engineer|enhance|evolve|expedite|extend|facilitate|generate|grow|harness|implement|incentivize|innovate|integrate|iterate|leverage|maximize|monetize|optimize|orchestrate|redefine|scale|streamline|synthesize|transform|utilize|visualize|whiteboard"
	bsNouns            = "action-items|applications|architectures|bandwidth|channels|communities|content|convergence|deliverables|e-business|e-commerce|e-markets|e-tailers|eyeballs|experiences|functionalities|infomediaries|infrastructures|initiatives|interfaces|markets|methodologies|metrics|mindshare|models|networks|niches|paradigms|partnerships|platforms|portals|relationships|ROI|schemas|solutions|supply-chains|synergies|systems|technologies|users|vortals|web-readiness"
	databaseColumns    = "id|title|name|email|phone|token|group|category|password|comment|avatar|status|createdAt|updatedAt"
	databaseTypes      = "int|varchar|text|date|datetime|tinyint|time|timestamp|smallint|mediumint|bigint|decimal|float|double|real|bit|boolean|serial|blob|binary|enum|set|geometry|point"
	databaseCollations = "utf8_unicode_ci|utf8_general_ci|utf8_bin|ascii_bin|ascii_general_ci|cp1250_bin|cp1250_general_ci"
	databaseEngines    = "InnoDB|MyISAM|MEMORY|CSV|BLACKHOLE|ARCHIVE"
	accounts           = "Checking|Savings|Money Market|Investment|Home Loan|Credit Card|Auto Loan|Personal Loan"
	transactions       = "deposit|withdrawal|payment|invoice"
	currencySymbols    = "$|€|£|¥|лв|₩|₪|₫|₱|₦|₡|₭|zł|kr|Kč|Ft|CHF|R|R$|S/.|B/.|Bs|Gs|C$|Q|L|ƒ|﷼"
	jobTypes           = "Supervisor|Associate|Executive|Liaison|Officer|Manager|Engineer|Specialist|Director|Coordinator|Administrator|Architect|Analyst|Designer|Planner|Orchestrator|Technician|Developer|Producer|Consultant|Assistant|Facilitator|Agent|Representative|Strategist"
	mailHosts          = "gmail.com|yahoo.com|hotmail.com"
	exampleSuffixes    = "com|net|org"
	directories        = "/bin|/boot|/dev|/etc|/etc/defaults|/etc/mail|/etc/namedb|/etc/periodic|/etc/ppp|/home|/home/user|/home/user/dir|/lib|/media|/mnt|/opt|/opt/bin|/opt/include|/opt/lib|/opt/sbin|/opt/share|/private/tmp|/private/var|/rescue|/root|/sbin|/srv|/sys|/tmp|/usr|/usr/bin|/usr/lib|/usr/local/bin|/usr/local/src|/usr/ports|/usr/share|/usr/src|/var|/var/log|/var/mail|/var/spool|/var/tmp|/var/yp"
	commonExtensions   = "pdf|mpeg|wav|png|jpeg|gif|mp4v|mpeg|htm|html|shtml|mp3|mp2|mp2a|m2a|m3a|m4a|m2v|m1v|mpg|jpg|jpe|mpg4|mp4"
	commonFileTypes    = "video|audio|image|text|application"
	fileTypes          = "application|font|audio|image|message|model|multipart|text|video|x-conference|x-shader"
)

// one picks a word of a list that is divided by bars.
func (d *draw) one(list string) string {
	n := d.IntN(strings.Count(list, "|") + 1)
	for range n {
		_, list, _ = strings.Cut(list, "|")
	}
	word, _, _ := strings.Cut(list, "|")
	return word
}

// data picks an entry of the data module.
func (d *draw) data(group, list string) string {
	words := data.Data[group][list]
	return words[d.IntN(len(words))]
}

// pick makes a text of n of the letters.
func (d *draw) pick(letters string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[d.IntN(len(letters))]
	}
	return string(b)
}

func (d *draw) digits(n int) string { return d.pick(digits, n) }

// number is a whole number from low to high.
func (d *draw) number(low, high int) string { return strconv.Itoa(low + d.IntN(high-low+1)) }

func (d *draw) decimal(low, high float64, places int) string {
	return strconv.FormatFloat(low+(high-low)*d.Float64(), 'f', places, 64)
}

// price is from 0.00 to 1000.00.
func (d *draw) price() string {
	cents := d.IntN(1000_00 + 1)
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

// several joins from low to high values.
func (d *draw) several(low, high int, between string, value func(*draw) string) string {
	parts := make([]string, low+d.IntN(high-low+1))
	for i := range parts {
		parts[i] = value(d)
	}
	return strings.Join(parts, between)
}

func (d *draw) uuid() string {
	var b [16]byte
	for i := 0; i < len(b); i += 8 {
		n := d.Uint64()
		for j := range 8 {
			b[i+j] = byte(n >> (56 - 8*j))
		}
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (d *draw) timestamp() string    { return strconv.FormatInt(d.run.Started.Unix(), 10) }
func (d *draw) isoTimestamp() string { return d.run.Started.UTC().Format("2006-01-02T15:04:05.000Z") }

// date is a moment between the start of the run and that far from it, as
// JavaScript writes it.
func (d *draw) date(within time.Duration) string {
	away := time.Duration(d.Float64() * float64(within))
	return d.run.Started.Add(away).UTC().Format("Mon Jan 02 2006 15:04:05 GMT+0000 (Coordinated Universal Time)")
}

// phone is a number of the form 700-008-5275.
func (d *draw) phone() string { return d.digits(3) + "-" + d.digits(3) + "-" + d.digits(4) }

func (d *draw) street() string {
	return d.data("person", "last") + " " + d.data("address", "street_name")
}

func (d *draw) word() string {
	switch d.IntN(4) {
	case 0:
		return d.one(catchAdjectives)
	case 1:
		return d.one(productAdjectives)
	case 2:
		return d.data("hacker", "noun")
	}
	return d.data("hacker", "adjective")
}

func (d *draw) directory() string { return d.one(directories) }

// fileName is a name of one to three words, without its ending.
func (d *draw) fileName() string {
	name := d.several(1, 3, "_", (*draw).word)
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return '_'
	}, name)
}

func (d *draw) extension() string { return d.data("file", "extension") }

func (d *draw) company() string {
	last := func() string { return d.data("person", "last") }
	switch d.IntN(3) {
	case 0:
		return last() + " " + d.data("company", "suffix")
	case 1:
		return last() + " - " + last()
	}
	return last() + ", " + last() + " and " + last()
}

// phrase is a sentence of hackers' words.
func (d *draw) phrase() string {
	verb := d.data("hacker", "verb")
	thing := d.data("hacker", "adjective") + " " + d.data("hacker", "abbreviation") + " " + d.data("hacker", "noun")
	other := d.data("hacker", "abbreviation") + " " + d.data("hacker", "noun")
	switch d.IntN(4) {
	case 0:
		return "If we " + verb + " the " + other + ", we can get to the " + thing + "!"
	case 1:
		return "We need to " + verb + " the " + thing + "!"
	case 2:
		return "Try to " + verb + " the " + other + ", maybe it will " + d.data("hacker", "verb") + " the " + thing + "!"
	}
	return "You can't " + verb + " the " + other + " without " + d.data("hacker", "ingverb") + " the " + thing + "!"
}

// ascii keeps the letters and digits of a name.
func ascii(name string) string {
	return strings.Map(func(c rune) rune {
		if c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
			return c
		}
		return -1
	}, name)
}

func (d *draw) userName() string {
	name := ascii(d.data("person", "first"))
	switch d.IntN(3) {
	case 0:
		return name + d.number(0, 99)
	case 1:
		return name + d.pick("._", 1) + ascii(d.data("person", "last"))
	}
	return name + d.pick("._", 1) + ascii(d.data("person", "last")) + d.number(0, 99)
}

func (d *draw) fullName() string {
	name := d.data("person", "first") + " " + d.data("person", "last")
	switch d.IntN(8) {
	case 0:
		return d.data("person", "prefix") + " " + name
	case 1:
		return name + " " + d.data("person", "suffix")
	}
	return name
}

func (d *draw) protocol() string {
	if d.IntN(2) == 0 {
		return "http"
	}
	return "https"
}

func (d *draw) domainWord() string { return strings.ToLower(ascii(d.data("person", "first"))) }
func (d *draw) domain() string     { return d.domainWord() + "." + d.data("internet", "domain_suffix") }

func (d *draw) ip() string {
	return d.several(4, 4, ".", func(d *draw) string { return d.number(0, 255) })
}

func (d *draw) ip6() string {
	return d.several(8, 8, ":", func(d *draw) string { return d.pick(hexDigits, 4) })
}

func (d *draw) userAgent() string {
	version := d.number(60, 140) + ".0"
	platform := d.data("computer", "windows_platform")
	if d.IntN(2) == 0 {
		return "Mozilla/5.0 (" + platform + "; rv:" + version + ") Gecko/20100101 Firefox/" + version
	}
	return "Mozilla/5.0 (" + platform + ") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + ".0.0 Safari/537.36"
}

// imageData is an SVG image of 640 by 480 in a URI.
func (d *draw) imageData() string {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" baseProfile="full" width="640" height="480">` +
		`<rect width="100%" height="100%" fill="#` + d.pick(hexDigits, 6) + `"/>` +
		`<text x="320" y="240" font-size="20" alignment-baseline="middle" text-anchor="middle" fill="white">640x480</text></svg>`
	return "data:image/svg+xml;charset=UTF-8," + url.PathEscape(svg)
}

func (d *draw) sentence() string {
	text := d.lorem(3, 10, " ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func (d *draw) lorem(low, high int, between string) string {
	return d.several(low, high, between, func(d *draw) string { return d.data("lorem", "word") })
}

func (d *draw) paragraph() string { return d.several(3, 6, " ", (*draw).sentence) }

func (d *draw) loremText() string {
	switch d.IntN(4) {
	case 0:
		return d.sentence()
	case 1:
		return d.several(2, 6, " ", (*draw).sentence)
	case 2:
		return d.several(1, 5, "\n", (*draw).sentence)
	}
	return d.paragraph()
}

// mimeType leaves out the list's entries that are not type/subtype.
func (d *draw) mimeType() string {
	for range 20 {
		if t := d.data("file", "mime_type"); strings.Count(t, "/") == 1 && !strings.ContainsAny(t, " ;,") {
			return t
		}
	}
	return "application/octet-stream"
}

// ibans are countries with the form of their account numbers: n digit, a letter.
const ibans = "DE:nnnnnnnnnnnnnnnnnn|ES:nnnnnnnnnnnnnnnnnnnn|FR:nnnnnnnnnnnnnnnnnnnnnnn|GB:aaaannnnnnnnnnnnnn|NL:aaaannnnnnnnnn|BE:nnnnnnnnnnnn|AT:nnnnnnnnnnnnnnnn|CH:nnnnnnnnnnnnnnnnn|PT:nnnnnnnnnnnnnnnnnnnnn|NO:nnnnnnnnnnn|DK:nnnnnnnnnnnnnn|PL:nnnnnnnnnnnnnnnnnnnnnnnn|IE:aaaannnnnnnnnnnnnn|HU:nnnnnnnnnnnnnnnnnnnnnnnn"

// iban is an account number whose check digits are right.
func (d *draw) iban() string {
	country, form, _ := strings.Cut(d.one(ibans), ":")
	account := strings.Map(func(c rune) rune {
		if c == 'a' {
			return rune(upper[d.IntN(len(upper))])
		}
		return rune(digits[d.IntN(len(digits))])
	}, form)
	return fmt.Sprintf("%s%02d%s", country, 98-ibanRest(account+country+"00"), account)
}

// ibanRest is the rest modulo 97 of a rearranged account number, letters read
// as numbers from 10.
func ibanRest(text string) int64 {
	var b strings.Builder
	for _, c := range text {
		if c >= 'A' {
			b.WriteString(strconv.Itoa(int(c-'A') + 10))
			continue
		}
		b.WriteRune(c)
	}
	n, _ := new(big.Int).SetString(b.String(), 10)
	return n.Mod(n, big.NewInt(97)).Int64()
}

// bic is a bank's code: four letters, country, place, and perhaps a branch.
func (d *draw) bic() string {
	code := d.pick(upper, 4) + d.data("address", "country_abr") + d.pick(upper, 1) + d.digits(1)
	if d.IntN(2) == 0 {
		return code
	}
	return code + d.digits(3)
}

package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/nfp"
)

// numFormat is what a number format of a workbook means for the text of a cell.
type numFormat struct {
	date, clock bool // shows a date, a time of day
	elapsed     bool // counts hours beyond a day
	// zeros and literals in their order, where the format shows leading zeros, as
	// 00000 or 000-000 do; nil for others.
	padded []nfp.Token
}

// builtinFormats are the formats that a workbook names by number only, as far as
// they are dates; the spec leaves 27 to 36 and 50 to 58 to the language, and they
// are dates in all that have them.
func builtinFormat(id int) numFormat {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return numFormat{date: true}
	case id == 22:
		return numFormat{date: true, clock: true}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47:
		return numFormat{clock: true}
	case id == 46:
		return numFormat{elapsed: true}
	}
	return numFormat{}
}

// parseFormat understands a format code. One that cannot be read is none: the cell
// gives its plain number.
func parseFormat(code string) (f numFormat) {
	defer func() {
		// The parser is another's, and the code any text that a file holds.
		if recover() != nil {
			f = numFormat{}
		}
	}()
	p := nfp.NumberFormatParser()
	sections := p.Parse(code)
	if len(sections) == 0 {
		return numFormat{}
	}
	zeros, plain, months := 0, true, false
	for _, t := range sections[0].Items {
		switch t.TType {
		case nfp.TokenTypeDateTimes:
			switch value := strings.ToLower(t.TValue); {
			case strings.HasPrefix(value, "m"):
				months = months || len(value) > 2
				plain = false
			case strings.ContainsAny(value[:1], "hs") || strings.Contains(value, "/") || strings.Contains(value, "午"):
				f.clock = true
			default:
				f.date = true
			}
			plain = false
		case nfp.TokenTypeElapsedDateTimes:
			f.elapsed, plain = true, false
		case nfp.TokenTypeZeroPlaceHolder:
			zeros += len(t.TValue)
			f.padded = append(f.padded, t)
		case nfp.TokenTypeLiteral:
			f.padded = append(f.padded, t)
		case nfp.TokenTypeColor, nfp.TokenTypeCurrencyLanguage, nfp.TokenTypeAlignment:
		default:
			plain = false
		}
	}
	f.date = f.date || months || onlyMonths(sections[0].Items, f)
	if !plain || zeros < 2 {
		f.padded = nil
	}
	return f
}

// onlyMonths says whether the m of a format without day, year and time is a month.
func onlyMonths(items []nfp.Token, f numFormat) bool {
	if f.date || f.clock || f.elapsed {
		return false
	}
	for _, t := range items {
		if t.TType == nfp.TokenTypeDateTimes {
			return true
		}
	}
	return false
}

// format writes the number of a cell as text: in full, without exponent; with the
// zeros that the format shows; a date in ISO 8601. An empty text says that value
// is no number, or no date.
func (f *numFormat) format(value string, date1904 bool) string {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return ""
	}
	switch {
	case f.elapsed:
		return elapsed(n)
	case f.date || f.clock:
		return f.moment(n, date1904)
	}
	text := plainNumber(value, n)
	if f.padded != nil && n >= 0 && digits(text) {
		return f.pad(text)
	}
	return text
}

// plainNumber writes a number in full. What has an exponent or more digits than a
// program can keep is written as the shortest number that is the same.
func plainNumber(value string, n float64) string {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(value, "-"), ".")
	const exact = 15 // digits that every number of a spreadsheet can have
	if digits(whole) && (fraction == "" && !strings.HasSuffix(value, ".") || digits(fraction) && len(whole)+len(fraction) <= exact) {
		return value
	}
	if n == 0 {
		return "0"
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// pad puts digits in the places of the format, from the right; those beyond stand
// before the first place.
func (f *numFormat) pad(text string) string {
	places := 0
	for _, t := range f.padded {
		if t.TType == nfp.TokenTypeZeroPlaceHolder {
			places += len(t.TValue)
		}
	}
	text = strings.Repeat("0", max(0, places-len(text))) + text
	surplus := len(text) - places
	var b strings.Builder
	for _, t := range f.padded {
		if t.TType == nfp.TokenTypeLiteral {
			b.WriteString(t.TValue)
			continue
		}
		n := len(t.TValue) + surplus
		surplus = 0
		b.WriteString(text[:n])
		text = text[n:]
	}
	return b.String()
}

const day = 24 * time.Hour

// elapsed writes a count of days as hours, minutes and seconds.
func elapsed(days float64) string {
	if math.Abs(days) > 1e6 {
		return ""
	}
	sign := ""
	if days < 0 {
		sign, days = "-", -days
	}
	seconds := int64(math.Round(days * day.Seconds()))
	return sign + strconv.FormatInt(seconds/3600, 10) + time.Unix(seconds, 0).UTC().Format(":04:05")
}

// maxSerial is the number of the day after 9999-12-31, the last date there is.
const maxSerial = 2_958_466

// moment writes a serial number of days as a date, a time or both, to the
// millisecond.
func (f *numFormat) moment(serial float64, date1904 bool) string {
	if serial < 0 || serial >= maxSerial {
		return ""
	}
	days, fraction := math.Modf(serial)
	ms := time.Duration(math.Round(fraction*float64(day/time.Millisecond))) * time.Millisecond
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case f.date && days == 0 || days == 60:
		return "" // 0 January and 29 February 1900: Excel shows them, and they never were
	case days < 60:
		start = start.Add(day)
	}
	at := start.AddDate(0, 0, int(days)).Add(ms)
	layout := "15:04:05"
	if ms%time.Second != 0 {
		layout += ".000"
	}
	switch {
	case f.date && !f.clock:
		return at.Format(time.DateOnly)
	case !f.date && days == 0:
		return at.Format(layout)
	}
	return at.Format("2006-01-02T" + layout)
}

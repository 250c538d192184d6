package collection

// JSONOfYAML gives a YAML file whose top is a mapping as JSON, in its order. A scalar in no quotes is what JSON
// makes of it, with a number as it is written; what is none in JSON, such as yes, 007 or a date, is a text. The
// error is a *FileError with the place: no YAML, more than one document, or, with its anchors, larger or deeper
// than a file that is meant to be read.
func JSONOfYAML(file string, data []byte) ([]byte, error) {
	f, _, err := parseYAML(file, data)
	if err != nil {
		return nil, err
	}
	if f.top == nil {
		return []byte("{}"), nil
	}
	value, err := f.json(f.top)
	if err != nil {
		return nil, err
	}
	return []byte(compactJSON(writeJSON(value))), nil
}

package runreport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// encode writes a value as JSON on one line. Each of its texts is masked, decoded as it
// is: within JSON a secret may be spelt otherwise. Numbers keep their digits.
func encode(value any, mask func(string) string) ([]byte, error) {
	text, err := marshal(value)
	if err != nil {
		return nil, err
	}
	m := jsonMasker{in: json.NewDecoder(bytes.NewReader(text)), mask: mask}
	m.in.UseNumber()
	if err := m.value(); err != nil {
		return nil, err
	}
	return m.out.Bytes(), nil
}

// marshal is JSON as JavaScript writes it, with < and > as they are.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

type jsonMasker struct {
	in   *json.Decoder
	out  bytes.Buffer
	mask func(string) string
}

// value copies the next value.
func (m *jsonMasker) value() error {
	token, err := m.in.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	switch t := token.(type) {
	case json.Delim:
		return m.members(t)
	case string:
		return m.text(t)
	case json.Number:
		// A secret may be a number; the mask is none.
		if masked := m.mask(t.String()); masked != t.String() {
			return m.text(masked)
		}
		m.out.WriteString(t.String())
		return nil
	}
	text, err := marshal(token) // true, false, null
	m.out.Write(text)
	return err
}

func (m *jsonMasker) members(open json.Delim) error {
	m.out.WriteByte(byte(open))
	for first := true; m.in.More(); first = false {
		if !first {
			m.out.WriteByte(',')
		}
		if err := m.value(); err != nil {
			return err
		}
		if open == '{' {
			m.out.WriteByte(':')
			if err := m.value(); err != nil {
				return err
			}
		}
	}
	end, err := m.in.Token()
	if err != nil {
		return err
	}
	m.out.WriteByte(byte(end.(json.Delim))) // the decoder gives nothing else here
	return nil
}

func (m *jsonMasker) text(text string) error {
	written, err := marshal(m.mask(text))
	m.out.Write(written)
	return err
}

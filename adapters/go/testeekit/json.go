package testeekit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// readJSON reads one value: nil, bool, json.Number, string, []any or map[string]any. Unlike the package json it refuses
// a name that occurs twice, and a string that is not Unicode.
func readJSON(text []byte) (any, error) {
	if !utf8.Valid(text) || halfPair(text) {
		return nil, errors.New("it is not Unicode")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := readValue(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows it")
	}
	return value, nil
}

func readValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		items := []any{}
		for decoder.More() {
			item, err := readValue(decoder)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err = decoder.Token()
		return items, err
	case json.Delim('{'):
		return readMembers(decoder)
	}
	return token, nil
}

func readMembers(decoder *json.Decoder) (any, error) {
	members := map[string]any{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the decoder takes nothing else in this place
		if _, there := members[name]; there {
			return nil, errors.New("the name " + strconv.Quote(name) + " occurs twice")
		}
		if members[name], err = readValue(decoder); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token()
	return members, err
}

// halfPair says whether an escape sequence of JSON text stands for half of a surrogate pair, alone.
func halfPair(text []byte) bool {
	for {
		at := bytes.IndexByte(text, '\\')
		if at < 0 || at+1 >= len(text) {
			return false
		}
		unit, after := escapedUnit(text[at:])
		if text = after; unit < 0xd800 || unit > 0xdfff {
			continue
		}
		low, after := escapedUnit(text)
		if unit > 0xdbff || low < 0xdc00 || low > 0xdfff {
			return true
		}
		text = after
	}
}

// escapedUnit gives the code unit of the escape sequence at the start of text, 0 if it is of another kind or none, and
// what follows it.
func escapedUnit(text []byte) (uint64, []byte) {
	if len(text) < 2 || text[0] != '\\' {
		return 0, text
	}
	if text[1] != 'u' || len(text) < 6 {
		return 0, text[2:]
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return 0, text[2:] // the decoder will refuse it
	}
	return unit, text[6:]
}

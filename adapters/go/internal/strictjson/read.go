// Package strictjson reads and writes the one form of JSON that Resonant carries: an object by RFC 8259, in which no
// name occurs twice, no string is anything but Unicode, and no number is beyond what binary64 holds.
package strictjson

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// MaxLevels is how deep objects and arrays may be nested, the outermost object counted (MSG-17).
	MaxLevels = 16
	// MaxInteger is the greatest integer, and as far below 0 the least (MSG-18).
	MaxInteger = 1<<53 - 1
)

var errEnd = errors.New("it ends too early")

// Object is what Read gives. Its values are nil, bool, int64 (a number without fraction and exponent), float64 (any
// other number), string, []any and Object.
type Object = map[string]any

// Read reads one object, which is all of text.
func Read(text []byte) (Object, error) {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil, errors.New("it does not begin with { and end with }")
	}
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	r := reader{text: text, at: 1}
	object, err := r.object(1)
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", r.at, err)
	}
	if r.at != len(text) {
		return nil, fmt.Errorf("at byte %d: the object has ended", r.at)
	}
	return object, nil
}

type reader struct {
	text []byte
	at   int
}

// next gives the next byte that is no white space, and goes past it; 0 at the end.
func (r *reader) next() byte {
	for ; r.at < len(r.text); r.at++ {
		switch one := r.text[r.at]; one {
		case ' ', '\t', '\n', '\r':
		default:
			r.at++
			return one
		}
	}
	return 0
}

// object reads the members and the end of an object whose { was read.
func (r *reader) object(level int) (Object, error) {
	members := Object{}
	for one := r.next(); one != '}' || len(members) > 0; one = r.next() {
		if one != '"' {
			return nil, errors.New("expected a name")
		}
		name, err := r.str()
		if err != nil {
			return nil, err
		}
		if _, there := members[name]; there {
			return nil, fmt.Errorf("the name %q occurs twice", name)
		}
		if r.next() != ':' {
			return nil, errors.New("expected a colon")
		}
		if members[name], err = r.value(r.next(), level); err != nil {
			return nil, err
		}
		if one = r.next(); one == '}' {
			break
		}
		if one != ',' {
			return nil, errors.New("expected a comma or the end of the object")
		}
	}
	return members, nil
}

// array reads the items and the end of an array whose [ was read.
func (r *reader) array(level int) ([]any, error) {
	items := []any{}
	for one := r.next(); one != ']' || len(items) > 0; one = r.next() {
		item, err := r.value(one, level)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if one = r.next(); one == ']' {
			break
		}
		if one != ',' {
			return nil, errors.New("expected a comma or the end of the array")
		}
	}
	return items, nil
}

// value reads the value whose first byte was read.
func (r *reader) value(first byte, level int) (any, error) {
	switch first {
	case '{', '[':
		if level == MaxLevels {
			return nil, fmt.Errorf("it is nested deeper than %d levels", MaxLevels)
		}
		if first == '{' {
			return r.object(level + 1)
		}
		return r.array(level + 1)
	case '"':
		return r.str()
	case 't':
		return true, r.word("true")
	case 'f':
		return false, r.word("false")
	case 'n':
		return nil, r.word("null")
	}
	r.at--
	return r.number()
}

// word goes past the rest of a word whose first byte was read.
func (r *reader) word(word string) error {
	if end := r.at - 1 + len(word); end <= len(r.text) && string(r.text[r.at-1:end]) == word {
		r.at = end
		return nil
	}
	return errors.New("no value begins here")
}

// digits goes past digits and says whether there were any.
func (r *reader) digits() bool {
	first := r.at
	for r.at < len(r.text) && r.text[r.at]-'0' < 10 {
		r.at++
	}
	return r.at > first
}

func (r *reader) skip(these ...byte) bool {
	for _, one := range these {
		if r.at < len(r.text) && r.text[r.at] == one {
			r.at++
			return true
		}
	}
	return false
}

func (r *reader) number() (any, error) {
	first := r.at
	r.skip('-')
	if zero := r.skip('0'); !zero && !r.digits() {
		return nil, errors.New("no value begins here")
	}
	integer := true
	if r.skip('.') {
		if integer = false; !r.digits() {
			return nil, errors.New("a fraction without digits")
		}
	}
	if r.skip('e', 'E') {
		r.skip('+', '-')
		if integer = false; !r.digits() {
			return nil, errors.New("an exponent without digits")
		}
	}
	text := string(r.text[first:r.at])
	if integer {
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil || value > MaxInteger || value < -MaxInteger {
			return nil, errors.New("an integer beyond 2^53 - 1")
		}
		return value, nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) {
		return nil, errors.New("a number beyond binary64")
	}
	return value, nil
}

// str reads the rest of a string whose quotation mark was read.
func (r *reader) str() (string, error) {
	first := r.at
	for r.at < len(r.text) && r.text[r.at] >= ' ' && r.text[r.at] != '"' && r.text[r.at] != '\\' {
		r.at++
	}
	plain := r.text[first:r.at]
	if r.skip('"') {
		return string(plain), nil
	}
	return r.escaped(append([]byte{}, plain...))
}

// escaped goes on with a string that is more than plain text.
func (r *reader) escaped(found []byte) (string, error) {
	for r.at < len(r.text) {
		one := r.text[r.at]
		r.at++
		switch {
		case one == '"':
			return string(found), nil
		case one < ' ':
			return "", errors.New("a control character in a string")
		case one == '\\':
			char, err := r.escape()
			if err != nil {
				return "", err
			}
			found = utf8.AppendRune(found, char)
		default:
			found = append(found, one)
		}
	}
	return "", errEnd
}

var short = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads what follows a backslash.
func (r *reader) escape() (rune, error) {
	if r.at == len(r.text) {
		return 0, errEnd
	}
	kind := r.text[r.at]
	r.at++
	if char, there := short[kind]; there {
		return char, nil
	}
	if kind != 'u' {
		return 0, errors.New("an escape sequence that JSON does not have")
	}
	char, err := r.hex()
	if err != nil || !utf16.IsSurrogate(char) {
		return char, err
	}
	if !r.skip('\\') || !r.skip('u') {
		return 0, errors.New("a lone surrogate")
	}
	low, err := r.hex()
	if err != nil {
		return 0, err
	}
	if char = utf16.DecodeRune(char, low); char == utf8.RuneError {
		return 0, errors.New("a lone surrogate")
	}
	return char, nil
}

func (r *reader) hex() (rune, error) {
	if len(r.text)-r.at < 4 {
		return 0, errEnd
	}
	var char rune
	for _, one := range r.text[r.at : r.at+4] {
		digit := rune(one)
		switch {
		case '0' <= one && one <= '9':
			digit -= '0'
		case 'a' <= one && one <= 'f':
			digit -= 'a' - 10
		case 'A' <= one && one <= 'F':
			digit -= 'A' - 10
		default:
			return 0, errors.New("an escape sequence without four digits")
		}
		char = char<<4 | digit
	}
	r.at += 4
	return char, nil
}

package strictjson

import (
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A Member is one name of an object that is to be written, with its value.
type Member struct {
	Name  string
	Value any
}

// Members are an object in the order in which it is to be written.
type Members []Member

// Append writes a value as JSON without white space: what Read gives, Members, []string, int, uint32 and uint64.
// A string that is not Unicode is written with U+FFFD in place of what is wrong.
func Append(text []byte, value any) []byte {
	switch value := value.(type) {
	case Members:
		return appendItems(text, "{}", value, func(text []byte, member Member) []byte {
			return Append(append(appendString(text, member.Name), ':'), member.Value)
		})
	case Object:
		return appendItems(text, "{}", slices.Sorted(maps.Keys(value)), func(text []byte, name string) []byte {
			return Append(append(appendString(text, name), ':'), value[name])
		})
	case []any:
		return appendItems(text, "[]", value, Append)
	case []string:
		return appendItems(text, "[]", value, appendString)
	case string:
		return appendString(text, value)
	case bool:
		return strconv.AppendBool(text, value)
	case int:
		return strconv.AppendInt(text, int64(value), 10)
	case int64:
		return strconv.AppendInt(text, value, 10)
	case uint32:
		return strconv.AppendUint(text, uint64(value), 10)
	case float64:
		return strconv.AppendFloat(text, value, 'e', -1, 64) // with an exponent, so that it stays no integer
	}
	return append(text, "null"...)
}

func appendItems[T any](text []byte, brackets string, items []T, one func([]byte, T) []byte) []byte {
	text = append(text, brackets[0])
	for at, item := range items {
		if at > 0 {
			text = append(text, ',')
		}
		text = one(text, item)
	}
	return append(text, brackets[1])
}

func appendString(text []byte, value string) []byte {
	const digits = "0123456789abcdef"
	text = append(text, '"')
	for _, char := range value {
		switch {
		case char == '"' || char == '\\':
			text = append(text, '\\', byte(char))
		case char < ' ':
			text = append(text, '\\', 'u', '0', '0', digits[char>>4], digits[char&15])
		default:
			text = utf8.AppendRune(text, char)
		}
	}
	return append(text, '"')
}

package testee

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// shared is what a file of dialogues tells once (vectors/dialogues.md).
type shared struct {
	Config map[string]any
	Frame  map[string]any
	Parts  map[string][]any
}

// whole writes the input of a dialogue out.
func (s *shared) whole(input map[string]any) (map[string]any, error) {
	given, _ := input["steps"].([]any)
	steps, err := s.list(given)
	if err != nil {
		return nil, err
	}
	for _, one := range steps {
		step, _ := one.(map[string]any)
		if frame, is := step["expect"].(map[string]any); is {
			step["expect"] = over(s.Frame, frame)
		}
	}
	own, _ := input["config"].(map[string]any)
	return over(input, map[string]any{"steps": steps, "config": over(s.Config, own)}), nil
}

// over gives the members of an object, and of another those that it does not name.
func over(below, above map[string]any) map[string]any {
	found := maps.Clone(below)
	if found == nil {
		found = map[string]any{}
	}
	maps.Copy(found, above)
	return found
}

// list writes the elements of a list out.
func (s *shared) list(given []any) ([]any, error) {
	found := []any{}
	for _, one := range given {
		object, _ := one.(map[string]any)
		var more []any
		var err error
		switch {
		case object["part"] != nil:
			more, err = s.list(s.Parts[fmt.Sprint(object["part"])])
		case object["repeat"] != nil:
			more, err = s.repeated(object)
		default:
			var value any
			value, err = s.value(one)
			more = []any{value}
		}
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// value writes out what is in a value.
func (s *shared) value(given any) (any, error) {
	switch given := given.(type) {
	case []any:
		return s.list(given)
	case map[string]any:
		if pieces, is := given["join"].([]any); is {
			texts, err := s.list(pieces)
			return joined(texts), err
		}
		found := map[string]any{}
		for name, one := range given {
			value, err := s.value(one)
			if err != nil {
				return nil, err
			}
			found[name] = value
		}
		return found, nil
	}
	return given, nil
}

func joined(texts []any) string {
	var found strings.Builder
	for _, text := range texts {
		if plain, is := text.(string); is {
			found.WriteString(plain)
		} else {
			fmt.Fprint(&found, text)
		}
	}
	return found.String()
}

// repeated writes out what stands for many elements.
func (s *shared) repeated(object map[string]any) ([]any, error) {
	count, err := strconv.Atoi(fmt.Sprint(object["repeat"]))
	if err != nil {
		return nil, err
	}
	counts, _ := object["counts"].(map[string]any)
	of, _ := object["of"].([]any)
	if !slices.ContainsFunc(of, isNoText) {
		return slices.Repeat(of, count), nil // nothing is counted in a text
	}
	found := []any{}
	for turn := range count {
		elements, err := s.list(of) // anew, as counting changes them
		if err != nil {
			return nil, err
		}
		for name, steps := range counts {
			span, _ := steps.(map[string]any)
			from, err := strconv.ParseUint(fmt.Sprint(span["from"]), 10, 64)
			if err != nil {
				return nil, err
			}
			by, err := strconv.ParseInt(fmt.Sprint(span["by"]), 10, 64)
			if err != nil {
				return nil, err
			}
			if err := setNumber(elements, name, from+uint64(by*int64(turn))); err != nil {
				return nil, err
			}
		}
		found = append(found, elements...)
	}
	return found, nil
}

func isNoText(value any) bool {
	_, is := value.(string)
	return !is
}

// setNumber gives a number to each member of that name, however deep, and to the frames that are sent.
func setNumber(value any, name string, number uint64) error {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			if err := setNumber(one, name, number); err != nil {
				return err
			}
		}
	case map[string]any:
		for member, one := range value {
			switch kept := one.(type) {
			case json.Number:
				if member == name {
					value[member] = json.Number(decimal(number))
				}
			case string:
				if member == name {
					value[member] = decimal(number)
				}
				if member == "send" {
					text, err := renumbered(kept, name, number)
					if err != nil {
						return err
					}
					value[member] = text
				}
			default:
				if err := setNumber(one, name, number); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// renumbered is a frame with another frame_seq or stream_id, and the CRC of it.
func renumbered(text, name string, number uint64) (string, error) {
	frame, err := hex.DecodeString(text)
	if err != nil {
		return "", err
	}
	if name == "frame_seq" {
		binary.LittleEndian.PutUint64(frame[8:], number)
	} else {
		binary.LittleEndian.PutUint32(frame[4:], uint32(number))
	}
	end := len(frame) - 4
	binary.LittleEndian.PutUint32(frame[end:], crc32.ChecksumIEEE(frame[:end]))
	return hex.EncodeToString(frame), nil
}

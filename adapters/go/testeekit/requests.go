// From a message to the reply to it (specs/testee.md, section 5).

package testeekit

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Op takes the input of an op and gives its ok, or an error: a Refusal, an UnsupportedError, a BadRequest, or any other,
// which is a refusal without a code.
type Op func(input []byte) (any, error)

// Refusal is the code with which an implementation refuses its input, from specs/README.md.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// UnsupportedError names an op or a profile that an implementation does not have.
type UnsupportedError string

func (u UnsupportedError) Error() string { return string(u) }

// BadRequest says in what a request does not fit the schema of its op (TST-11).
type BadRequest string

func (b BadRequest) Error() string { return string(b) }

type table struct {
	hello Hello
	ops   map[string]Op
}

// request is a whole message from the runner.
type request struct {
	Op      *string          `json:"op"`
	Case    *string          `json:"case"`
	Profile *string          `json:"profile"`
	Input   *json.RawMessage `json:"input"`
}

// answer gives the op of a message, empty if it is none, and the reply to it (TST-8).
func (t table) answer(message []byte, token string) (string, map[string]any) {
	op, ok, err := t.perform(message, token)
	var refusal Refusal
	var unsupported UnsupportedError
	var bad BadRequest
	switch {
	case err == nil:
		return op, map[string]any{"ok": ok}
	case errors.As(err, &refusal):
		return op, map[string]any{"reject": map[string]any{"code": string(refusal)}} // TST-13
	case errors.As(err, &unsupported):
		return op, map[string]any{"unsupported": string(unsupported)} // TST-9, TST-10
	case errors.As(err, &bad):
		return op, map[string]any{"error": string(bad)} // TST-11
	default:
		return op, map[string]any{"reject": map[string]any{"code": rejected, "detail": err.Error()}} // TST-14
	}
}

func (t table) perform(message []byte, token string) (string, any, error) {
	if !utf8.Valid(message) {
		return "", nil, BadRequest("the message is not UTF-8")
	}
	if _, err := members(message, names("op", "case", "profile", "input")); err != nil {
		return "", nil, err
	}
	var given request
	if err := json.Unmarshal(message, &given); err != nil {
		return "", nil, BadRequest(err.Error())
	}
	if given.Op == nil || *given.Op == "" || given.Case == nil || given.Profile == nil || given.Input == nil {
		return "", nil, BadRequest("op, case and profile are strings")
	}
	op := *given.Op
	switch run, there := t.ops[op]; {
	case op == "hello":
		return op, t.hello.reply(), checkToken(*given.Input, token)
	case op == "stop":
		_, err := members(*given.Input, nil)
		return op, struct{}{}, err
	case there:
		ok, err := run(*given.Input)
		return op, ok, err
	}
	return op, nil, UnsupportedError(op)
}

func checkToken(input []byte, token string) error {
	given, err := members(input, names("token"))
	if err != nil {
		return err
	}
	if shown := given.text("token"); given.err != nil || shown != token {
		return BadRequest("token is wrong")
	}
	return nil
}

func names(list ...string) []string { return list }

// object is a JSON object whose members are read one by one; the first that does not fit its schema is kept in err.
type object struct {
	members map[string]json.RawMessage
	err     error
}

// members reads a JSON object that has the needed members, perhaps the optional ones, and no others.
func members(text []byte, needed []string, optional ...string) (*object, error) {
	var found map[string]json.RawMessage
	if err := json.Unmarshal(text, &found); err != nil || found == nil {
		return nil, BadRequest("expected an object")
	}
	known := 0
	for _, name := range needed {
		if _, there := found[name]; !there {
			return nil, BadRequest("the member " + name + " is missing")
		}
		known++
	}
	for _, name := range optional {
		if _, there := found[name]; there {
			known++
		}
	}
	if len(found) != known {
		return nil, BadRequest(fmt.Sprintf("the members are %v, perhaps %v, and no others", needed, optional))
	}
	return &object{members: found}, nil
}

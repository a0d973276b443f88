// Package testeekit is what testees in Go have in common: the testee protocol (specs/testee.md) around a table of ops.
// It knows no implementation, and needs the standard library alone.
//
//	func main() { testeekit.Run(testeekit.Testee{Name: "mine", Profiles: profiles, Ops: ops}) }
package testeekit

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// An Op performs one kind of request. Its result becomes JSON by the package json. An error is what [Reject],
// [Unsupported] or [BadRequest] made, or an error of [Input]; any other ends the process, as a crash.
type Op func(in *Input) (any, error)

// A Testee is what the runner is told in hello, and what it can ask for.
type Testee struct {
	Name, Version string
	Language      string // Go, if it is empty
	Profiles      []string
	Ops           map[string]Op
	// PeerOps are the ops on peers. They are kept out of batches, and before each of them BeforePeerOp is called.
	PeerOps map[string]Op
	// BeforePeerOp handles what waits on the wire socket (TST-15).
	BeforePeerOp func() error
	// Wire is called with the wire socket before anything else.
	Wire func(*Wire)
}

type rejected struct{ code, detail string }

func (r rejected) Error() string { return r.code + ": " + r.detail }

// Reject says that the implementation refused its input, with a code of the registry, or REJECTED (TST-13, TST-14).
func Reject(code, detail string) error { return rejected{code, detail} }

type unsupported string

func (u unsupported) Error() string { return string(u) }

// Unsupported names an op or a profile that the testee does not have (TST-9, TST-10).
func Unsupported(name string) error { return unsupported(name) }

type badRequest string

func (b badRequest) Error() string { return string(b) }

// BadRequest says in what a request does not fit its schema, or cannot be performed now (TST-11, TST-19).
func BadRequest(format string, values ...any) error {
	return badRequest(fmt.Sprintf(format, values...))
}

type reply map[string]any

// answer gives the op of a request, if it is a request at all, and the reply to it (TST-8).
func (t *Testee) answer(text []byte, token string) (string, reply) {
	value, err := readJSON(text)
	if err != nil {
		return "", reply{"error": "the message is no JSON: " + err.Error()}
	}
	return t.answerTo(value, func(op string) (Op, error) { return t.find(op, token) })
}

func (t *Testee) answerTo(value any, find func(string) (Op, error)) (string, reply) {
	name, result, err := perform(value, find)
	var no rejected
	var unknown unsupported
	var bad badRequest
	switch {
	case err == nil:
		return name, reply{"ok": result}
	case errors.As(err, &no):
		return name, reply{"reject": map[string]string{"code": no.code, "detail": no.detail}}
	case errors.As(err, &unknown):
		return name, reply{"unsupported": string(unknown)}
	case errors.As(err, &bad):
		return name, reply{"error": string(bad)}
	}
	fmt.Fprintln(os.Stderr, "the op", name, "failed:", err)
	os.Exit(1) // a crash: the runner starts the testee again (section 7)
	return "", nil
}

func perform(value any, find func(string) (Op, error)) (string, any, error) {
	request := newInput(value)
	name, _, _ := request.Text("op"), request.Text("case"), request.Text("profile")
	in := request.Object("input")
	if err := request.Done(); err != nil {
		return name, nil, err
	}
	if name == "" {
		return name, nil, BadRequest("op is empty")
	}
	op, err := find(name)
	if err != nil {
		return name, nil, err
	}
	result, err := op(in)
	return name, result, err
}

// find gives the op of that name.
func (t *Testee) find(name, token string) (Op, error) {
	switch name {
	case "hello":
		return func(in *Input) (any, error) { return t.hello(in, token) }, nil
	case "stop":
		return func(in *Input) (any, error) { return struct{}{}, in.Done() }, nil
	case "batch":
		return t.batch, nil
	}
	if op, there := t.PeerOps[name]; there {
		return func(in *Input) (any, error) {
			if err := t.BeforePeerOp(); err != nil {
				return nil, err
			}
			return op(in)
		}, nil
	}
	if op, there := t.Ops[name]; there {
		return op, nil
	}
	return nil, Unsupported(name)
}

func (t *Testee) hello(in *Input, token string) (any, error) {
	shown := in.Text("token")
	if err := in.Done(); err != nil {
		return nil, err
	}
	if shown != token {
		return nil, BadRequest("token is wrong")
	}
	language := t.Language
	if language == "" {
		language = "Go"
	}
	return map[string]any{
		"name": t.Name, "version": t.Version, "language": language, "spec": "1.0", "profiles": t.Profiles,
	}, nil
}

// batch performs requests that need no state (TST-24, TST-25).
func (t *Testee) batch(in *Input) (any, error) {
	requests := in.items("requests")
	if err := in.Done(); err != nil {
		return nil, err
	}
	if len(requests) == 0 || len(requests) > maxPieces {
		return nil, BadRequest("requests are 1 to %d", maxPieces)
	}
	replies := make([]reply, len(requests))
	for at, one := range requests {
		_, replies[at] = t.answerTo(one, t.findStateless)
	}
	return map[string]any{"replies": replies}, nil
}

func (t *Testee) findStateless(name string) (Op, error) {
	if op, there := t.Ops[name]; there {
		return op, nil
	}
	if _, there := t.PeerOps[name]; there || name == "hello" || name == "stop" || name == "batch" {
		return nil, BadRequest("%s cannot be part of a batch", strconv.Quote(name))
	}
	return nil, Unsupported(name)
}

// text is the reply as JSON.
func (r reply) text() []byte {
	text, err := json.Marshal(r)
	if err != nil || len(text) > maxPieces*pieceBytes {
		text = []byte(`{"error": "the reply cannot be sent"}`)
	}
	return text
}

package testeekit

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Refusal is the code with which an implementation refuses its input, from specs/README.md (TST-13).
type Refusal string

func (r Refusal) Error() string { return string(r) }

// UnsupportedError names an op or a profile that an implementation does not have (TST-9, TST-10).
type UnsupportedError string

func (u UnsupportedError) Error() string { return string(u) }

// BadRequest says in what a request does not fit the schema of its op, or cannot be performed now (TST-11, TST-19).
type BadRequest string

func (b BadRequest) Error() string { return string(b) }

const rejected = "REJECTED"

// table is what can be asked for.
type table struct {
	hello Hello
	ops   map[string]Op
	peers Peers
	token string
}

type reply map[string]any

// text is the reply as JSON.
func (r reply) text() []byte {
	text, err := json.Marshal(r)
	if err != nil || len(text) > maxPieces*pieceBytes {
		text = []byte(`{"error": "the reply cannot be sent"}`)
	}
	return text
}

// answer gives the op of a message, empty if it is none, and the reply to it (TST-8).
func (t *table) answer(text []byte) (string, reply) {
	value, err := readJSON(text)
	if err != nil {
		return "", reply{"error": "the message is no JSON: " + err.Error()}
	}
	return answerTo(value, t.find)
}

func answerTo(value any, find func(string) (Op, error)) (string, reply) {
	op, ok, err := perform(value, find)
	var refusal Refusal
	var unsupported UnsupportedError
	var bad BadRequest
	switch {
	case err == nil:
		return op, reply{"ok": ok}
	case errors.As(err, &refusal):
		return op, reply{"reject": map[string]string{"code": string(refusal)}}
	case errors.As(err, &unsupported):
		return op, reply{"unsupported": string(unsupported)}
	case errors.As(err, &bad):
		return op, reply{"error": string(bad)}
	}
	return op, reply{"reject": map[string]string{"code": rejected, "detail": err.Error()}} // TST-14
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
	ok, err := op(in)
	return name, ok, err
}

// find gives the op of that name.
func (t *table) find(name string) (Op, error) {
	switch name {
	case "hello":
		return t.greet, nil
	case "stop":
		return func(in *Input) (any, error) { return struct{}{}, in.Done() }, nil
	case "batch":
		return t.batch, nil
	}
	if name == "peer_batch" && t.peers.Datagrams != nil {
		return t.peerBatch, nil
	}
	if op, there := t.peers.Ops[name]; there {
		return t.onPeers(op, math.MaxInt64), nil
	}
	if op, there := t.ops[name]; there {
		return op, nil
	}
	return nil, UnsupportedError(name)
}

// onPeers is an op on peers that first handles at most so many of the datagrams that wait (TST-15).
func (t *table) onPeers(op Op, most int64) Op {
	return func(in *Input) (any, error) {
		if err := t.peers.Before(most); err != nil {
			return nil, err
		}
		return op(in)
	}
}

func (t *table) greet(in *Input) (any, error) {
	shown := in.Text("token")
	if err := in.Done(); err != nil {
		return nil, err
	}
	if shown != t.token {
		return nil, BadRequest("token is wrong")
	}
	return t.hello.reply(), nil
}

// batch performs requests that need no state (TST-24, TST-25).
func (t *table) batch(in *Input) (any, error) {
	requests := in.items("requests")
	if err := in.Done(); err != nil {
		return nil, err
	}
	if len(requests) == 0 || len(requests) > maxPieces {
		return nil, BadRequest(fmt.Sprintf("requests are 1 to %d", maxPieces))
	}
	replies := make([]reply, len(requests))
	for at, one := range requests {
		_, replies[at] = answerTo(one, t.findStateless)
	}
	return map[string]any{"replies": replies}, nil
}

// unbatched are ops of the kit's own that cannot be part of a batch.
var unbatched = []string{"hello", "stop", "batch", "peer_batch"}

func (t *table) findStateless(name string) (Op, error) {
	if op, there := t.ops[name]; there {
		return op, nil
	}
	if _, there := t.peers.Ops[name]; there || slices.Contains(unbatched, name) {
		return nil, BadRequest(strconv.Quote(name) + " cannot be part of a batch")
	}
	return nil, UnsupportedError(name)
}

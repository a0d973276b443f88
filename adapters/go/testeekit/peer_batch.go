package testeekit

import (
	"fmt"
	"slices"
	"strconv"
)

// inPeerBatches are the ops that can be part of a peer_batch (TST-35).
var inPeerBatches = []string{"peer_open", "peer_send", "peer_poll", "peer_advance", "peer_close", "reset"}

// peerBatch performs requests for ops on peers, each with its number of datagrams (TST-34).
func (t *table) peerBatch(in *Input) (any, error) {
	requests, most := in.items("requests"), in.U32s("datagrams", 1, maxPieces)
	if err := in.Done(); err != nil {
		return nil, err
	}
	if len(requests) != len(most) {
		return nil, BadRequest(fmt.Sprintf("there are %d requests, and datagrams has %d numbers", len(requests), len(most)))
	}
	replies, sent := make([]reply, len(requests)), make([]map[string]int, len(requests))
	for at, one := range requests {
		sent[at] = map[string]int{} // of a request that reaches no op
		_, replies[at] = answerTo(one, func(name string) (Op, error) {
			op, err := t.findForPeers(name, int64(most[at]))
			return func(in *Input) (any, error) {
				defer func() { sent[at] = t.peers.Datagrams() }()
				return op(in)
			}, err
		})
	}
	return map[string]any{"replies": replies, "datagrams": sent}, nil
}

func (t *table) findForPeers(name string, most int64) (Op, error) {
	if !slices.Contains(inPeerBatches, name) {
		return nil, BadRequest(strconv.Quote(name) + " cannot be part of a peer_batch")
	}
	op, there := t.peers.Ops[name]
	if !there {
		return nil, UnsupportedError(name)
	}
	return t.onPeers(op, most), nil
}

package testee

import (
	"encoding/hex"

	"resonant"
)

// hexOrNull gives null for what is not there.
func hexOrNull(data []byte) any {
	if data == nil {
		return nil
	}
	return hex.EncodeToString(data)
}

// messageOf is a message as read_message tells it.
func messageOf(message resonant.Message) map[string]any {
	switch m := message.(type) {
	case resonant.Think:
		return map[string]any{"kind": "think", "hidden": tensorOf(&m.Hidden)}
	case resonant.Cache:
		return map[string]any{"kind": "cache", "keys": tensorOf(&m.Keys), "values": tensorOf(&m.Values)}
	case resonant.Ask:
		return map[string]any{"kind": "ask", "query": tensorOf(&m.Query), "context": tensorOf(m.Context)}
	case resonant.Sync:
		return map[string]any{"kind": "sync", "json": m.JSON}
	case resonant.Critique:
		return map[string]any{
			"kind": "critique", "divergence": tensorOf(&m.Divergence), "mask": hexOrNull(m.Mask), "explanation": m.Explanation,
		}
	}
	return map[string]any{"kind": "heart"}
}

func tensorOf(t *resonant.Tensor) map[string]any {
	if t == nil {
		return nil
	}
	return map[string]any{
		"dtype": t.DType, "dims": t.Dims, "payload": hexOrNull(t.Payload), "scale": hexOrNull(t.Scale), "index": hexOrNull(t.Index),
	}
}

package testee

import (
	"strconv"

	"resonant"
	"resonant/peer"
	"resonant/testeekit"
)

func refOf(ref peer.Ref) map[string]any {
	return map[string]any{"stream_id": ref.StreamID, "frame_seq": decimal(ref.FrameSeq)}
}

func decimal(number uint64) string { return strconv.FormatUint(number, 10) }

// eventOf gives an event as peer_poll tells it.
func eventOf(event peer.Event) map[string]any {
	switch e := event.(type) {
	case peer.Established:
		found := map[string]any{
			"event": "established", "agreed_proto": e.Proto, "compress": e.Compress, "crypto": e.Crypto,
			"dtype": e.DType, "modality": e.Modality, "critique": e.Critique,
		}
		if e.Mux != nil {
			found["mux"] = map[string]any{"streams": e.Mux.Streams, "frames": e.Mux.Frames}
		}
		if e.FEC != "" {
			found["fec"] = e.FEC
		}
		return found
	case peer.ErrorReceived:
		found := map[string]any{"event": "error_received", "code": e.Code}
		if e.Ref != nil {
			found["ref"] = refOf(*e.Ref)
		}
		return found
	case peer.ErrorSent:
		found := refOf(e.Ref)
		found["event"], found["code"] = "error_sent", e.Code
		return found
	case peer.Delivered:
		found := refOf(e.Ref)
		found["event"], found["type"], found["modality"], found["slices"] = "message", e.Type, e.Modality, testeekit.SlicesReply(slicesOf(e.Slices))
		return found
	case peer.Opened:
		return map[string]any{"event": "opened", "stream_id": e.StreamID, "sized": e.Sized}
	case peer.Incomplete:
		missing := make([]string, len(e.Missing))
		for at, seq := range e.Missing {
			missing[at] = decimal(seq)
		}
		return map[string]any{"event": "incomplete", "stream_id": e.StreamID, "missing": missing}
	case peer.Complete:
		return map[string]any{
			"event": "complete", "stream_id": e.StreamID, "frames": decimal(e.Frames), "total_len": decimal(e.TotalLen),
			"xxhash3_64": resonant.TailHashText(e.XXHash3),
		}
	case peer.Failed:
		found := map[string]any{"event": "failed", "stream_id": e.StreamID, "code": e.Code}
		if e.What != "" {
			found["what"] = e.What
		}
		return found
	case peer.Done:
		return map[string]any{"event": "done", "stream_id": e.StreamID}
	case peer.Recovered:
		found := refOf(e.Ref)
		found["event"] = "recovered"
		return found
	case peer.Dropped:
		return map[string]any{"event": "dropped", "code": e.Code}
	}
	if ended, is := event.(peer.Ended); is {
		found := map[string]any{"event": "closed"}
		if ended.Code != "" {
			found["code"] = ended.Code
		}
		return found
	}
	return map[string]any{"event": "lost"}
}

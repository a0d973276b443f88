package webrtc_test

import (
	"strings"
	"testing"

	pion "github.com/pion/webrtc/v4"

	"resonant/webrtc"
)

// described is a description in which these lines are about data channels.
func described(lines ...string) string {
	found := []string{"v=0", "s=-", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=max-message-size:7", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"}
	return strings.Join(append(append(found, lines...), "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=max-message-size:8", ""), "\r\n")
}

func TestTheLimitIsThatOfTheChannels(t *testing.T) {
	for line, want := range map[string]int{
		"a=sctp-port:5000":               65_536,
		"a=max-message-size:2000":        2000,
		"a=max-message-size:65536":       65_536,
		"a=max-message-size:65535 ":      65_535,
		"a=max-message-size:0":           1<<30 - 1,
		"a=max-message-size:4294967295":  1<<30 - 1,
		"a=max-message-size:99999999999": 1<<30 - 1,
		"a=max-message-size:-1":          65_536,
		"a=max-message-size:x":           65_536,
	} {
		if limit := webrtc.LimitOf(described(line)); limit != want {
			t.Errorf("%q: %d", line, limit)
		}
		passed := webrtc.Remote(pion.SessionDescription{Type: pion.SDPTypeOffer, SDP: described(line)})
		if limit := webrtc.LimitOf(passed.SDP); limit != want || strings.Contains(passed.SDP, "size:0\r") {
			t.Errorf("%q, as pion is given it: %d", line, limit)
		}
	}
	for _, sdp := range []string{"", "v=0\r\n", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=max-message-size:7\r\n"} {
		if limit := webrtc.LimitOf(sdp); limit != 65_536 {
			t.Errorf("%q: %d", sdp, limit)
		}
		if passed := webrtc.Remote(pion.SessionDescription{SDP: sdp}); passed.SDP != sdp {
			t.Errorf("%q has become %q", sdp, passed.SDP)
		}
	}
}

func TestADescriptionChangesInItsLimitAlone(t *testing.T) {
	given := described("c=IN IP4 127.0.0.1", "a=max-message-size:0", "a=sctp-port:5000")
	want := described("c=IN IP4 127.0.0.1", "a=sctp-port:5000", "a=max-message-size:1073741823")
	for _, text := range []string{given, strings.ReplaceAll(given, "\r\n", "\n")} {
		passed := webrtc.Remote(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: text})
		if strings.ReplaceAll(passed.SDP, "\r\n", "\n") != strings.ReplaceAll(want, "\r\n", "\n") || passed.Type != pion.SDPTypeAnswer {
			t.Errorf("%s %q", passed.Type, passed.SDP)
		}
	}
}

// FuzzRemote sees that the limit of whatever claims to be a description survives, and that a second pass changes nothing.
func FuzzRemote(f *testing.F) {
	for _, sdp := range []string{"", "m=application", described("a=max-message-size:0"), "\nm=application\nm=\r\nm=application 9"} {
		f.Add(sdp)
	}
	f.Fuzz(func(t *testing.T, sdp string) {
		once := webrtc.Remote(pion.SessionDescription{SDP: sdp})
		if before, after := webrtc.LimitOf(sdp), webrtc.LimitOf(once.SDP); before != after {
			t.Errorf("%d has become %d: %q", before, after, once.SDP)
		}
		if twice := webrtc.Remote(once); twice.SDP != once.SDP {
			t.Errorf("%q has become %q", once.SDP, twice.SDP)
		}
	})
}

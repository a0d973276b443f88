package webrtc

import (
	"slices"
	"strconv"
	"strings"

	pion "github.com/pion/webrtc/v4"

	"resonant"
)

const (
	limitName = "a=max-message-size:"
	unlimited = 1<<30 - 1 // what stands for no limit; pion takes 0 for a limit of 65,535
	announced = 262_144   // as browsers do: what is above all frames can be said to be dropped
)

// LimitOf is up to how many bytes a message may have to whom a description (SDP) is from (RTC-8). No limit is a number far
// above all frames.
func LimitOf(sdp string) int {
	for _, line := range channelLines(sdp) {
		text, is := strings.CutPrefix(line, limitName)
		limit, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
		switch {
		case !is || err != nil:
		case limit == 0 || limit > unlimited:
			return unlimited
		default:
			return int(limit)
		}
	}
	return resonant.MaxFrameBytes
}

// channelLines are the lines of a description that are about data channels.
func channelLines(sdp string) []string {
	lines := strings.Split(strings.ReplaceAll(sdp, "\r\n", "\n"), "\n")
	first := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "m=application") })
	if first < 0 {
		return nil
	}
	section := lines[first:]
	if length := slices.IndexFunc(section[1:], func(line string) bool { return strings.HasPrefix(line, "m=") }); length >= 0 {
		section = section[:length+1]
	}
	return section
}

// Remote is the description of another end as pion has to be given it, for SetRemoteDescription: with its limit named.
// Where there is none pion takes 65,535 bytes for it, one too few, and so it does for 0.
func Remote(description pion.SessionDescription) pion.SessionDescription {
	lines := slices.DeleteFunc(channelLines(description.SDP), func(line string) bool {
		return line == "" || strings.HasPrefix(line, limitName)
	})
	if len(lines) == 0 {
		return description
	}
	lines = append(lines, limitName+strconv.Itoa(LimitOf(description.SDP)))
	before, after := aroundChannels(description.SDP)
	description.SDP = before + strings.Join(lines, "\r\n") + "\r\n" + after
	return description
}

// aroundChannels is what comes before the lines about data channels, and behind them.
func aroundChannels(sdp string) (before, after string) {
	at := strings.Index("\n"+sdp, "\nm=application")
	before, rest := sdp[:at], sdp[at:]
	if end := strings.Index(rest, "\nm="); end >= 0 {
		after = rest[end+1:]
	}
	return before, after
}

// Settings are those of an API whose peer connections carry peers. Others may be added to them.
func Settings() pion.SettingEngine {
	var settings pion.SettingEngine
	settings.DetachDataChannels()
	settings.SetSCTPMaxMessageSize(announced) // RTC-7
	return settings
}

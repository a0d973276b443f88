package testee

import (
	"encoding/json"

	"resonant"
)

// channels is what a dialogue says of the channels that it goes over, if it goes over some.
type channels struct {
	Channels map[string]struct {
		Protocol          *string
		MaxRetransmits    *int `json:"max_retransmits"`
		MaxPacketLifeTime *int `json:"max_packet_life_time"`
	}
	Association struct {
		MaxMessageSize json.RawMessage `json:"max_message_size"`
	}
}

// isForeign says whether the channel of a link has another protocol (RTC-2).
func (c channels) isForeign(link string) bool {
	protocol := c.Channels[link].Protocol
	return protocol != nil && *protocol != "resonant/1"
}

// mayLose says whether the channel of a link gives up messages (FEC-11).
func (c channels) mayLose(link string) bool {
	one := c.Channels[link]
	return one.MaxRetransmits != nil || one.MaxPacketLifeTime != nil
}

// limit is the other end's (RTC-8): none where it announces 0, as it does where nothing is said of it.
func (c channels) limit() int {
	var announced *int
	if err := json.Unmarshal(c.Association.MaxMessageSize, &announced); err != nil || announced != nil && *announced == 0 {
		return 1 << 30
	}
	if announced == nil {
		return resonant.MaxFrameBytes
	}
	return *announced
}

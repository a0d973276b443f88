package testee

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"resonant"
)

func (p *player) nextDatagram(link string) ([]byte, error) {
	if len(p.outbox[link]) == 0 {
		return nil, fmt.Errorf("no datagram")
	}
	first := p.outbox[link][0]
	p.outbox[link] = p.outbox[link][1:]
	return first, nil
}

func (p *player) expectAgain(one step) error {
	want := string(p.named[one.ExpectAgain])
	for one.Optional {
		if left := p.outbox[one.Link]; len(left) == 0 || string(left[0]) != want {
			return nil
		}
		p.outbox[one.Link] = p.outbox[one.Link][1:]
	}
	datagram, err := p.nextDatagram(one.Link)
	if err == nil && string(datagram) != want {
		err = fmt.Errorf("expected %s again, got %x", one.ExpectAgain, datagram)
	}
	return err
}

// compareFrame holds a datagram against the members of a FRAME.
func (p *player) compareFrame(want map[string]any, datagram []byte) error {
	var frame resonant.Frame
	decoder := resonant.Decoder{Key: p.key}
	if err := decoder.Decode(&frame, datagram); err != nil {
		return err
	}
	asked := map[string]any{"frame": hex.EncodeToString(datagram)}
	if p.key != nil {
		asked["key"] = hex.EncodeToString(p.key[:])
	}
	fields, err := perform("decode", asked)
	if err != nil {
		return err
	}
	got, _ := plainJSON(fields)["fields"].(map[string]any)
	if want["json"] != nil {
		message, err := resonant.ReadMessage(&frame)
		if err != nil {
			return err
		}
		got["json"] = plainJSON(messageOf(message))["json"]
	}
	if frame.Flags&resonant.XCHACHA != 0 {
		nonceAt := 29 + 4*len(frame.Slices)
		got["nonce"] = hex.EncodeToString(datagram[nonceAt : nonceAt+24])
	}
	for _, name := range names(want) {
		if name == "absent" {
			if err := absent(want[name], got["json"]); err != nil {
				return err
			}
		} else if !fits(want[name], got[name], name == "json") {
			return fmt.Errorf("%s: expected %.300v, got %.300v", name, want[name], got[name])
		}
	}
	return nil
}

// fits compares values of JSON; in an object that is open there may be other members.
func fits(want, got any, open bool) bool {
	wanted, isObject := want.(map[string]any)
	given, both := got.(map[string]any)
	if !isObject || !both || !open {
		return same(want, got)
	}
	for name, value := range wanted {
		if have, there := given[name]; !there || !fits(value, have, true) {
			return false
		}
	}
	return true
}

func absent(paths, object any) error {
	list, _ := paths.([]any)
	for _, path := range list {
		value, there := object, true
		for _, name := range strings.Split(fmt.Sprint(path), ".") {
			members, _ := value.(map[string]any)
			value, there = members[name]
		}
		if there {
			return fmt.Errorf("%v is there", path)
		}
	}
	return nil
}

// expectEvents holds all events since the last time against those of a step.
func (p *player) expectEvents(wanted []map[string]any) error {
	var all []any
	for _, want := range wanted {
		if want["link"] == nil {
			want["link"] = "a"
		}
		span, isSpan := want["frame_seq"].(map[string]any)
		if !isSpan {
			all = append(all, want)
			continue
		}
		from, err := strconv.ParseUint(fmt.Sprint(span["from"]), 10, 64)
		if err != nil {
			return err
		}
		to, err := strconv.ParseUint(fmt.Sprint(span["to"]), 10, 64)
		if err != nil {
			return err
		}
		for seq := from; seq <= to; seq++ {
			all = append(all, over(want, map[string]any{"frame_seq": decimal(seq)}))
		}
	}
	got := p.events
	p.events = nil
	if slices.EqualFunc(all, got, same) {
		return nil
	}
	return fmt.Errorf("expected the events %.500v, got %.500v", all, got)
}

package testee

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"resonant"
	"resonant/peer"
	"resonant/testeekit"
)

// dialogue is the input of a dialogue (vectors/dialogues.md).
type dialogue struct {
	Role     string
	Config   json.RawMessage
	StreamID uint32 `json:"stream_id"`
	Steps    []step
	channels
}

type step struct {
	Link  string
	Send  *string
	Write *string
	Text  *string
	Close string
	stepOverQUIC
	SendEach *struct {
		Frame    string
		From, To uint64
	} `json:"send_each"`
	Act           json.RawMessage
	Reject        string
	Advance       *int64
	Expect        map[string]any
	As            string
	ExpectBytes   *string `json:"expect_bytes"`
	ExpectAgain   string  `json:"expect_again"`
	Optional      bool
	ExpectNothing bool   `json:"expect_nothing"`
	ExpectEnd     string `json:"expect_end"`
	Events        *[]map[string]any
}

// player plays a dialogue with the peers of the package over a transport, without sockets.
type player struct {
	tcp       bool
	webrtc    bool
	quic      *quicEnds                 // nil over another transport
	splits    map[string]*peer.Splitter // of what the peers send
	links     *peer.Links[string]
	connected []string
	key       *resonant.Key
	now       time.Duration
	outbox    map[string][][]byte
	named     map[string][]byte
	events    []any
}

// play plays a dialogue over each of its transports; over all that there are if it names none.
func play(transports []string, input map[string]any) error {
	if transports == nil {
		transports = append(module{}.Hello().Transports, "webrtc") // over QUIC the runner plays them
	}
	text, err := json.Marshal(input)
	if err != nil {
		return err
	}
	var talk dialogue
	if err := readNumbers(text, &talk); err != nil {
		return err
	}
	for _, transport := range transports {
		if err := playOver(transport, talk); err != nil {
			return fmt.Errorf("over %s: %w", transport, err)
		}
	}
	return nil
}

func playOver(transport string, talk dialogue) error {
	p := &player{
		tcp: transport == "tcp", webrtc: transport == "webrtc", splits: map[string]*peer.Splitter{},
		outbox: map[string][][]byte{}, named: map[string][]byte{},
	}
	if transport == "quic" {
		p.quic = newQUICEnds(talk.Role)
	}
	if err := p.open(talk); err != nil {
		return err
	}
	for at, one := range talk.Steps {
		if one.Link == "" {
			one.Link = "a"
		}
		if p.webrtc && talk.isForeign(one.Link) && one.Events == nil && one.Advance == nil {
			continue // nobody hears of that channel
		}
		if err := p.step(one); err != nil {
			return fmt.Errorf("step %d: %w", at, err)
		}
	}
	for link, left := range p.outbox {
		if len(left) > 0 {
			return fmt.Errorf("%d datagrams to %s were not expected: %x", len(left), link, left[0])
		}
	}
	return p.expectEvents(nil)
}

func (p *player) open(talk dialogue) error {
	in, err := testeekit.ReadInput(talk.Config)
	if err != nil {
		return err
	}
	config, salt, err := readConfig(in)
	if err != nil {
		return err
	}
	p.key = config.Key
	role := peer.Client
	if talk.Role == "server" {
		role = peer.Server
	}
	if p.links, err = peer.NewLinks[string](role, config, salts(salt), peer.DefaultLinks); err != nil {
		return err
	}
	p.connected = linksOf(talk)
	for _, link := range p.connected {
		switch {
		case p.tcp:
			p.links.Connect(link, p.now)
			p.splits[link] = new(peer.Splitter)
		case p.quic != nil:
			p.links.ConnectQUIC(link, p.now)
		case p.webrtc:
			if !talk.isForeign(link) {
				p.links.ConnectMessages(link, talk.limit(), p.now)
				if talk.mayLose(link) {
					p.links.On(link, p.now, func(on *peer.Connection, _ time.Duration) { on.MayLose() })
				}
			}
		}
	}
	if role == peer.Client {
		err = p.links.Do("a", p.now, func(one *peer.Peer) error { return one.Ping(talk.StreamID, p.now) })
	}
	p.collect()
	return err
}

// linksOf are the other ends of a dialogue, whose connections are there from the beginning.
func linksOf(talk dialogue) []string {
	found := []string{"a"}
	for _, one := range talk.Steps {
		if one.Link != "" && !slices.Contains(found, one.Link) {
			found = append(found, one.Link)
		}
	}
	return found
}

func (p *player) collect() {
	if p.quic != nil {
		p.quic.collect(p)
	}
	for link, data := range p.links.Datagrams() {
		if !p.tcp {
			p.outbox[link] = append(p.outbox[link], data)
			continue
		}
		if err := p.splits[link].Push(data, func(frame []byte) {
			p.outbox[link] = append(p.outbox[link], slices.Clone(frame))
		}); err != nil {
			panic(err)
		}
	}
	for link, event := range p.links.Events() {
		members := eventOf(event)
		members["link"] = link
		p.events = append(p.events, plainJSON(members))
	}
}

func (p *player) step(one step) error {
	defer p.collect()
	if p.quic != nil {
		if is, err := p.quic.step(p, one); is || err != nil {
			return err
		}
	}
	switch {
	case one.Send != nil:
		return p.send(one, *one.Send)
	case one.SendEach != nil:
		return p.sendEach(one)
	case one.Write != nil:
		data, err := hex.DecodeString(*one.Write)
		p.receiveBytes(one, data)
		return err
	case one.Text != nil:
		p.links.On(one.Link, p.now, (*peer.Connection).ReceiveText)
	case one.Close == "reset":
		p.links.On(one.Link, p.now, (*peer.Connection).Break)
	case one.Close != "":
		p.links.On(one.Link, p.now, (*peer.Connection).ReceiveEnd)
	case one.Act != nil:
		return p.act(one)
	case one.Advance != nil:
		p.now += time.Duration(*one.Advance) * time.Millisecond
		p.links.Advance(p.now)
	case one.Expect != nil:
		datagram, err := p.nextDatagram(one.Link)
		if err != nil {
			return err
		}
		p.named[one.As] = datagram
		return p.compareFrame(one.Expect, datagram)
	case one.ExpectBytes != nil:
		datagram, err := p.nextDatagram(one.Link)
		if err == nil && hex.EncodeToString(datagram) != *one.ExpectBytes {
			err = fmt.Errorf("expected %s, got %x", *one.ExpectBytes, datagram)
		}
		return err
	case one.ExpectAgain != "":
		return p.expectAgain(one)
	case one.ExpectNothing:
		if len(p.outbox[one.Link]) > 0 {
			return fmt.Errorf("a datagram: %x", p.outbox[one.Link][0])
		}
	case one.Events != nil:
		return p.expectEvents(*one.Events)
	default:
		return fmt.Errorf("a step of no kind")
	}
	return nil
}

func (p *player) send(one step, text string) error {
	frame, err := hex.DecodeString(text)
	if err != nil {
		return err
	}
	return p.receive(one, frame)
}

// receive has the peer get a frame.
func (p *player) receive(one step, frame []byte) error {
	if p.tcp || p.quic != nil && one.On != "datagram" {
		var err error
		if frame, err = peer.AppendFramed(nil, frame); err != nil {
			return err
		}
	}
	p.receiveBytes(one, frame)
	return nil
}

func (p *player) receiveBytes(one step, data []byte) {
	if p.quic != nil {
		p.quic.receive(p, one, data)
		return
	}
	p.links.Receive(one.Link, data, p.now)
}

func (p *player) sendEach(one step) error {
	frame, err := hex.DecodeString(one.SendEach.Frame)
	if err != nil {
		return err
	}
	for seq := one.SendEach.From; seq <= one.SendEach.To; seq++ {
		binary.LittleEndian.PutUint64(frame[8:], seq)
		end := len(frame) - 4
		binary.LittleEndian.PutUint32(frame[end:], crc32.ChecksumIEEE(frame[:end]))
		if err := p.receive(one, frame); err != nil {
			return err
		}
		p.collect()
	}
	return nil
}

func (p *player) act(one step) error {
	in, err := testeekit.ReadInput(one.Act)
	if err != nil {
		return err
	}
	wanted, err := readRequest(in, p.now)
	if err != nil {
		return err
	}
	refused := p.links.Do(one.Link, p.now, wanted.ask)
	if one.Reject == "" || !errors.Is(refused, resonant.Code(one.Reject)) {
		if refused != nil || one.Reject != "" {
			return fmt.Errorf("expected the code %q, got %v", one.Reject, refused)
		}
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	pion "github.com/pion/webrtc/v4"

	"resonant/internal/testee"
	"resonant/testeekit"
	"resonant/webrtc"
)

const (
	patience = 5 * time.Second // TST-29
	unseenID = 65_533          // of the channel for whose sake an offer is one of channels
)

// associations are the testee's, of which the last one counts (TST-33).
type associations struct {
	current *association
	offered bool // its answer is awaited
}

// association is a peer connection, and the channels that the other end has opened on it.
type association struct {
	*pion.PeerConnection
	mutex   sync.Mutex
	waiting map[uint16]*webrtc.Channel // that nobody has accepted; nil for those with another protocol
	came    chan struct{}              // has something when there is one more
	over    context.Context            // done once the association has ended
}

// newAssociation makes one whose candidates are of loopback alone.
func newAssociation() (*association, error) {
	settings := webrtc.Settings()
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4})
	settings.SetInterfaceFilter(func(name string) bool { return strings.HasPrefix(name, "lo") })
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	connection, err := pion.NewAPI(pion.WithSettingEngine(settings)).NewPeerConnection(pion.Configuration{})
	if err != nil {
		return nil, err
	}
	over, end := context.WithCancel(context.Background())
	found := &association{PeerConnection: connection, waiting: map[uint16]*webrtc.Channel{}, came: make(chan struct{}, 1), over: over}
	connection.OnConnectionStateChange(func(state pion.PeerConnectionState) {
		if state == pion.PeerConnectionStateClosed || state == pion.PeerConnectionStateFailed {
			end()
		}
	})
	connection.OnDataChannel(func(channel *pion.DataChannel) {
		webrtc.Accept(channel, func(one *webrtc.Channel) { found.keep(*channel.ID(), one) })
		if channel.Protocol() != webrtc.Protocol {
			found.keep(*channel.ID(), nil)
		}
	})
	return found, nil
}

// keep has a channel wait until the runner speaks of it.
func (a *association) keep(id uint16, one *webrtc.Channel) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.waiting[id] = one
	select {
	case a.came <- struct{}{}:
	default:
	}
}

func (a *association) take(id uint16) (one *webrtc.Channel, came bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	one, came = a.waiting[id]
	delete(a.waiting, id)
	return one, came
}

// describe makes a description with all its candidates.
func (a *association) describe(make func() (pion.SessionDescription, error)) (string, error) {
	gathered := pion.GatheringCompletePromise(a.PeerConnection)
	description, err := make()
	if err != nil {
		return "", err
	}
	if err := a.SetLocalDescription(description); err != nil {
		return "", err
	}
	select {
	case <-gathered:
		return a.LocalDescription().SDP, nil
	case <-time.After(patience):
		return "", errors.New("no candidates have been found")
	}
}

func (a *association) answer(offer string) (string, error) {
	if err := a.SetRemoteDescription(webrtc.Remote(pion.SessionDescription{Type: pion.SDPTypeOffer, SDP: offer})); err != nil {
		return "", err
	}
	return a.describe(func() (pion.SessionDescription, error) { return a.CreateAnswer(nil) })
}

func (a *association) offer() (string, error) {
	negotiated, id := true, uint16(unseenID)
	if _, err := a.CreateDataChannel("", &pion.DataChannelInit{Negotiated: &negotiated, ID: &id}); err != nil {
		return "", err
	}
	return a.describe(func() (pion.SessionDescription, error) { return a.CreateOffer(nil) })
}

// signal is the op peer_signal.
func (a *associations) signal(in *testeekit.Input) (any, error) {
	offer, answer := "", ""
	switch {
	case in.Has("offer"):
		offer = in.Text("offer")
	case in.Has("answer"):
		answer = in.Text("answer")
		in.Require(a.offered, "there was no offer")
	}
	if err := in.Done(); err != nil {
		return nil, err
	}
	var ok map[string]any
	var err error
	if answer != "" {
		a.offered = false
		description := pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: answer}
		ok, err = map[string]any{}, a.current.SetRemoteDescription(webrtc.Remote(description))
	} else {
		ok, err = a.replace(offer)
	}
	if err != nil {
		return nil, testeekit.BadRequest("the description cannot be used: " + err.Error())
	}
	return ok, nil
}

// replace makes another association, which answers the offer or, where there is none, makes one.
func (a *associations) replace(offer string) (map[string]any, error) {
	next, err := newAssociation()
	if err != nil {
		return nil, err
	}
	name, describe := "offer", next.offer
	if offer != "" {
		name, describe = "answer", func() (string, error) { return next.answer(offer) }
	}
	description, err := describe()
	if err != nil {
		return nil, errors.Join(err, next.Close())
	}
	a.end()
	a.current, a.offered = next, offer == ""
	return map[string]any{name: description}, nil
}

// end lets go of the association that there is. It takes a while, for which nobody waits.
func (a *associations) end() {
	if last := a.current; last != nil {
		go func() { _ = last.Close() }()
	}
}

// Accept gives the channel with that number, which is waited for.
func (a *associations) Accept(id uint16) (testee.Connection, error) {
	if a.current == nil {
		return nil, testeekit.BadRequest("there is no association")
	}
	late := time.After(patience)
	for {
		switch one, came := a.current.take(id); {
		case one != nil:
			return newChannel(one), nil
		case came: // with another protocol
			return nil, nil
		}
		select {
		case <-a.current.came:
		case <-late:
			return nil, testeekit.BadRequest(fmt.Sprintf("no channel %d has come in %v", id, patience))
		}
	}
}

// Connect opens a channel.
func (a *associations) Connect(*testeekit.Input) func() (testee.Connection, error) {
	return func() (testee.Connection, error) {
		if a.current == nil {
			return nil, errors.New("there is no association")
		}
		channel, err := webrtc.Create(a.current.PeerConnection)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(a.current.over, patience)
		defer cancel()
		one, err := webrtc.Opened(ctx, channel)
		if err != nil {
			return nil, err
		}
		return newChannel(one), nil
	}
}

// Reset closes the channels that wait.
func (a *associations) Reset() {
	if a.current == nil {
		return
	}
	a.current.mutex.Lock()
	defer a.current.mutex.Unlock()
	for id, one := range a.current.waiting {
		if delete(a.current.waiting, id); one != nil {
			newChannel(one).Close()
		}
	}
}

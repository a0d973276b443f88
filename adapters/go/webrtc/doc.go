// Package webrtc carries peers of the module resonant over WebRTC data channels (specs/webrtc.md), those of
// github.com/pion/webrtc. How descriptions get from one end to the other is up to the program.
//
// The peer connections have to be of an API with [Settings], and the descriptions of other ends pass through [Remote]:
//
//	api := pion.NewAPI(pion.WithSettingEngine(webrtc.Settings()))
//	connection, err := api.NewPeerConnection(pion.Configuration{})
//	err = connection.SetRemoteDescription(webrtc.Remote(offer))
//
// A server is an Endpoint, as those over UDP and TCP are, and a client a Conn.
package webrtc

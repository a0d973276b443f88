// Package peer has the peers of the Resonant Protocol 1: the handshake by which two of them agree on what they speak,
// single messages, and streams that are delivered in order, repaired and verified.
//
// A [Peer] is one end of a connection and [Links] are many, one for each remote address. Neither opens a socket, reads a
// clock or draws a random number: they are given datagrams, times and salts, and give datagrams and events. An
// [Endpoint] is Links on a [net.PacketConn] or on TCP connections, and what most programs want.
package peer

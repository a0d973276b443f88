// Package resonant reads and writes the V-Frames of the Resonant Protocol 1, their two transforms, the messages that
// frames carry, sparse tensors, the quantizers Q4 and I8, and the two hashes.
//
// Whatever is refused is refused with an [*Error], which has a [Code], the clause behind it and a text:
//
//	if _, err := resonant.Decode(data); errors.Is(err, resonant.CRCMismatch) { … }
//
// No input makes this package panic, and no memory is taken for a length that was not compared with the bytes at hand
// or with a limit. Peers, their handshake and streams are in the package resonant/peer.
package resonant

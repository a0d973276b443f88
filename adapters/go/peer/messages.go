package peer

import (
	"context"
	"net"
	"time"
)

// A MessageConn is a connection that carries whole messages in place of bytes, as a WebRTC data channel does. Like those of
// a [net.Conn] its methods may be called by several goroutines.
type MessageConn interface {
	// ReadMessage waits for the next message, which the one after it may overwrite, and says whether it is binary. The error
	// is io.EOF once either end has closed the connection, and another where it broke.
	ReadMessage() (message []byte, binary bool, err error)
	// WriteMessage sends a binary message. It waits while too much is to be sent before it.
	WriteMessage(message []byte) error
	// MaxMessageBytes is up to how many bytes the other end takes.
	MaxMessageBytes() int
	// CloseWrite closes the connection behind what was written. ReadMessage goes on until the other end has closed it too.
	CloseWrite() error
	// Close lets go of it.
	Close() error
	LocalAddr() net.Addr
	// RemoteAddr tells it from all others.
	RemoteAddr() net.Addr
	SetReadDeadline(at time.Time) error
	SetWriteDeadline(at time.Time) error
}

// A LossyConn is a MessageConn that knows whether it can lose messages. One that does not is taken for reliable.
type LossyConn interface {
	MessageConn
	MayLose() bool
}

// A MessageServer is an Endpoint that serves the connections that it is given: a server. It takes 64 at a time; for one
// more it ends the oldest that has no session, or, if all have one, the new one.
type MessageServer struct {
	*Endpoint
	wire *streamWire
}

// NewMessageServer makes a MessageServer without connections, which calls itself address.
func NewMessageServer(address net.Addr, config Config) (*MessageServer, error) {
	wire, err := onStreams(Server, config, address)
	if err != nil {
		return nil, err
	}
	return &MessageServer{wire.endpoint, wire}, nil
}

// Serve serves a connection, which belongs to the server from then on.
func (s *MessageServer) Serve(conn MessageConn) { s.wire.add(messageStream{conn}) }

// ConnectMessages shakes hands on a connection, on a stream_id such as [RandomStreamID] gives. It belongs to the Conn, and
// is closed if there is none. The error has a [resonant.Code] where there is one, as that of [DialTCP] has.
func ConnectMessages(ctx context.Context, conn MessageConn, streamID uint32, config Config) (*Conn, error) {
	return connect(ctx, messageStream{conn}, streamID, config)
}

// messageStream is a MessageConn.
type messageStream struct{ MessageConn }

func (s messageStream) begin(links *Links[string], key string, now time.Duration) {
	links.ConnectMessages(key, s.MaxMessageBytes(), now)
	if lossy, is := s.MessageConn.(LossyConn); is && lossy.MayLose() {
		links.On(key, now, func(on *Connection, _ time.Duration) { on.MayLose() })
	}
}

func (s messageStream) read() (received, error) {
	message, binary, err := s.ReadMessage()
	switch {
	case err != nil:
		return nil, err
	case !binary:
		return (*Connection).ReceiveText, nil
	}
	return func(on *Connection, now time.Duration) { on.Receive(message, now) }, nil
}

func (s messageStream) write(pieces [][]byte) error {
	for _, one := range pieces {
		if err := s.WriteMessage(one); err != nil {
			return err
		}
	}
	return nil
}

// atOnce is 1, so that room is told of as messages go.
func (s messageStream) atOnce([][]byte) int { return 1 }

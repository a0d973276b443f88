package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"resonant/internal/testee"
	"resonant/peer"
	"resonant/quic/internal/link"
	"resonant/testeekit"
)

const patience = 5 * time.Second // TST-29

// wire is the transport of QUIC, on the testee's own socket.
type wire struct {
	*quic.Transport
	listener *quic.Listener // nil while no server is open

	mutex   sync.Mutex
	waiting map[uint16]*quic.Conn // by the ports they come from, until the runner speaks of them
	came    chan struct{}         // has something when there is one more
}

// newWire makes a wire that has no socket yet.
func newWire() *wire {
	return &wire{waiting: map[uint16]*quic.Conn{}, came: make(chan struct{}, 1)}
}

// Serve takes connections with the certificate that peer_open brings.
func (w *wire) Serve(in *testeekit.Input) func() error {
	certificate, key := in.Text("certificate"), in.Text("key")
	return func() error {
		pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		if err != nil {
			return err
		}
		w.listener, err = w.Listen(link.TLS(&tls.Config{Certificates: []tls.Certificate{pair}}), link.Settings(true))
		if err != nil {
			return err
		}
		go w.accept(w.listener)
		return nil
	}
}

// accept has connections wait until the listener is closed.
func (w *wire) accept(listener *quic.Listener) {
	for {
		conn, err := listener.Accept(context.Background())
		if err != nil {
			return
		}
		w.mutex.Lock()
		w.waiting[conn.RemoteAddr().(*net.UDPAddr).AddrPort().Port()] = conn
		w.mutex.Unlock()
		select {
		case w.came <- struct{}{}:
		default:
		}
	}
}

func (w *wire) take(port uint16) *quic.Conn {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	found := w.waiting[port]
	delete(w.waiting, port)
	return found
}

// Accept gives the connection that comes from a port, and waits for it.
func (w *wire) Accept(port uint16) (testee.Connection, error) {
	late := time.After(patience)
	for {
		if conn := w.take(port); conn != nil {
			return newConnection(conn, peer.Server), nil
		}
		select {
		case <-w.came:
		case <-late:
			return nil, testeekit.BadRequest(fmt.Sprintf("no connection from port %d has come in %v", port, patience))
		}
	}
}

// Connect makes a connection with a server that shows the certificate which peer_open brings.
func (w *wire) Connect(in *testeekit.Input) func() (testee.Connection, error) {
	remote := in.Integer("remote", 1, 65535)
	given := in.Object("tls")
	trust := given.Text("trust")
	if err := given.Done(); err != nil {
		in.Require(false, err.Error())
	}
	return func() (testee.Connection, error) {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(trust)) {
			return nil, errors.New("trust is no certificate")
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		config := link.TLS(&tls.Config{RootCAs: roots, ServerName: "localhost"})
		conn, err := quic.DialAddr(ctx, fmt.Sprintf("127.0.0.1:%d", remote), config, link.Settings(false))
		if err != nil {
			return nil, err
		}
		main, err := conn.OpenStream()
		if err != nil {
			return nil, err
		}
		one := newConnection(conn, peer.Client)
		one.begin(main)
		return one, nil
	}
}

// Reset takes no more connections, and closes those that wait.
func (w *wire) Reset() {
	if w.listener != nil {
		_ = w.listener.Close()
		w.listener = nil
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for port, conn := range w.waiting {
		delete(w.waiting, port)
		_ = conn.CloseWithError(0, "")
	}
}

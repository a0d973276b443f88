// Package thinks is what the examples do once they have a connection: [Receive] is a server that sends a Critique back for
// each Think, and [Send] a client that sends Thinks. It has their arguments, too, and the embedding space of their models.
package thinks

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"resonant/peer"
)

// Arguments are those of both programs.
type Arguments struct {
	Addr  *net.UDPAddr
	Count int  // below 0 if there is none
	TCP   bool // in place of UDP
	// QUIC is the file with the certificate of the server, where that is to be used in place of UDP.
	QUIC string
}

// Config is what both models take. The hash stands for the space that they share.
func Config() peer.Config {
	config := peer.AllFeatures()
	config.SpaceHash32, config.DModel = 2451163210, 2048
	return config
}

// ErrElsewhere is the failure of an example that another module has for what it is asked to do.
var ErrElsewhere = errors.New("the example of another module does that")

var hostPort = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\w+)?\]|[^\s\[\]:/]+):([0-9]{1,5})$`)

// Main reads the arguments, runs a program until it ends or is interrupted, and exits: with 0, with 1 where something
// failed, with 2 where the arguments are wrong.
func Main(program func(ctx context.Context, arguments Arguments) error) {
	addr := flag.String("addr", "127.0.0.1:50051", "the server, HOST:PORT")
	count := flag.Int("count", -1, "end after so many messages")
	tcp := flag.Bool("tcp", false, "go over TCP in place of UDP")
	quic := flag.String("quic", "", "go over QUIC: the server writes its certificate to this `FILE`, which the client trusts")
	flag.Parse()
	if *tcp && *quic != "" {
		fail(errors.New("-tcp and -quic do not go together"), 2)
	}
	remote, err := resolve(*addr)
	if err != nil {
		fail(err, 2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err = program(ctx, Arguments{remote, *count, *tcp, *quic})
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, ErrElsewhere):
		fail(err, 2)
	default:
		fail(err, 1)
	}
}

func fail(err error, status int) {
	fmt.Fprintln(os.Stderr, strings.ReplaceAll(err.Error(), "\n", "; "))
	os.Exit(status)
}

// resolve gives the address that HOST:PORT means, of version 4 where there is one.
func resolve(text string) (*net.UDPAddr, error) {
	wrong := fmt.Errorf("-addr %q is not HOST:PORT, such as 127.0.0.1:50051, localhost:50051 or [::1]:50051", text)
	if !hostPort.MatchString(text) {
		return nil, wrong
	}
	if strings.HasPrefix(text, "[") {
		if _, err := netip.ParseAddrPort(text); err != nil {
			return nil, wrong
		}
	}
	if _, port, err := net.SplitHostPort(text); err != nil || len(port) == 5 && port > "65535" {
		return nil, wrong
	}
	found, err := net.ResolveUDPAddr("udp4", text)
	if err != nil {
		found, err = net.ResolveUDPAddr("udp", text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s has no address: %w", text, err)
	}
	return found, nil
}

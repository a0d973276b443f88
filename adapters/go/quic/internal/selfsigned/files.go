package selfsigned

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

// serverName is what the certificates are for, whatever address a server has.
const serverName = "localhost"

// Written makes a certificate for localhost, and writes it to a file without its key.
func Written(file string) (shown *tls.Config, err error) {
	shown, _, err = Certificate()
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: shown.Certificates[0].Certificate[0]})
	return shown, os.WriteFile(file, text, 0o644)
}

// Trusted trusts the certificate in a file.
func Trusted(file string) (*tls.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", file)
	}
	return &tls.Config{RootCAs: trusted, ServerName: serverName}, nil
}

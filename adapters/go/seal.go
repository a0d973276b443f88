package resonant

import "golang.org/x/crypto/chacha20poly1305"

const (
	nonceBytes = chacha20poly1305.NonceSizeX
	tagBytes   = chacha20poly1305.Overhead
)

// Seal is XChaCha20-Poly1305: it gives the ciphertext of plain and its tag.
func Seal(key *Key, nonce *Nonce, associated, plain []byte) ([]byte, error) {
	cipher, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.Seal(nil, nonce[:], plain, associated), nil
}

// Open is the inverse of Seal. What does not authenticate is refused with [DecryptFailed].
func Open(key *Key, nonce *Nonce, associated, sealed []byte) ([]byte, error) {
	return open(nil, key, nonce[:], associated, sealed)
}

func open(dst []byte, key *Key, nonce, associated, sealed []byte) ([]byte, error) {
	if len(sealed) < tagBytes {
		return nil, refuse(DecryptFailed, "XCH-13", "%d bytes have no room for a tag", len(sealed))
	}
	cipher, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return nil, err
	}
	plain, err := cipher.Open(dst, nonce, sealed, associated)
	if err != nil {
		return nil, refuse(DecryptFailed, "XCH-5", "it does not open")
	}
	return plain, nil
}

// sealBody appends nonce, ciphertext and tag to data (XCH-2).
func sealBody(data []byte, key *Key, nonce *Nonce, body, header []byte) ([]byte, error) {
	cipher, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.Seal(append(data, nonce[:]...), nonce[:], body, header), nil
}

func openBody(dst []byte, key *Key, body, header []byte) ([]byte, error) {
	if len(body) < nonceBytes+tagBytes {
		return nil, refuse(DecryptFailed, "XCH-5", "a sealed body of %d bytes", len(body))
	}
	return open(dst, key, body[:nonceBytes], header, body[nonceBytes:])
}

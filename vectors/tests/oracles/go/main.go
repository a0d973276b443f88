// An oracle for the vectors of rs: all shards of codes, as github.com/klauspost/reedsolomon computes them.
//
// It reads a JSON array of {"k", "r", "shards"} and writes an array of arrays of shards; null stands for a missing one.
package main

import (
	"encoding/hex"
	"encoding/json"
	"log"
	"os"

	"github.com/klauspost/reedsolomon"
)

type code struct {
	K      int       `json:"k"`
	R      int       `json:"r"`
	Shards []*string `json:"shards"`
}

func main() {
	var codes []code
	if err := json.NewDecoder(os.Stdin).Decode(&codes); err != nil {
		log.Fatal(err)
	}
	found := make([][]string, len(codes))
	for index, one := range codes {
		whole, err := one.whole()
		if err != nil {
			log.Fatalf("code %d: %v", index, err)
		}
		found[index] = whole
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func (c code) whole() ([]string, error) {
	shards := make([][]byte, c.K+c.R)
	for number, text := range c.Shards {
		if text != nil {
			data, err := hex.DecodeString(*text)
			if err != nil {
				return nil, err
			}
			shards[number] = data
		}
	}
	encoder, err := reedsolomon.New(c.K, c.R, reedsolomon.WithCauchyMatrix())
	if err == nil {
		err = encoder.Reconstruct(shards)
	}
	texts := make([]string, len(shards))
	for number, shard := range shards {
		texts[number] = hex.EncodeToString(shard)
	}
	return texts, err
}

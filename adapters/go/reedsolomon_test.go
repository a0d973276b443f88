package resonant_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"resonant"
)

func codeOf(t testing.TB, data, parity int) *resonant.ReedSolomon {
	t.Helper()
	code, err := resonant.NewReedSolomon(data, parity)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func randomShards(count, length int) [][]byte {
	draw := rand.New(rand.NewPCG(uint64(count), uint64(length)))
	shards := make([][]byte, count)
	for at := range shards {
		shards[at] = make([]byte, length)
		for place := range shards[at] {
			shards[at][place] = byte(draw.Uint32())
		}
	}
	return shards
}

func whole(t testing.TB, code *resonant.ReedSolomon, data [][]byte) [][]byte {
	t.Helper()
	parity, err := code.Encode(data)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(data, parity)
}

func TestTheWorkedCode(t *testing.T) {
	code := codeOf(t, 4, 3) // reed-solomon.md, section 4
	all := whole(t, code, [][]byte{unhex(t, "0100"), unhex(t, "0002"), unhex(t, "0380"), unhex(t, "ff10")})
	for at, want := range []string{"3ef7", "d022", "80eb"} {
		if !bytes.Equal(all[4+at], unhex(t, want)) {
			t.Errorf("parity %d is %x, not %s", at, all[4+at], want)
		}
	}
	rest := slices.Clone(all)
	rest[0], rest[2], rest[5] = nil, nil, nil
	found, err := code.Decode(rest)
	if err != nil || !slices.EqualFunc(found, all, bytes.Equal) {
		t.Errorf("%x, %v", found, err)
	}
	if rest[0] != nil {
		t.Error("the shards that were given have changed")
	}
}

// productByHand multiplies as polynomials and takes the remainder (RSC-1).
func productByHand(a, b byte) byte {
	product := 0
	for bit := range 8 {
		if b>>bit&1 == 1 {
			product ^= int(a) << bit
		}
	}
	for length := bits.Len(uint(product)); length > 8; length = bits.Len(uint(product)) {
		product ^= 0x11d << (length - 9)
	}
	return byte(product)
}

func TestParityIsTheSumOfProducts(t *testing.T) {
	inverse := func(a byte) byte {
		for b := range 256 {
			if productByHand(a, byte(b)) == 1 {
				return byte(b)
			}
		}
		return 0
	}
	for _, size := range [][2]int{{1, 1}, {3, 8}, {5, 9}, {16, 17}, {128, 32}} {
		data := randomShards(size[0], 521) // one more than a multiple of 8, and more than one piece
		for i, shard := range whole(t, codeOf(t, size[0], size[1]), data)[size[0]:] {
			want := make([]byte, 521)
			for j, one := range data {
				coefficient := inverse(byte(size[0]+i) ^ byte(j))
				for at := range want {
					want[at] ^= productByHand(coefficient, one[at])
				}
			}
			if !bytes.Equal(shard, want) {
				t.Errorf("parity %d of %v is wrong", i, size)
			}
		}
	}
}

func TestAnyShardsThatAreEnoughGiveBackTheRest(t *testing.T) {
	for k := 1; k <= 6; k++ {
		for r := 1; r <= 3; r++ {
			code := codeOf(t, k, r)
			all := whole(t, code, randomShards(k, 9))
			for pattern := range 1 << (k + r) {
				some := slices.Clone(all)
				for at := range some {
					if pattern>>at&1 == 1 {
						some[at] = nil
					}
				}
				found, err := code.Decode(some)
				if lost := bits.OnesCount(uint(pattern)); lost > r {
					if !errors.Is(err, resonant.NotRecoverable) {
						t.Errorf("%d and %d without %b: %v", k, r, pattern, err)
					}
				} else if err != nil || !slices.EqualFunc(found, all, bytes.Equal) {
					t.Errorf("%d and %d without %b: %x, %v", k, r, pattern, found, err)
				}
			}
		}
	}
}

func TestTheGreatestCodeRecoversTheMostThatCanBeLost(t *testing.T) {
	code := codeOf(t, resonant.MaxDataShards, resonant.MaxParityShards)
	all := whole(t, code, randomShards(resonant.MaxDataShards, 600))
	draw := rand.New(rand.NewPCG(5, 5))
	for range 8 {
		some := slices.Clone(all)
		for _, at := range draw.Perm(len(all))[:resonant.MaxParityShards] {
			some[at] = nil
		}
		if found, err := code.Decode(some); err != nil || !slices.EqualFunc(found, all, bytes.Equal) {
			t.Error("other shards come back: ", err)
		}
	}
}

// The shards of lowest number that are there count, and one that is there stays as it is (RSC-7).
func TestAShardThatIsNotNeededHasNoEffect(t *testing.T) {
	code := codeOf(t, 2, 2)
	all := whole(t, code, randomShards(2, 4))
	some := slices.Clone(all)
	some[1], some[3] = nil, unhex(t, "00010203")
	found, err := code.Decode(some)
	if err != nil || !bytes.Equal(found[1], all[1]) || !bytes.Equal(found[3], some[3]) {
		t.Errorf("%x, %v", found, err)
	}
	some[1], some[3] = unhex(t, "00010203"), nil // wrong data that is there counts
	spoiled := whole(t, code, [][]byte{all[0], some[1]})
	if found, err = code.Decode(some); err != nil || !bytes.Equal(found[2], all[2]) || !bytes.Equal(found[3], spoiled[3]) {
		t.Errorf("%x, %v", found, err)
	}
}

func TestEmptyShardsAreShards(t *testing.T) {
	code := codeOf(t, 2, 1)
	found, err := code.Decode([][]byte{{}, nil, {}})
	if err != nil || found[1] == nil || len(found[1]) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}

func TestShardsThatAreNoneAreRefused(t *testing.T) {
	for _, size := range [][2]int{{0, 1}, {129, 1}, {1, 0}, {1, 33}, {-1, 1}, {0, 0}} {
		if _, err := resonant.NewReedSolomon(size[0], size[1]); !errors.Is(err, resonant.FieldRange) {
			t.Errorf("%v: %v", size, err)
		}
	}
	code, one := codeOf(t, 2, 2), []byte{1}
	for _, shards := range [][][]byte{{}, {one}, {one, one, one}, {one, {}}, {{}, one}} {
		if _, err := code.Encode(shards); !errors.Is(err, resonant.LengthMismatch) {
			t.Errorf("%x: %v", shards, err)
		}
	}
	for want, several := range map[resonant.Code][][][]byte{
		resonant.LengthMismatch: {{}, {one, one, one}, {one, one, nil, {1, 2}}, {nil, nil, one, {}}, {nil, nil, nil, nil, nil}},
		resonant.NotRecoverable: {{nil, nil, nil, nil}, {nil, one, nil, nil}},
	} {
		for _, shards := range several {
			if _, err := code.Decode(shards); !errors.Is(err, want) {
				t.Errorf("%x: %v", shards, err)
			}
		}
	}
}

func ExampleReedSolomon() {
	code, err := resonant.NewReedSolomon(3, 2) // two of five may be lost
	if err != nil {
		fmt.Println(err)
		return
	}
	parity, err := code.Encode([][]byte{[]byte("first"), []byte("other"), []byte("third")})
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := code.Decode([][]byte{nil, []byte("other"), nil, parity[0], parity[1]})
	fmt.Printf("%s %s %v\n", all[0], all[2], err)
	// Output: first third <nil>
}

func BenchmarkReedSolomonEncode(b *testing.B) {
	code, data := codeOf(b, 32, 8), randomShards(32, 1200)
	b.SetBytes(32 * 1200)
	for b.Loop() {
		if _, err := code.Encode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReedSolomonDecode(b *testing.B) {
	code := codeOf(b, 32, 8)
	some := whole(b, code, randomShards(32, 1200))
	clear(some[:8])
	b.SetBytes(32 * 1200)
	for b.Loop() {
		if _, err := code.Decode(some); err != nil {
			b.Fatal(err)
		}
	}
}

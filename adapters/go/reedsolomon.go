package resonant

import (
	"encoding/binary"
	"slices"
)

// The bounds of a code (RSC-4).
const (
	MaxDataShards   = 128
	MaxParityShards = 32
)

// A ReedSolomon is a code that adds parity shards to data shards of equal length, so that any as many of them as there are
// data shards give back the rest. It may be used by several goroutines at a time. See [NewReedSolomon].
type ReedSolomon struct {
	data, parity int
	rows         [][]byte // P of RSC-2
	encoding     *combination
}

// NewReedSolomon makes the code of 1 to 128 data shards and 1 to 32 parity shards. The code is worth keeping: making it
// costs about as much as encoding shards of 1 KiB.
func NewReedSolomon(data, parity int) (*ReedSolomon, error) {
	if data < 1 || data > MaxDataShards || parity < 1 || parity > MaxParityShards {
		return nil, refuse(FieldRange, "RSC-4", "%d data shards and %d parity shards", data, parity)
	}
	rows := make([][]byte, parity)
	for i := range rows {
		rows[i] = make([]byte, data)
		for j := range rows[i] {
			rows[i][j] = field.inverse(byte(data+i) ^ byte(j)) // RSC-2
		}
	}
	return &ReedSolomon{data, parity, rows, combine(rows)}, nil
}

// Encode gives the parity shards of data shards, which it does not change.
func (c *ReedSolomon) Encode(shards [][]byte) (parity [][]byte, err error) {
	if len(shards) != c.data {
		return nil, refuse(LengthMismatch, "RSC-5", "%d data shards in place of %d", len(shards), c.data)
	}
	if !slices.ContainsFunc(shards[1:], func(one []byte) bool { return len(one) != len(shards[0]) }) {
		return c.encoding.of(shards), nil
	}
	return nil, refuse(LengthMismatch, "RSC-5", "the shards differ in length")
}

// Decode gives all shards, data before parity, of those that are there; one that is nil is missing. It computes what is
// missing from the first that are there, as many as there are data shards, and does not look whether the others agree: a
// code finds no changed byte. The shards are left as they are.
func (c *ReedSolomon) Decode(shards [][]byte) ([][]byte, error) {
	if len(shards) != c.data+c.parity {
		return nil, refuse(LengthMismatch, "RSC-5", "%d shards in place of %d", len(shards), c.data+c.parity)
	}
	var there [][]byte
	for _, one := range shards {
		if one != nil {
			there = append(there, one)
		}
	}
	if slices.ContainsFunc(there, func(one []byte) bool { return len(one) != len(there[0]) }) {
		return nil, refuse(LengthMismatch, "RSC-5", "the shards differ in length")
	}
	if len(there) < c.data {
		return nil, refuse(NotRecoverable, "RSC-6", "%d shards of %d", len(there), c.data)
	}
	found := slices.Clone(shards)
	if lost := missing(found[:c.data]); len(lost) > 0 {
		c.restore(found, lost)
	}
	if lost := missing(found[c.data:]); len(lost) > 0 {
		rows := make([][]byte, len(lost))
		for at, i := range lost {
			rows[at] = c.rows[i]
		}
		for at, shard := range combine(rows).of(found[:c.data]) {
			found[c.data+lost[at]] = shard
		}
	}
	return found, nil
}

// missing are the places of shards that are not there.
func missing(shards [][]byte) (lost []int) {
	for at, one := range shards {
		if one == nil {
			lost = append(lost, at)
		}
	}
	return lost
}

// restore computes lost data shards. Those that are there are among the first k, so as many of the first parity shards
// as are lost are, too (RSC-7). Each of these parity shards is an equation, with the lost shards as its unknowns.
func (c *ReedSolomon) restore(shards [][]byte, lost []int) {
	var used []int // parity
	for i := 0; len(used) < len(lost); i++ {
		if shards[c.data+i] != nil {
			used = append(used, i)
		}
	}
	unknown := make([][]byte, len(used))
	for row, i := range used {
		for _, j := range lost {
			unknown[row] = append(unknown[row], c.rows[i][j])
		}
	}
	solution := inverted(unknown)

	// The right sides: a parity shard and the part of the data that is there in it; its sum is a row of 1 and those of P.
	given := make([][]byte, 0, c.data)
	rows := make([][]byte, len(lost))
	for j, shard := range shards[:c.data] {
		if shard == nil {
			continue
		}
		given = append(given, shard)
		for row := range rows {
			coefficient := byte(0)
			for at, i := range used {
				coefficient ^= field.product(solution[row][at], c.rows[i][j])
			}
			rows[row] = append(rows[row], coefficient)
		}
	}
	for at, i := range used {
		given = append(given, shards[c.data+i])
		for row := range rows {
			rows[row] = append(rows[row], solution[row][at])
		}
	}
	for at, shard := range combine(rows).of(given) {
		shards[lost[at]] = shard
	}
}

// tables are the powers of x, which is 2, and their exponents. x generates GF(2^8) under 0x11D (RSC-1).
type tables struct {
	powers    [2 * 255]byte
	exponents [256]uint8
}

var field = func() *tables {
	found := new(tables)
	power := 1
	for exponent := range 255 {
		found.powers[exponent], found.powers[exponent+255] = byte(power), byte(power)
		found.exponents[power] = uint8(exponent)
		if power <<= 1; power > 0xff {
			power ^= 0x11d
		}
	}
	return found
}()

func (t *tables) product(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return t.powers[int(t.exponents[a])+int(t.exponents[b])]
}

// inverse is that of a byte other than 0.
func (t *tables) inverse(a byte) byte { return t.powers[255-int(t.exponents[a])] }

// inverted inverts a square matrix that has an inverse, and changes it.
func inverted(matrix [][]byte) [][]byte {
	found := make([][]byte, len(matrix))
	for row := range found {
		found[row] = make([]byte, len(matrix))
		found[row][row] = 1
	}
	for column := range matrix {
		pivot := column
		for matrix[pivot][column] == 0 {
			pivot++
		}
		matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
		found[column], found[pivot] = found[pivot], found[column]
		one := field.inverse(matrix[column][column])
		scale(matrix[column], one)
		scale(found[column], one)
		for row := range matrix {
			if by := matrix[row][column]; row != column && by != 0 {
				addTimes(matrix[row], matrix[column], by)
				addTimes(found[row], found[column], by)
			}
		}
	}
	return found
}

func scale(row []byte, by byte) {
	for at := range row {
		row[at] = field.product(row[at], by)
	}
}

func addTimes(row, other []byte, by byte) {
	for at := range row {
		row[at] ^= field.product(other[at], by)
	}
}

// together is how many sums are computed at once: one for each byte of a uint64.
const together = 8

// piece is how many places of the shards are summed before the sums are written. They stay in the cache.
const piece = 512

// A combination makes linear combinations of shards. For each group of eight rows, and each shard, it has what a byte of
// the shard adds to the eight sums.
type combination struct {
	rows   int
	groups [][][256]uint64
}

func combine(rows [][]byte) *combination {
	found := &combination{rows: len(rows)}
	for first := 0; first < len(rows); first += together {
		group := make([][256]uint64, len(rows[0]))
		for j := range group {
			for at, row := range rows[first:min(first+together, len(rows))] {
				for bit := range 8 { // products are linear, so those of powers of x are enough
					group[j][1<<bit] |= uint64(field.product(row[j], 1<<bit)) << (8 * at)
				}
			}
			for value := 1; value < 256; value++ {
				low := value & -value
				group[j][value] = group[j][value&^low] ^ group[j][low]
			}
		}
		found.groups = append(found.groups, group)
	}
	return found
}

// of makes the combinations of shards of equal length.
func (c *combination) of(shards [][]byte) [][]byte {
	length := len(shards[0])
	room := make([]byte, c.rows*length)
	made := make([][]byte, c.rows)
	for row := range made {
		made[row] = room[row*length : (row+1)*length : (row+1)*length]
	}
	var sums [piece]uint64
	for at, group := range c.groups {
		into := made[at*together : min((at+1)*together, c.rows)]
		for from := 0; from < length; from += piece {
			here := sums[:min(piece, length-from)]
			clear(here)
			for j, shard := range shards {
				addProducts(here, shard[from:], &group[j])
			}
			for row, shard := range into {
				spread(shard[from:], here, 8*row)
			}
		}
	}
	return made
}

// addProducts adds what the bytes of a shard add to the sums.
func addProducts(sums []uint64, shard []byte, products *[256]uint64) {
	shard = shard[:len(sums)]
	for ; len(sums) >= 8; sums, shard = sums[8:], shard[8:] {
		eight := binary.LittleEndian.Uint64(shard)
		sums[0] ^= products[byte(eight)]
		sums[1] ^= products[byte(eight>>8)]
		sums[2] ^= products[byte(eight>>16)]
		sums[3] ^= products[byte(eight>>24)]
		sums[4] ^= products[byte(eight>>32)]
		sums[5] ^= products[byte(eight>>40)]
		sums[6] ^= products[byte(eight>>48)]
		sums[7] ^= products[byte(eight>>56)]
	}
	for at := range sums {
		sums[at] ^= products[shard[at]]
	}
}

// spread writes one byte of each of the sums.
func spread(shard []byte, sums []uint64, shift int) {
	shard = shard[:len(sums)]
	for at := range shard {
		shard[at] = byte(sums[at] >> shift)
	}
}

package resonant_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"testing"

	"resonant"
)

const (
	// From fec.md, section 7.
	workedRepair = "525346313412000001000000000000000201000186007a010000fd0700007b000000000000008e000000000000000200000000" +
		"ea8d80e28e8e01000000001e006069989493b2299b5f"
	workedHeart = "0103000034120000020000000000000000000000000000000000000000238a9d3b"
)

func TestTheWorkedRepair(t *testing.T) {
	frames := [][]byte{unhex(t, workedPlain), unhex(t, workedHeart)}
	group := resonant.RepairGroup{StreamID: 0x1234, Base: 1, R: 1, Step: 1}
	repair, err := resonant.EncodeRepair(group, frames)
	if err != nil || len(repair) != 1 || !bytes.Equal(repair[0], unhex(t, workedRepair)) {
		t.Fatalf("%x, %v", repair, err)
	}
	for at, frame := range frames {
		missing, err := resonant.DecodeRepair(repair, [][]byte{frames[1-at]})
		if err != nil || len(missing) != 1 || !bytes.Equal(missing[0], frame) {
			t.Errorf("%x, %v", missing, err)
		}
	}
	if missing, err := resonant.DecodeRepair(repair, frames); err != nil || len(missing) != 0 {
		t.Errorf("%x, %v", missing, err)
	}
	if _, err := resonant.DecodeRepair(repair, nil); !errors.Is(err, resonant.NotRecoverable) {
		t.Error(err)
	}
}

// changed is the worked repair with other bytes and a CRC that fits.
func changed(t testing.TB, change func(datagram []byte) []byte) []byte {
	datagram := unhex(t, workedRepair)
	datagram = change(datagram[:len(datagram)-4])
	return binary.LittleEndian.AppendUint32(datagram, crc32.ChecksumIEEE(datagram))
}

func TestRepairThatIsWrongIsRefused(t *testing.T) {
	set := func(at int, value byte) func([]byte) []byte {
		return func(datagram []byte) []byte { datagram[at] = value; return datagram }
	}
	torn := unhex(t, workedRepair)
	torn[30]++
	for name, one := range map[string]struct {
		datagram []byte
		code     resonant.Code
	}{
		"58 bytes":      {changed(t, func(datagram []byte) []byte { return datagram[:54] }), resonant.BadRepair},
		"65508 bytes":   {make([]byte, 65_508), resonant.BadRepair},
		"another magic": {changed(t, set(3, '2')), resonant.BadRepair},
		"another CRC":   {torn, resonant.CRCMismatch},
		"k of 0":        {changed(t, set(16, 0)), resonant.BadRepair},
		"k of 129":      {changed(t, set(16, 129)), resonant.BadRepair},
		"r of 0":        {changed(t, set(17, 0)), resonant.BadRepair},
		"r of 33":       {changed(t, set(17, 33)), resonant.BadRepair},
		"index of r":    {changed(t, set(18, 1)), resonant.BadRepair},
		"step of 0":     {changed(t, set(19, 0)), resonant.BadRepair},
		"step of 17":    {changed(t, set(19, 17)), resonant.BadRepair},
		"wrapped number": {changed(t, func(datagram []byte) []byte {
			return slices.Concat(datagram[:8], bytes.Repeat([]byte{255}, 8), datagram[16:])
		}), resonant.BadRepair},
	} {
		if _, err := resonant.ReadRepair(one.datagram); !errors.Is(err, one.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, length := range []int{59, 65_507} {
		datagram := changed(t, func(datagram []byte) []byte { return append(datagram[:20], make([]byte, length-24)...) })
		if _, err := resonant.ReadRepair(datagram); err != nil {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// FuzzRepair recovers frames of whatever parity there is. What comes out is a frame of the group by its length and names.
func FuzzRepair(f *testing.F) {
	f.Add(unhex(f, workedRepair), unhex(f, workedHeart))
	f.Add(unhex(f, workedRepair), unhex(f, workedPlain))
	f.Fuzz(func(t *testing.T, datagram, frame []byte) {
		if len(datagram) > 4 { // the CRC stops everything otherwise
			datagram = slices.Clone(datagram)
			end := len(datagram) - 4
			binary.LittleEndian.PutUint32(datagram[end:], crc32.ChecksumIEEE(datagram[:end]))
		}
		one, err := resonant.ReadRepair(datagram)
		if err != nil {
			return
		}
		missing, err := resonant.DecodeRepair([][]byte{datagram}, [][]byte{frame})
		for _, found := range missing {
			if _, has := one.Has(found); !has || len(found) > len(one.Parity)-2 || err != nil {
				t.Errorf("%x, %v", found, err)
			}
		}
	})
}

func ExampleEncodeRepair() {
	var frames [][]byte
	for seq := range uint64(3) {
		frame := &resonant.Frame{Type: resonant.SyncType, StreamID: 7, FrameSeq: seq}
		data, err := frame.MarshalBinary()
		if err != nil {
			fmt.Println(err)
			return
		}
		frames = append(frames, data)
	}
	repair, err := resonant.EncodeRepair(resonant.RepairGroup{StreamID: 7, R: 2, Step: 1}, frames)
	if err != nil {
		fmt.Println(err)
		return
	}
	missing, err := resonant.DecodeRepair(repair, frames[:1]) // two of five datagrams are lost
	fmt.Println(len(missing), bytes.Equal(missing[1], frames[2]), err)
	// Output: 2 true <nil>
}

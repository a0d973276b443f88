package peer

import (
	"bytes"
	"slices"
	"testing"
)

func TestTheOldestFramesOfTheOldestStreamGoFirst(t *testing.T) {
	p, err := New(Client, AllFeatures(), Salt{})
	if err != nil {
		t.Fatal(err)
	}
	large := make([]byte, 48<<20)
	first, second, gone := &outStream{id: 3}, &outStream{id: 5}, &outStream{id: 7}
	for _, stream := range []*outStream{first, second} {
		for range 3 { // six of them are over the bound, five are not
			p.keep(stream, large)
		}
	}
	kept := func(stream *outStream) (found []uint64) {
		for seq := range uint64(4) {
			if stream.keptFrame(seq) != nil {
				found = append(found, seq)
			}
		}
		return found
	}
	want := func(stream *outStream, numbers ...uint64) {
		t.Helper()
		if found := kept(stream); !slices.Equal(found, numbers) {
			t.Errorf("of stream %d the frames %d are kept, not %d", stream.id, found, numbers)
		}
	}
	want(first, 1, 2)
	want(second, 0, 1, 2)

	small := []byte("the last")
	p.keep(first, small)
	p.resend(first, []uint64{0, 3, 9}, 10)
	if sent := slices.Collect(p.Datagrams()); len(sent) != 1 || !bytes.Equal(sent[0], small) {
		t.Errorf("%d frames are sent again, not the one that is kept", len(sent))
	}

	p.letGo(first)
	want(first)
	p.keep(gone, large)
	want(second, 0, 1, 2)
	p.letGo(second)
	p.letGo(second) // as where it is of an earlier session
	if p.keptBytes != len(large) || len(p.keeping) != 1 {
		t.Errorf("%d bytes of %d streams count", p.keptBytes, len(p.keeping))
	}
}

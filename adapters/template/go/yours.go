// Your implementation, as the testee calls it: fill in the four functions of the profile frame.
//
// Requests are checked before they come here. Return the result, or an error to refuse the input: a testeekit.Refusal
// with a code of specs/README.md, or whatever error your library gives where it names none. A panic is a crash, and the
// run says so. For more than frame write further functions of testeekit.Implementation: README.md lists them.
package main

import "testee/testeekit"

// Functions of Implementation that are not here answer unsupported.
type yours struct{ testeekit.Unsupported }

func (yours) Hello() testeekit.Hello {
	return testeekit.Hello{Name: "@NAME@", Version: "0.1", Profiles: []string{"frame"}}
}

// Decode makes a frame's fields, and a testeekit.Slice for each of its slices.
func (yours) Decode(frame, key []byte) (*testeekit.Fields, error) {
	return nil, testeekit.UnsupportedError("decode")
}

// Encode makes a frame. Fields may be wrong on purpose: what your library would refuse is to be refused.
func (yours) Encode(fields *testeekit.Fields, options testeekit.Options) ([]byte, error) {
	return nil, testeekit.UnsupportedError("encode")
}

// SpaceHash is the space_hash32 of an embedding space.
func (yours) SpaceHash(spaceID, arch, dataSig string) (uint32, error) {
	return 0, testeekit.UnsupportedError("space_hash")
}

// TailHash is the strong tail hash: XXH3, 64 bits, seed 0.
func (yours) TailHash(data []byte) (uint64, error) {
	return 0, testeekit.UnsupportedError("tail_hash")
}

// Package tests has the tests of the kit, in a folder of its own, as new testees take a copy of the kit without them.
package tests

import (
	"testing"

	"resonant/testeekit"
)

func TestRequestsAreReadStrictly(t *testing.T) {
	for name, text := range map[string]string{
		"a name twice":         `{"a":1,"a":1}`,
		"a name twice, deeper": `{"a":[{"b":1,"\u0062":1}]}`,
		"half a pair":          `{"a":"\ud800"}`,
		"the other half":       `{"a":"\udc00x"}`,
		"two halves of pairs":  `{"a":"\ud800\ud800"}`,
		"no UTF-8":             "{\"a\":\"\xff\"}",
		"more behind it":       `{} {}`,
		"an open object":       `{"a":1`,
		"a comma too many":     `{"a":1,}`,
	} {
		if _, err := testeekit.ReadInput([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	in, err := testeekit.ReadInput([]byte(`{"a":"\ud83d\ude00\\ud800","b":[1,{"a":2}]}`))
	if err != nil || in.Text("a") != "\U0001f600\\ud800" {
		t.Errorf("a pair, and what only looks like half of one: %v", err)
	}
}

func TestMembersAreWhatTheirSchemaSays(t *testing.T) {
	text := []byte(`{"hex":"0aff","upper":"0A","odd":"0","u64":"18446744073709551615","zeros":"01","n":4294967296,"f":1.5}`)
	for name, read := range map[string]func(*testeekit.Input){
		"upper-case hexadecimal":  func(in *testeekit.Input) { in.Bytes("upper") },
		"half a byte":             func(in *testeekit.Input) { in.Bytes("odd") },
		"another length":          func(in *testeekit.Input) { in.BytesOf("hex", 3) },
		"leading zeros":           func(in *testeekit.Input) { in.U64("zeros") },
		"more than a u32":         func(in *testeekit.Input) { in.U32("n") },
		"a fraction":              func(in *testeekit.Input) { in.Integer("f", 0, 9) },
		"a number for a string":   func(in *testeekit.Input) { in.Text("n") },
		"a member that is absent": func(in *testeekit.Input) { in.Bool("absent") },
		"none of the words":       func(in *testeekit.Input) { in.OneOf("hex", "a", "b") },
		"members that are left":   func(in *testeekit.Input) { in.Text("hex") },
	} {
		in, err := testeekit.ReadInput(text)
		if err != nil {
			t.Fatal(err)
		}
		if read(in); in.Done() == nil {
			t.Errorf("%s is taken", name)
		}
	}
	in, err := testeekit.ReadInput([]byte(`{"hex":"0aff","u64":"18446744073709551615"}`))
	if err != nil {
		t.Fatal(err)
	}
	if data, number := in.BytesOf("hex", 2), in.U64("u64"); in.Done() != nil || data[1] != 0xff || number+1 != 0 {
		t.Errorf("%x and %d, %v", data, number, in.Done())
	}
}

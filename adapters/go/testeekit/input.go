package testeekit

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// linkName is what the runner may call a remote end (testee.md, section 6).
var linkName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// An Input has the members of an object of JSON. Each is read once, by the method for its type; the first that is
// missing or wrong, or that nobody read, is what Done says.
type Input struct {
	members map[string]any
	err     error
}

// ReadInput reads an object of JSON, as tests of ops have it.
func ReadInput(text []byte) (*Input, error) {
	value, err := readJSON(text)
	return newInput(value), err
}

func newInput(value any) *Input {
	in := &Input{}
	if in.members, _ = value.(map[string]any); in.members == nil {
		in.fail("expected an object")
	}
	return in
}

func (in *Input) fail(format string, values ...any) {
	if in.err == nil {
		in.err = BadRequest(fmt.Sprintf(format, values...))
	}
}

// Done gives the first fault, if there is one. What was read is not to be used before.
func (in *Input) Done() error {
	for name := range in.members {
		in.fail("nothing is known of the member %s", strconv.Quote(name))
	}
	return in.err
}

// Has says whether there is a member that was not read yet.
func (in *Input) Has(name string) bool {
	_, there := in.members[name]
	return there
}

func (in *Input) take(name string) any {
	value, there := in.members[name]
	if !there {
		in.fail("the member %s is missing", name)
	}
	delete(in.members, name)
	return value
}

// Text reads a string.
func (in *Input) Text(name string) string {
	value, ok := in.take(name).(string)
	if !ok {
		in.fail("%s is not a string", name)
	}
	return value
}

// OneOf reads a string that is one of these.
func (in *Input) OneOf(name string, these ...string) string {
	value := in.Text(name)
	for _, one := range these {
		if value == one {
			return value
		}
	}
	in.fail("%s is none of %s", name, strings.Join(these, ", "))
	return value
}

// Bool reads true or false.
func (in *Input) Bool(name string) bool {
	value, ok := in.take(name).(bool)
	if !ok {
		in.fail("%s is not true or false", name)
	}
	return value
}

// Bytes reads lower-case hexadecimal; nil only where it is wrong.
func (in *Input) Bytes(name string) []byte {
	text := in.Text(name)
	data, err := hex.DecodeString(text)
	if err != nil || strings.ToLower(text) != text {
		in.fail("%s is not lower-case hexadecimal", name)
		return nil
	}
	return data
}

// manyBytes reads an array of hexadecimal.
func (in *Input) manyBytes(name string) [][]byte {
	items := in.items(name)
	found := make([][]byte, len(items))
	for at, item := range items {
		found[at] = in.itemBytes(name, item)
	}
	return found
}

func (in *Input) itemBytes(name string, item any) []byte {
	one := &Input{members: map[string]any{name: item}}
	data := one.Bytes(name)
	if one.err != nil {
		in.fail("%v", one.err)
	}
	return data
}

// bytesOrNull reads an array of hexadecimal and null, which is nil.
func (in *Input) bytesOrNull(name string) [][]byte {
	items := in.items(name)
	found := make([][]byte, len(items))
	for at, item := range items {
		if item != nil {
			found[at] = in.itemBytes(name, item)
		}
	}
	return found
}

// Link reads the name of a remote end.
func (in *Input) Link(name string) string {
	link := in.Text(name)
	if !linkName.MatchString(link) {
		in.fail("%s is not 1 to 64 letters, digits and hyphens", name)
	}
	return link
}

// Arrived is what the runner says has come on a connection (TST-28).
type Arrived struct {
	Link  string
	On    *int64 // over QUIC: the number of the QUIC stream; nil for datagrams and the connection itself
	Bytes int64  // since the connection was made
	Ended bool   // so has its end
}

// OptionalArrived reads the member arrived; nil if there is none.
func (in *Input) OptionalArrived() *Arrived {
	if !in.Has("arrived") {
		return nil
	}
	given := in.Object("arrived")
	found := &Arrived{Link: given.Link("link"), Bytes: given.Integer("bytes", 0, 1<<53-1)}
	if given.Has("on") {
		on := given.Integer("on", 0, 1<<53-1)
		found.On = &on
	}
	if given.Has("ended") {
		found.Ended = given.Bool("ended")
	}
	if err := given.Done(); err != nil {
		in.fail("arrived: %v", err)
	}
	return found
}

// OptionalBytes reads lower-case hexadecimal; nil if there is no such member.
func (in *Input) OptionalBytes(name string) []byte {
	if !in.Has(name) {
		return nil
	}
	return in.Bytes(name)
}

// BytesOf reads hexadecimal of exactly so many bytes; nil if there are none such.
func (in *Input) BytesOf(name string, length int) []byte {
	data := in.Bytes(name)
	if len(data) != length {
		in.fail("%s is not %d bytes", name, length)
		return nil
	}
	return data
}

// OptionalBytesOf reads hexadecimal of exactly so many bytes; nil if there is no such member.
func (in *Input) OptionalBytesOf(name string, length int) []byte {
	if !in.Has(name) {
		return nil
	}
	return in.BytesOf(name, length)
}

// Integer reads an integer that is at least least and at most most.
func (in *Input) Integer(name string, least, most int64) int64 {
	return in.integer(name, in.take(name), least, most)
}

func (in *Input) integer(name string, value any, least, most int64) int64 {
	number, _ := value.(json.Number)
	found, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || found < least || found > most {
		in.fail("%s is not an integer from %d to %d", name, least, most)
		return least
	}
	return found
}

// U32 reads a u32.
func (in *Input) U32(name string) uint32 { return uint32(in.Integer(name, 0, 1<<32-1)) }

// U64 reads a u64, which is a decimal string.
func (in *Input) U64(name string) uint64 {
	text := in.Text(name)
	found, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(found, 10) != text {
		in.fail("%s is not a u64 as a decimal string", name)
	}
	return found
}

// Object reads an object. Its own Done is still to be called.
func (in *Input) Object(name string) *Input { return newInput(in.take(name)) }

// Require says what is wrong unless it is right.
func (in *Input) Require(right bool, otherwise string) {
	if !right {
		in.fail("%s", otherwise)
	}
}

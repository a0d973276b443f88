package testee

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"resonant"
	"resonant/testeekit"
)

// vectorFile is a file of vectors/data; vectors/schema.json is its form.
type vectorFile struct {
	Op         string
	Profile    string
	Transports []string
	Cases      []vectorCase
	shared
}

type vectorCase struct {
	ID         string
	Transports []string // in place of those of the file
	Input      map[string]any
	Expect     struct {
		OK     map[string]any
		Reject string
	}
}

// transportsOf are those of a case; nil if there is no word of them.
func (f *vectorFile) transportsOf(one vectorCase) []string {
	if one.Transports != nil {
		return one.Transports
	}
	return f.Transports
}

// folder is that of the vectors: RESONANT_VECTORS, or those of the repository.
func folder() string {
	if named := os.Getenv("RESONANT_VECTORS"); named != "" {
		return named
	}
	return filepath.Join("..", "..", "..", "..", "vectors", "data")
}

// judged runs every case below a folder, several files at a time, and gives those that are not as expected, with the
// reason.
func judged(t *testing.T) (count int, wrong map[string]error) {
	var paths []string
	err := filepath.WalkDir(folder(), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".json" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wrong = map[string]error{}
	var kept sync.Mutex
	var files sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, path := range paths {
		room <- struct{}{}
		files.Go(func() {
			defer func() { <-room }()
			cases, failed, err := judgedFile(path)
			kept.Lock()
			defer kept.Unlock()
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			count += cases
			maps.Copy(wrong, failed)
		})
	}
	files.Wait()
	return count, wrong
}

// judgedFile does it for a file; one of a profile that nothing here claims has no cases.
func judgedFile(path string) (count int, wrong map[string]error, err error) {
	claimed := append(module{}.Hello().Profiles, "quic", "webrtc") // those of the testees beside this one too
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, nil, err
	}
	var file vectorFile
	if err := readNumbers(text, &file); err != nil {
		return 0, nil, err
	}
	if !slices.Contains(claimed, file.Profile) {
		return 0, nil, nil
	}
	wrong = map[string]error{}
	for _, one := range file.Cases {
		if slices.Equal(file.transportsOf(one), []string{"quic"}) {
			continue // its carriages have no player here
		}
		count++
		if err := judge(&file, one); err != nil {
			wrong[strings.TrimSuffix(path, ".json")+"-"+one.ID] = err
		}
	}
	return count, wrong, nil
}

// TestVectors runs the golden vectors. Where RESONANT_CANARY is set they are wrong on purpose, each of them.
//
// The vectors lie outside the module, so that go test takes no notice when they change, and repeats an old result. It does
// notice variables that a test asks for: in RESONANT_VECTORS_ARE the Makefile says which vectors these are.
func TestVectors(t *testing.T) {
	t.Log("vectors", os.Getenv("RESONANT_VECTORS_ARE"))
	count, wrong := judged(t)
	if count == 0 {
		t.Fatal("there are no vectors in", folder())
	}
	if os.Getenv("RESONANT_CANARY") != "" {
		if len(wrong) != count {
			t.Errorf("%d of %d canaries are reported", len(wrong), count)
		}
		return
	}
	for id, why := range wrong {
		t.Errorf("%s: %v", id, why)
	}
	t.Logf("%d cases", count)
}

// readNumbers reads JSON and keeps every digit of its numbers.
func readNumbers(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

func judge(file *vectorFile, one vectorCase) error {
	if file.Op == "dialogue" {
		input, err := file.whole(one.Input)
		if err != nil {
			return err
		}
		return play(file.transportsOf(one), input)
	}
	result, err := perform(file.Op, one.Input)
	return compare(file.Op, one, result, err)
}

// perform calls an op of the testee.
func perform(op string, input any) (any, error) {
	text, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	in, err := testeekit.ReadInput(text)
	if err != nil {
		return nil, err
	}
	return testeekit.Ops(module{})[op](in)
}

func compare(op string, one vectorCase, result any, failed error) error {
	if one.Expect.Reject != "" {
		if failed == nil || failed.Error() != one.Expect.Reject {
			return fmt.Errorf("expected %s, got %v", one.Expect.Reject, failed)
		}
		return nil
	}
	if failed != nil {
		return failed
	}
	got := plainJSON(result)
	for name, want := range one.Expect.OK {
		have, err := described(op, name, one.Input, got)
		if err != nil {
			return err
		}
		if !same(want, have) {
			return fmt.Errorf("%s: expected %.200v, got %.200v", name, want, have)
		}
	}
	return nil
}

// same compares values of JSON, numbers by what they are.
func same(want, have any) bool {
	switch want := want.(type) {
	case json.Number:
		number, is := have.(json.Number)
		if !is {
			return false
		}
		one, wrong := want.Float64()
		other, alsoWrong := number.Float64()
		return want == number || wrong == nil && alsoWrong == nil && one == other
	case []any:
		list, is := have.([]any)
		return is && slices.EqualFunc(want, list, same)
	case map[string]any:
		object, is := have.(map[string]any)
		return is && maps.EqualFunc(want, object, same)
	}
	return want == have
}

// plainJSON gives a result as the runner reads it.
func plainJSON(result any) map[string]any {
	text, err := json.Marshal(result)
	if err != nil {
		return nil
	}
	var found map[string]any
	if readNumbers(text, &found) != nil {
		return nil
	}
	return found
}

// described gives the member of a result that a vector has; some are not canonical, and some too long to be written.
func described(op, name string, input, got map[string]any) (any, error) {
	if hashed, is := strings.CutSuffix(name, "_sha256"); is {
		value, err := described(op, hashed, input, got)
		if err != nil {
			return nil, err
		}
		data, err := bytesOf(value)
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:]), err
	}
	switch {
	case op == "compress" && name == "plain":
		data, err := bytesOf(got["zstd"])
		if err != nil {
			return nil, err
		}
		plain, err := resonant.Decompress(data)
		return hex.EncodeToString(plain), err
	case op == "encode" && (name == "header" || name == "plain_body"):
		return partOfFrame(name, input, got["frame"])
	}
	return got[name], nil
}

func bytesOf(value any) ([]byte, error) {
	text, isText := value.(string)
	if !isText {
		return nil, errors.New("a result is missing")
	}
	return hex.DecodeString(text)
}

// partOfFrame gives the header of a frame, or its slices as they would be in a frame without transforms.
func partOfFrame(name string, input map[string]any, value any) (any, error) {
	data, err := bytesOf(value)
	if err != nil {
		return nil, err
	}
	keyText, _ := input["key"].(string)
	key, err := hex.DecodeString(keyText)
	if err != nil {
		return nil, err
	}
	var decoder resonant.Decoder
	if len(key) > 0 {
		decoder.Key = (*resonant.Key)(key)
	}
	var frame resonant.Frame
	if err := decoder.Decode(&frame, data); err != nil {
		return nil, err
	}
	headerBytes := 29 + 4*len(frame.Slices)
	if name == "header" {
		return hex.EncodeToString(data[:headerBytes]), nil
	}
	frame.Flags = 0
	plain, err := frame.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return hex.EncodeToString(plain[headerBytes : len(plain)-4]), nil
}

func TestAWrongVectorIsReported(t *testing.T) {
	input := map[string]any{"data": ""}
	right := vectorCase{Input: input}
	right.Expect.OK = map[string]any{"xxhash3_64": "2d06800538d394c2"} // testee.md, section 1
	if err := judge(&vectorFile{Op: "tail_hash"}, right); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*vectorCase){
		"another hash": func(one *vectorCase) { one.Expect.OK = map[string]any{"xxhash3_64": "2d06800538d394c3"} },
		"another name": func(one *vectorCase) { one.Expect.OK = map[string]any{"hash": "2d06800538d394c2"} },
		"a reject":     func(one *vectorCase) { one.Expect.OK, one.Expect.Reject = nil, "BAD_JSON" },
	} {
		wrong := right
		if change(&wrong); judge(&vectorFile{Op: "tail_hash"}, wrong) == nil {
			t.Error(name, "is not reported")
		}
	}
	frame := vectorCase{Input: map[string]any{"frame": "00"}}
	frame.Expect.Reject = "FRAME_TOO_LARGE"
	if judge(&vectorFile{Op: "decode"}, frame) == nil {
		t.Error("another code is not reported")
	}
}

// names are the names of members, in order.
func names(object map[string]any) []string {
	found := make([]string, 0, len(object))
	for name := range object {
		found = append(found, name)
	}
	slices.Sort(found)
	return found
}

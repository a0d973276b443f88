package strictjson_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"resonant/internal/strictjson"
)

func TestWhatIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":             ``,
		"an array":            `[]`,
		"a byte order mark":   "\ufeff{}",
		"space before":        ` {}`,
		"space behind":        "{}\n",
		"two objects":         `{}{}`,
		"a comma at the end":  `{"a":1,}`,
		"a comma in an array": `{"a":[1,]}`,
		"a comment":           `{/**/}`,
		"a name twice":        `{"a":1,"\u0061":2}`,
		"NaN":                 `{"a":NaN}`,
		"a leading zero":      `{"a":01}`,
		"a plus":              `{"a":+1}`,
		"a bare fraction":     `{"a":.5}`,
		"a bare point":        `{"a":1.}`,
		"a bare exponent":     `{"a":1e}`,
		"a great integer":     `{"a":9007199254740992}`,
		"a great number":      `{"a":1e400}`,
		"no UTF-8":            "{\"a\":\"\xc0\x80\"}",
		"a control character": "{\"a\":\"\t\"}",
		"a lone high half":    `{"a":"\ud800"}`,
		"a lone low half":     `{"a":"\udc00"}`,
		"halves in disorder":  `{"\udc00\ud800":1}`,
		"an odd escape":       `{"a":"\x41"}`,
		"a short escape":      `{"a":"\u12"}`,
		"a NUL":               "{\"a\":\x00}",
		"17 levels":           strings.Repeat(`{"a":`, 16) + `{}` + strings.Repeat(`}`, 16),
		"an open object":      `{"a":{}`,
		"an open string":      `{"a":"}`,
		"a name alone":        `{"a"}`,
		"a word cut off":      `{"a":nul}`,
	} {
		if object, err := strictjson.Read([]byte(text)); err == nil {
			t.Errorf("%s is taken as %v", name, object)
		}
	}
}

func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	text := "{\"a\" : [1, -0, 1.0, 1E3, true, false, null, [], {}],\r\n\t\"é\\u00e9\\ud83d\\ude00\\/\": \"\\b\\f\\n\\r\\t\\\"\\\\\"}"
	want := strictjson.Object{
		"a":             []any{int64(1), int64(0), 1.0, 1000.0, true, false, nil, []any{}, strictjson.Object{}},
		"éé\U0001f600/": "\b\f\n\r\t\"\\",
	}
	read, err := strictjson.Read([]byte(text))
	if err != nil || !reflect.DeepEqual(read, want) {
		t.Fatalf("%v, %v", read, err)
	}
	again, err := strictjson.Read(strictjson.Append(nil, read))
	if err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("%v, %v", again, err)
	}
	deep := strings.Repeat(`{"a":`, 15) + `{}` + strings.Repeat(`}`, 15)
	if _, err := strictjson.Read([]byte(deep)); err != nil {
		t.Errorf("16 levels: %v", err)
	}
}

// FuzzRead holds the reader against encoding/json, which takes more: whatever is taken here means the same there.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",{"b":null}],"c":true}`))
	f.Add([]byte(`{"a":9007199254740991,"a ":-0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := strictjson.Read(text)
		if err != nil {
			return
		}
		var other map[string]any
		if err := json.Unmarshal(text, &other); err != nil {
			t.Fatalf("%q is no JSON: %v", text, err)
		}
		var mine map[string]any
		written := strictjson.Append(nil, read)
		if err := json.Unmarshal(written, &mine); err != nil || !reflect.DeepEqual(mine, other) {
			t.Fatalf("%q became %q, %v", text, written, err)
		}
		if again, err := strictjson.Read(written); err != nil || !reflect.DeepEqual(again, read) {
			t.Fatalf("%q became %q, %v", text, written, err)
		}
	})
}

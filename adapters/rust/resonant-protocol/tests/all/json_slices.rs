//! The contents permitted in a JSON slice (MSG-14 to MSG-18).

use resonant_protocol::{Json, JsonObject, RejectCode};

/// The clause behind the refusal of a payload.
fn refused(payload: impl AsRef<[u8]>) -> &'static str {
    let payload = payload.as_ref();
    let text = String::from_utf8_lossy(payload);
    let error = JsonObject::parse(payload).expect_err(&text);
    assert_eq!(error.code(), RejectCode::BadJson, "{text}");
    error.clause()
}

fn member(value: &str) -> Json {
    let text = format!("{{\"a\":{value}}}");
    let object = JsonObject::parse(text.as_bytes()).expect(value);
    assert_eq!(object.text(), text);
    object.get("a").expect("a").clone()
}

fn refused_member(value: &str) -> &'static str {
    refused(format!("{{\"a\":{value}}}"))
}

#[test]
fn what_is_no_object_alone() {
    for text in [
        "",
        " ",
        "[]",
        "\"a\"",
        "1",
        "null",
        "{",
        "}",
        "{}{}",
        " {}",
        "{} ",
        "{}\n",
        "\u{feff}{}",
        "{}\0",
        "{}}",
        "{/**/}",
        "{}//",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1",
        "{\"a\":[1,]}",
        "{\"a\":[1}",
        "{\"a\":[,1]}",
        "{1:2}",
        "{null:2}",
        "{\"a\":1;}",
        "{\"a\":(1)}",
        "{\u{a0}}",
        "{\u{b}}",
        "{\u{c}}",
        "{\"a\" 1}",
        "{\"a\"::1}",
    ] {
        assert_eq!(refused(text), "MSG-14", "{text}");
    }
}

#[test]
fn white_space_of_json_alone() {
    let object =
        JsonObject::parse(b"{ \t\r\n\"a\" \t\r\n: \t\r\n[ 1 , 2 ] , \"b\" : { } , \"c\":[ ] }");
    let object = object.unwrap();
    let items = vec![Json::Integer(1), Json::Integer(2)];
    assert_eq!(object.get("a"), Some(&Json::Array(items)));
    assert_eq!(object.members().len(), 3);
    assert!(JsonObject::parse(b"{}").unwrap().members().is_empty());
}

#[test]
fn numbers() {
    for (text, value) in [
        ("0", 0),
        ("-0", 0),
        ("-12", -12),
        ("9007199254740991", 9_007_199_254_740_991),
        ("-9007199254740991", -9_007_199_254_740_991),
    ] {
        assert_eq!(member(text), Json::Integer(value));
    }
    for (text, value) in [
        ("0.5", 0.5),
        ("1.0", 1.0),
        ("1e2", 100.0),
        ("1E+2", 100.0),
        ("25e-2", 0.25),
        ("0e0", 0.0),
        ("9007199254740993.0", 9_007_199_254_740_992.0),
        ("1e22", 1e22),
        ("1e-400", 0.0),
        ("1.7976931348623157e308", f64::MAX),
    ] {
        assert_eq!(member(text), Json::Number(value));
    }
    let long = "9".repeat(400);
    for text in [
        "9007199254740992",
        "-9007199254740992",
        "9223372036854775808",
        &long,
        "1e309",
        "-1e309",
        "1.7976931348623159e308",
        "1e99999999999999999999",
        &format!("{long}.0"),
    ] {
        assert_eq!(refused_member(text), "MSG-18", "{text}");
    }
    for text in [
        "+1",
        "01",
        "-01",
        "00",
        ".5",
        "1.",
        "1.e1",
        "1e",
        "1e+",
        "-",
        "--1",
        "0x1",
        "1_0",
        "1 0",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "inf",
        "1f",
        "１",
        "1e1.5",
        "True",
        "nul",
        "nulll",
        "undefined",
    ] {
        assert_eq!(refused_member(text), "MSG-14", "{text}");
    }
}

#[test]
fn strings() {
    for (text, value) in [
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u0041\u00e9\u00E9\u0000""#, "Aéé\0"),
        (r#""\ud83d\uDE00""#, "\u{1f600}"),
        (r#""\udbff\udfff""#, "\u{10ffff}"),
        (
            "\"\u{1f600}\u{7f}\u{2028}\u{ffff}\"",
            "\u{1f600}\u{7f}\u{2028}\u{ffff}",
        ),
        (r#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}"),
    ] {
        assert_eq!(member(text), Json::Text(value.to_owned()));
    }
    for text in [
        r#""\x""#,
        r#""\'""#,
        r#""\U0041""#,
        r#""\u004""#,
        r#""\u00g1""#,
        r#""\u+041""#,
        r#""\u 041""#,
        r#"""""#,
        r#""\"#,
        "\"\n\"",
        "\"\0\"",
        "\"\u{1f}\"",
        "\"a",
        r#""\u00é""#,
        r#""\ud83d\u+e00""#,
    ] {
        assert_eq!(refused_member(text), "MSG-14", "{text}");
    }
    for text in [
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83dx""#,
        r#""\ud83d\n""#,
        r#""\ud83d\u0041""#,
        r#""\ud83d\ud83d""#,
        r#""\ude00\ud83d""#,
        r#""\ud83d\ud83d\ude00""#,
    ] {
        assert_eq!(refused_member(text), "MSG-15", "{text}");
    }
    assert_eq!(refused(r#"{"\ud800":1}"#), "MSG-15");
}

#[test]
fn bytes_that_are_not_utf8() {
    for bytes in [
        &b"\xff"[..],
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\x80",
        b"\xc3",
        b"\xed\xa0\xbd\xed\xb8\x80",
    ] {
        assert_eq!(refused([b"{\"a\":\"", bytes, b"\"}"].concat()), "MSG-15");
    }
}

#[test]
fn names_stand_once() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"a":3}"#,
        r#"{"a":1,"\u0061":1}"#,
        r#"{"":1,"":1}"#,
        r#"{"x":{"a":1,"a":1}}"#,
        r#"{"x":[[{"a":1,"a":1}]]}"#,
        r#"{"\ud83d\ude00":1,"😀":1}"#,
    ] {
        assert_eq!(refused(text), "MSG-16", "{text}");
    }
    // Names are compared as they are: neither case nor composition is undone.
    let text = "{\"a\":{\"a\":1},\"A\":1,\"\u{e9}\":1,\"e\u{301}\":1}";
    assert!(JsonObject::parse(text.as_bytes()).is_ok());
}

#[test]
fn nesting() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| open.repeat(depth) + "0" + &close.repeat(depth);
        member(&nested(15));
        assert_eq!(refused_member(&nested(16)), "MSG-17");
        assert_eq!(refused_member(&nested(5000)), "MSG-17");
        // What has no end is no JSON, however deep it goes.
        assert_eq!(refused_member(&open.repeat(10_000)), "MSG-14");
    }
    member(&("[".repeat(14) + "[],{},[]" + &"]".repeat(14)));
    assert_eq!(
        refused_member(&("[".repeat(15) + "{}" + &"]".repeat(15))),
        "MSG-17"
    );
}

//! JSON that serde_json would read in another way than the clauses, or not at all.

use resonant_protocol::{Json, JsonObject, RejectCode};

fn read(text: &str) -> Option<JsonObject> {
    match JsonObject::parse(text.as_bytes()) {
        Ok(object) => Some(object),
        Err(error) => {
            assert_eq!(error.code(), RejectCode::BadJson, "{text}");
            None
        }
    }
}

/// The value of a member as it was read; `None` if it was rejected.
fn member(value: &str) -> Option<Json> {
    let object = read(&format!("{{\"a\":{value}}}"))?;
    object.get("a").cloned()
}

#[test]
fn an_integer_is_told_from_a_number_by_its_text() {
    assert_eq!(member("-0"), Some(Json::Integer(0)));
    assert_eq!(member("1e20"), Some(Json::Number(1e20)));
    for same in [
        "100000000000000000000",
        "18446744073709551616",
        "-9223372036854775809",
    ] {
        assert_eq!(member(same), None, "{same}");
        assert!(member(&format!("{same}.0")).is_some(), "{same}");
    }
    let Some(Json::Number(zero)) = member("-0.0") else {
        panic!("-0.0 is a number with a fraction");
    };
    assert!(zero == 0.0 && zero.is_sign_negative());
}

#[test]
fn numbers_are_the_nearest_of_binary64() {
    // Readers that multiply digits by a power of ten are off by one unit in the last place for some of these.
    for (text, bits) in [
        ("2.2250738585072011e-308", 0x000f_ffff_ffff_ffff),
        ("5e-324", 1),
        ("2.4703282292062327e-324", 0),
        ("2.4703282292062328e-324", 1),
        ("1.00000000000000011102230246251565", 0x3ff0_0000_0000_0000),
        ("1.00000000000000011102230246251566", 0x3ff0_0000_0000_0001),
        ("9007199254740993e0", 0x4340_0000_0000_0000),
    ] {
        assert_eq!(
            member(text),
            Some(Json::Number(f64::from_bits(bits))),
            "{text}"
        );
    }
    assert_eq!(member("1.7976931348623159e308"), None);
}

#[test]
fn names_that_serde_json_has_for_itself_are_names_as_any() {
    for name in ["RawValue", "Number"] {
        let name = format!("$serde_json::private::{name}");
        let object = read(&format!("{{\"{name}\":\"1\"}}")).expect("an object");
        assert_eq!(object.get(&name), Some(&Json::Text("1".to_owned())));
        let inner = member(&format!("{{\"{name}\":\"[\"}}"));
        assert!(matches!(inner, Some(Json::Object(members)) if members.len() == 1));
    }
}

#[test]
fn brackets_in_strings_are_no_nesting() {
    let text = format!("\"{}\\\"{}\"", "[".repeat(40), "{\\\\".repeat(40));
    assert!(matches!(member(&text), Some(Json::Text(_))));
}

#[test]
fn values_that_nobody_asks_for_are_read_as_strictly() {
    for value in [
        r#"[[{"b":["\ud800"]}]]"#,
        r#"{"b":{"\udc00":1}}"#,
        "[9007199254740992]",
        "[[1e999]]",
    ] {
        assert_eq!(member(value), None, "{value}");
    }
}

#[test]
fn a_long_text_is_refused_or_read_in_time_that_grows_with_its_length() {
    // Sixteen levels, each of which holds all that is below it, and the widest array that a frame has room for.
    let deep = "[".repeat(15) + &"0,".repeat(32_000) + "0" + &"]".repeat(15);
    assert!(member(&deep).is_some());
    assert_eq!(member(&"[".repeat(1_000_000)), None);
    assert_eq!(member(&("[".repeat(500_000) + &"]".repeat(500_000))), None);
}

#[test]
fn a_byte_order_mark_stands_nowhere_but_in_strings() {
    for text in [
        "\u{feff}{}",
        "{\u{feff}}",
        "{}\u{feff}",
        "{\"a\":\u{feff}1}",
    ] {
        assert!(read(text).is_none(), "{text}");
    }
    assert_eq!(
        member("\"\u{feff}\""),
        Some(Json::Text("\u{feff}".to_owned()))
    );
}

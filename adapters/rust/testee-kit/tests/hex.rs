//! Lower-case hexadecimal, and all that is none.

use resonant_testee_kit::hex::{decode, encode};

const DIGITS: &str = "0123456789abcdef";

#[test]
fn every_byte_has_a_text_of_two_digits_and_that_text_the_byte() {
    for byte in 0..=u8::MAX {
        let text = encode(&[byte]);
        assert_eq!(text, format!("{byte:02x}"));
        assert_eq!(decode(&text), Some(vec![byte]));
    }
}

#[test]
fn a_character_that_is_no_lower_case_digit_is_refused_in_either_place() {
    for other in (0..=u8::MAX)
        .map(char::from)
        .filter(|&one| !DIGITS.contains(one))
    {
        for text in [format!("0{other}"), format!("{other}0")] {
            assert_eq!(decode(&text), None, "{text:?}");
            assert_eq!(decode(&format!("00{text}ff")), None, "{text:?} within");
        }
    }
}

#[test]
fn half_a_byte_is_refused_and_nothing_is_no_bytes() {
    assert_eq!(decode("0"), None);
    assert_eq!(decode("abc"), None);
    assert_eq!(decode(""), Some(vec![]));
    assert_eq!(encode(&[]), "");
}

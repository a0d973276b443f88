//! The arguments that a testee is started with (TST-1 to TST-3).

use resonant_testee_kit::{read_arguments, Arguments};

fn read(words: &[&str], token: Option<&str>) -> Result<Arguments, String> {
    let words = words.iter().map(|word| (*word).to_owned());
    read_arguments(words, token.map(str::to_owned))
}

#[test]
fn a_testee_of_the_runner_needs_no_arguments() {
    let expected = Arguments {
        attach: false,
        control: "127.0.0.1:0".to_owned(),
        udp: "127.0.0.1:0".to_owned(),
        tcp: "127.0.0.1:0".to_owned(),
        quic: "127.0.0.1:0".to_owned(),
        token: "t".to_owned(),
    };
    assert_eq!(read(&[], Some("t")), Ok(expected));
}

#[test]
fn a_person_says_where_it_listens_and_that_it_stays() {
    let words = [
        "--udp",
        "h:2",
        "--attach",
        "--control",
        "h:1",
        "--tcp",
        "h:3",
    ];
    let found = read(&words, Some("t")).unwrap();
    assert!(found.attach);
    assert_eq!(
        (found.control, found.udp, found.tcp),
        ("h:1".to_owned(), "h:2".to_owned(), "h:3".to_owned())
    );
}

#[test]
fn what_is_wrong_is_said() {
    for token in [None, Some("")] {
        assert!(read(&[], token)
            .unwrap_err()
            .contains("RESONANT_TOKEN is not set"));
    }
    assert_eq!(
        read(&["x"], Some("t")),
        Err("x is not an option".to_owned())
    );
    assert_eq!(
        read(&["--tcp"], Some("t")),
        Err("--tcp needs an address".to_owned())
    );
}

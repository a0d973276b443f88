//! The program itself: announcement, one conversation, and its end (TST-1 to TST-3).

use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use resonant_testee_kit::pieces::{cut, Piece};
use serde_json::{json, Value};

fn start(arguments: &[&str]) -> (Child, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_resonant-testee"))
        .args(arguments)
        .env("RESONANT_TOKEN", "t")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the testee starts");
    let mut line = String::new();
    let out = child.stdout.as_mut().expect("standard output");
    BufReader::new(out).read_line(&mut line).expect("a line");
    let ports: Value = serde_json::from_str(&line).expect("JSON");
    assert_ne!(ports["control"], ports["wires"]["udp"]);
    assert_eq!(ports.as_object().unwrap().len(), 2);
    let wires: Vec<&String> = ports["wires"].as_object().unwrap().keys().collect();
    let expected: &[&str] = match cfg!(feature = "quic") {
        true => &["quic", "tcp", "udp"],
        false => &["tcp", "udp"],
    };
    assert_eq!(wires, expected);
    (child, ports["control"].as_u64().expect("a port"))
}

fn ask(socket: &UdpSocket, id: u32, op: &str, input: &Value) -> Value {
    let request = json!({"op": op, "case": "", "profile": "", "input": input});
    for datagram in cut(id, request.to_string().as_bytes()).unwrap() {
        socket.send(&datagram).unwrap();
    }
    let mut buffer = vec![0; 65_536];
    let length = socket.recv(&mut buffer).expect("a reply");
    let piece = Piece::read(&buffer[..length]).expect("a head");
    assert_eq!((piece.request_id, piece.index, piece.count), (id, 0, 1));
    serde_json::from_slice(piece.bytes).expect("JSON")
}

fn connect(port: u64) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    socket
        .connect(("127.0.0.1", u16::try_from(port).unwrap()))
        .unwrap();
    socket
}

fn wait(child: &mut Child) -> i32 {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().expect("an exit");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    panic!("the testee is still there");
}

#[test]
fn stop_ends_a_started_testee() {
    let (mut child, port) = start(&[]);
    let socket = connect(port);
    let reply = ask(&socket, 1, "hello", &json!({"token": "t"}));
    assert_eq!(reply["ok"]["language"], "Rust");
    assert_eq!(ask(&socket, 2, "stop", &json!({})), json!({"ok": {}}));
    assert_eq!(wait(&mut child), 0);
}

#[test]
fn end_of_standard_input_ends_a_started_testee() {
    let (mut child, _) = start(&[]);
    drop(child.stdin.take());
    wait(&mut child);
}

#[test]
fn attached_testee_stays() {
    let (mut child, port) = start(&["--attach"]);
    drop(child.stdin.take());
    for _ in 0..2 {
        let socket = connect(port);
        let reply = ask(&socket, 1, "hello", &json!({"token": "t"}));
        assert!(reply["ok"].is_object());
        assert_eq!(ask(&socket, 2, "stop", &json!({})), json!({"ok": {}}));
    }
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

"""The wire-only mode: a server judged from outside, by what it answers (`--impl=udp://HOST:PORT`, `tcp://…`, `quic://…`)."""

"""The wire-only mode: a server judged from outside, with nothing but datagrams (`--impl=udp://HOST:PORT`)."""

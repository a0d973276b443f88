"""Everything that `make bench` measures: programs that print one line of JSON, and the meaning of its members."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PYTHON = sys.executable
LESS, MORE = "less", "more"
"""The better direction of a figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A member of a line that means something from one run to the next."""

    better: str
    """LESS or MORE."""
    ratio: bool = True
    """Whether it is a ratio of what was measured in turn, and so compared with the last run on the same machine."""
    limit: float | None = None
    """The worst value that is good enough."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A program that measures. Members of its line that are no figures are kept beside them."""

    name: str
    about: str
    command: Sequence[str]
    figures: Mapping[str, Figure]
    folder: Path = ROOT


def _rust(name: str, about: str, figures: Mapping[str, Figure], *options: str) -> Bench:
    words = ("cargo", "bench", "--quiet", "--locked", "-p", "resonant-protocol", *options, "--bench", name)
    return Bench(f"rust-{name}", f"Rust, {about}", words, figures, ROOT / "adapters" / "rust")


def _go(name: str, about: str, figures: Mapping[str, Figure]) -> Bench:
    words = ("go", "run", "./internal/bench", name)
    return Bench(f"go-{name}", f"Go, {about}", words, figures, ROOT / "adapters" / "go")


def _typescript(name: str, about: str, figures: Mapping[str, Figure]) -> Bench:
    words = ("node", "build/bench/main.js", name)
    return Bench(f"typescript-{name}", f"TypeScript on Node, {about}", words, figures, ROOT / "adapters" / "typescript")


def _reference(name: str, about: str, words: Sequence[str], figures: Mapping[str, Figure]) -> Bench:
    return Bench(name, about, (PYTHON, f"reference/bench/{words[0]}.py", *words[1:]), figures)


def _suite(name: str, about: str, figures: Mapping[str, Figure]) -> Bench:
    return Bench(name, about, (PYTHON, "-m", f"conformance.tools.bench.{name}"), figures)


MORE_IS_BETTER = Figure(MORE)
TIMES = {f"{name}_ratio": MORE_IS_BETTER for name in ("q4", "i8", "deq4")}
BENCHES: tuple[Bench, ...] = (
    _reference(
        "reference-codec",
        "reference, seed frame of 2048 F16 against zlib.crc32",
        ("codec",),
        {"decode_per_crc32": Figure(LESS), "encode_per_crc32": Figure(LESS)},
    ),
    _reference("reference-quant", "reference, quantizers on 1 Mi elements", ("quant",), {}),
    _rust("quant", "quantizers on 1 Mi elements", {}),
    _reference(
        "rust-against-reference",
        "Rust, quantizers, as many times as fast as the reference",
        ("quant_ratio", "rust"),
        {name: Figure(MORE, limit=8) for name in TIMES},
    ),
    _reference(
        "go-against-reference",
        "Go, quantizers, as many times as fast as the reference",
        ("quant_ratio", "go"),
        TIMES,
    ),
    _rust(
        "frame",
        "60 KiB frame against crc32fast, and against a copy and crc32fast",
        {
            "decode_ratio": MORE_IS_BETTER,
            "encode_ratio": MORE_IS_BETTER,
            "encode_of_copy": Figure(MORE, limit=0.8),
            "encode_into_of_copy": MORE_IS_BETTER,
            "owned_of_copy": MORE_IS_BETTER,
            "kept_of_copy": MORE_IS_BETTER,
        },
    ),
    _rust(
        "rs",
        "parity of 32 + 8 shards of 64 KiB, and 8 of them lost, against a copy of the data",
        {
            "encode_of_copy": MORE_IS_BETTER,
            "decode_of_copy": MORE_IS_BETTER,
            "encode_gbps": Figure(MORE, ratio=False, limit=1),
            "decode_gbps": Figure(MORE, ratio=False, limit=1),
        },
    ),
    _rust(
        "adapt",
        "choice among four forms of 1 Mi elements against quantizing to the form that is chosen",
        {"q4_of_quantize": Figure(LESS, limit=4), "i8_of_quantize": Figure(LESS, limit=4)},
    ),
    _rust("stream", "stream of 2,000 frames of 60 KiB against its three sums", {"verify_ratio": MORE_IS_BETTER}),
    _rust(
        "tcp",
        "stream of 2,000 frames of 60 KiB over TCP against the same bytes through a bare socket",
        {"tcp_of_bare": Figure(MORE, limit=0.7), "tcp_of_summed": MORE_IS_BETTER, "tcp_first_of_bare": MORE_IS_BETTER},
    ),
    _rust(
        "quic",
        "stream of 2,000 frames of 60 KiB over QUIC against the same bytes on a stream of quinn's own",
        {"quic_of_quinn": Figure(MORE, limit=0.8)},
        *("--features", "quic", "--target-dir", "target/quic"),
    ),
    _go(
        "frame",
        "60 KiB frame against crc32.ChecksumIEEE alone",
        {
            "decode_of_crc": MORE_IS_BETTER,
            "encode_of_crc": MORE_IS_BETTER,
            "decode_allocs": Figure(LESS, ratio=False, limit=0),
            "encode_allocs": Figure(LESS, ratio=False, limit=0),
        },
    ),
    _go("quant", "quantizers on 1 Mi elements", {}),
    _go(
        "codes",
        "Reed-Solomon of 32 and 8 shards against a copy of its data, and adapt against the quantizers that it tries",
        {
            "encode_of_copy": MORE_IS_BETTER,
            "decode_of_copy": MORE_IS_BETTER,
            "adapt_q4": Figure(LESS, limit=4),
            "adapt_none": Figure(LESS, limit=4),
        },
    ),
    _go(
        "tcp",
        "stream of 2,000 frames of 60 KiB over TCP against the same bytes through a bare socket",
        {
            "tcp_of_bare": Figure(MORE, limit=0.7),
            "tcp_of_summed": MORE_IS_BETTER,
            "tcp_kept_of_bare": MORE_IS_BETTER,
            "tcp_first_of_bare": MORE_IS_BETTER,
        },
    ),
    Bench(
        "go-quic",
        "Go, stream of 2,000 frames of 60 KiB over QUIC against the same bytes on a stream of quic-go's own",
        ("go", "run", "./internal/bench"),
        {"quic_of_bare": Figure(MORE, limit=0.8)},
        ROOT / "adapters" / "go" / "quic",
    ),
    _typescript("frame", "seed frame of 2048 F16", {"decode_us": Figure(LESS, ratio=False, limit=40)}),
    _typescript("quant", "quantizers on 1 Mi elements", {"q4_ms": Figure(LESS, ratio=False, limit=60)}),
    _suite(
        "suite",
        "whole suite against equally many empty tests, and in lanes and in two processes against one",
        {
            "ratio": Figure(LESS, limit=0.8),
            "cpu_ratio": Figure(LESS),
            "lanes_ratio": Figure(LESS, limit=1),
            "two_ratio": Figure(LESS, limit=1),
            "two_cpu_ratio": Figure(LESS),
        },
    ),
    _suite(
        "rates",
        "cases judged in a second without pytest",
        {
            "run_per_s": Figure(MORE, ratio=False, limit=3000),
            "all_per_s": Figure(MORE, ratio=False),
            "stateless_per_s": Figure(MORE, ratio=False, limit=8000),
        },
    ),
    _suite(
        "dialogues",
        "all dialogues, and exchanges on the wire",
        {
            "dialogues_per_s": Figure(MORE, ratio=False, limit=336),  # 1,679 in 5 s, as was asked once
            "wire_exchanges_per_s": Figure(MORE, ratio=False, limit=300),
        },
    ),
    _suite(
        "campaign",
        "inputs of a campaign of the reference and Rust, in one worker",
        {
            "campaign_stateless_per_s": Figure(MORE, ratio=False, limit=5000),
            "campaign_dialogues_per_s": Figure(MORE, ratio=False, limit=150),
        },
    ),
    _suite(
        "silent",
        "a run against a testee that never answers",
        {"silent_run_s": Figure(LESS, ratio=False, limit=20)},
    ),
)

"""The site as somebody uses it: search, the browser of vectors, frames by keyboard, conversations, colours, print."""

from __future__ import annotations

import base64
import lzma
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from website.tests.pages.conftest import Opener

HEART = bytes.fromhex("0103000034120000020000000000000000000000000000000000000000238a9d3b")


def test_search_finds_a_clause_by_its_id_and_by_its_words(opener: Opener) -> None:
    page = opener.go(opener.window(), "index.html")
    page.keyboard.press("/")
    page.keyboard.type("FRM-24")
    expect(page.locator("#search-results a").first).to_contain_text("FRM-24")
    page.keyboard.press("Enter")
    page.wait_for_url("**/spec/1.0/frame.html#FRM-24")
    page.keyboard.press("/")
    page.locator("#search-input").fill("retransmit buffer")
    expect(page.locator("#search-results b", has_text="STM-").first).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("frm-24", "FRM-24"),
        ("frm24", "FRM-24"),
        ("FRM 24", "FRM-24"),
        ("crc_mismatch", "FRM-24"),
        ("crc-mismatch", "FRM-24"),
        ("Stream-Limit", "MUX-22"),
        ("65507", "FRM-28"),
        ("65,507", "FRM-28"),
        ("rs_encode", "RSC-3"),
    ],
)
def test_search_takes_ids_codes_and_numbers_as_people_type_them(opener: Opener, typed: str, found: str) -> None:
    page = opener.go(opener.window(), "index.html")
    page.keyboard.press("/")
    page.locator("#search-input").fill(typed)
    expect(page.locator("#search-results b", has_text=re.compile(f"^{found}$"))).to_be_visible()


def test_cases_are_found_by_clause_outcome_and_words(opener: Opener) -> None:
    page = opener.go(opener.window(), "vectors/index.html")
    page.locator("#clause").fill("frm-24")
    page.locator("#code").select_option("CRC_MISMATCH")
    page.locator("#q").fill("zero")
    expect(page.locator("#found a", has_text="frame/decode/crc/crc-zero")).to_be_visible()
    address = page.url
    page.locator("#found a", has_text="frame/decode/crc/crc-zero").click()
    page.wait_for_url("**/vectors/frame/decode/crc.html#crc-zero")
    expect(page.locator("#crc-zero .bytes b").first).to_be_visible()
    opener.go(page, "index.html")
    page.goto(address)
    expect(page.locator("#found a", has_text="frame/decode/crc/crc-zero")).to_be_visible()
    page.locator("#filters button[type=reset]").click()
    expect(page.locator("#tree")).to_be_visible()


def test_arrow_keys_walk_from_field_to_field(opener: Opener) -> None:
    page = opener.go(opener.window(), "vectors/frame/decode/crc.html#crc-zero")
    case = page.locator("#crc-zero")
    case.locator(".bytes b").first.focus()
    expect(case.locator(".legend li.on .field")).to_have_text("version")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(case.locator(".legend li.on .field")).to_have_text("stream_id")
    assert "stream_id" in (page.evaluate("document.activeElement.getAttribute('aria-label')") or "")
    page.keyboard.press("ArrowLeft")
    expect(case.locator(".legend li.on .field")).to_have_text("flags")
    case.locator(".bytes b").last.hover()
    expect(case.locator(".legend li.on .field")).to_have_text("crc32")
    expect(case.locator(".legend li.wrong .field")).to_have_text("crc32")


def test_a_conversation_is_drawn_and_its_frames_open(opener: Opener) -> None:
    page = opener.go(opener.window(), "vectors/stream/plain/lost.html#server-data-1")
    talk = page.locator("#server-data-1 .talk")
    expect(talk.locator(".lanes")).to_contain_text("peer under test")
    assert talk.locator("li").count() > 10
    talk.locator("button").first.click()
    expect(talk.locator(".opened .bytes b").first).to_have_text("01")


def test_many_other_ends_share_a_lane_and_say_who_they_are(opener: Opener) -> None:
    page = opener.go(opener.window(), "vectors/quic/connections.html#many")
    talk = page.locator("#many .talk")
    assert talk.locator(".lanes span").all_text_contents() == ["", "application", "peer under test", "other ends"]
    expect(talk.locator("b", has_text="bl: ").first).to_be_attached()


@pytest.mark.parametrize(("system", "other"), [(False, "dark"), (True, "light")])
def test_colours_are_those_of_the_system_until_somebody_chooses(opener: Opener, *, system: bool, other: str) -> None:
    page = opener.go(opener.window(dark=system), "index.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    while page.evaluate("document.documentElement.dataset.theme") != other:
        page.locator("#theme").click()
    assert page.evaluate(ground) != before
    opener.go(page, "matrix/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == other


def test_without_scripts_texts_cases_and_numbers_are_there(opener: Opener) -> None:
    page = opener.window(java_script_enabled=False)
    opener.go(page, "spec/1.0/frame.html")
    expect(page.locator("#FRM-24")).to_contain_text("CRC-32")
    opener.go(page, "vectors/frame/decode/crc.html")
    expect(page.locator("#crc-zero summary")).to_contain_text("CRC_MISMATCH")
    opener.go(page, "matrix/index.html")
    expect(page.locator("table.matrix").first).to_contain_text("frame")


def test_on_paper_there_is_the_text_alone(opener: Opener, tmp_path: Path) -> None:
    page: Page = opener.go(opener.window(), "spec/1.0/quant.html")
    page.emulate_media(media="print")
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator("#QNT-4")).to_be_visible()
    assert len(page.pdf(path=tmp_path / "page.pdf")) > 10_000


def test_a_frame_goes_on_to_the_playground_which_names_the_clause(opener: Opener) -> None:
    page = opener.go(opener.window(), "vectors/frame/decode/crc.html#crc-zero")
    page.locator("#crc-zero").get_by_text("Open in the playground").first.click()
    page.wait_for_url("**/playground/index.html#hex=*")
    verdict = page.locator("[data-playground=explain] .verdict-line")
    expect(verdict).to_contain_text("CRC_MISMATCH")
    verdict.get_by_role("link", name="FRM-24").click()
    page.wait_for_url("**/spec/1.0/frame.html#FRM-24")


def test_the_playground_takes_what_tools_write(opener: Opener, tmp_path: Path) -> None:
    page = opener.go(opener.window(), "playground/index.html")
    dump = "".join(f"{at:08x}: {HEART[at : at + 16].hex(' ', 2):39}  ................\n" for at in range(0, 33, 16))
    output = page.locator(".output").first
    for text in (dump, base64.b64encode(HEART).decode(), f"[{', '.join(map(hex, HEART))}]"):
        page.locator("[name=digits]").fill(text)
        expect(output).to_contain_text("valid frame: Sync, stream 0x1234, frame_seq 2")
    file = tmp_path / "talk.pcapng.xz"
    file.write_bytes(lzma.compress(b"talk"))
    page.locator("[name=file]").set_input_files(file)
    expect(output).to_contain_text("unpack it, such as with xz -dk")

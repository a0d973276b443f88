"""Faults of frames with XCHACHA set: XCH-1 to XCH-9 and XCH-14."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, refusing, replaced
from .primitive import open_half_verified, open_unverified

READ = "frame.decode.plain_body"
WRITE = "frame.encode.encode"
BODY = "transform.xchacha.open_body"
SHORT = "if len(body) < NONCE_BYTES + TAG_BYTES:"
SEALED = "nonce + sealing.seal(body, key=key, nonce=nonce, aad=header)"
AAD = "aad=data[: header.size]"
IS_SEALED = "if header.flags & Flags.XCHACHA:"
TO_SEAL = "if frame.flags & Flags.XCHACHA:"
NO_KEY = "if key is None:"
OPENED = "body = sealing.open_body"
NOTHING = "if key is None or nonce is None:"

ORDER = (
    Mutant(
        "decompressed-before-opening",
        "XCH-1",
        "Undoes the transforms in the order of their flag bits.",
        edited(
            READ,
            "if header.flags & Flags.ZSTD:",
            "if False:",
            (
                IS_SEALED,
                f"if header.flags & 1:\n    body = compression.decompress_body(body, num_slices=0)\n{IS_SEALED}",
            ),
        ),
    ),
    Mutant(
        "sealed-not-decompressed",
        "XCH-1",
        "Undoes one transform a frame, because it wrote else if.",
        edited(READ, "if header.flags & Flags.ZSTD:", "if header.flags & 3 == Flags.ZSTD:"),
    ),
    Mutant(
        "sealed-not-compressed",
        "XCH-1",
        "Applies one transform a frame, because it wrote else if.",
        edited(WRITE, "if frame.flags & Flags.ZSTD:", "if frame.flags & 3 == Flags.ZSTD:"),
    ),
)
LAYOUT = (
    Mutant(
        "nonce-written-last",
        "XCH-2",
        "Appends the nonce to what it has sealed.",
        edited(WRITE, SEALED, f"{SEALED.removeprefix('nonce + ')} + nonce"),
    ),
    Mutant(
        "nonce-not-sent",
        "XCH-2",
        "Leaves the nonce out, as a receiver could make it of frame_seq.",
        edited(WRITE, SEALED, SEALED.removeprefix("nonce + ")),
    ),
    Mutant(
        "tag-read-first",
        "XCH-2",
        "Expects the tag before the ciphertext, as some interfaces return the two.",
        edited(BODY, "open_sealed(body[NONCE_BYTES:]", "open_sealed(body[40:] + body[24:40]"),
    ),
    Mutant(
        "key-reversed",
        "XCH-2",
        "Reads the key as one number and writes its bytes the other way round.",
        edited(BODY, "key=key", "key=key[::-1]"),
    ),
    Mutant(
        "aad-without-modality",
        "XCH-3",
        "Ends the associated data one byte early.",
        edited(READ, AAD, "aad=data[: header.size - 1]"),
    ),
    Mutant(
        "aad-of-29-bytes",
        "XCH-3",
        "Takes the header for 29 bytes, whatever N is.",
        edited(READ, AAD, "aad=data[:29]"),
    ),
    Mutant(
        "aad-with-nonce",
        "XCH-3",
        "Counts the nonce to the header, as it stands in clear before the ciphertext.",
        edited(READ, AAD, "aad=data[: header.size + 24]"),
    ),
    Mutant(
        "aad-not-verified",
        "XCH-3",
        "Trusts the header, whose CRC was right.",
        replaced("transform.xchacha.open_sealed", open_unverified),
    ),
    Mutant(
        "written-aad-empty",
        "XCH-3",
        "Seals with the default of its library, no associated data.",
        edited(WRITE, "aad=header", 'aad=b""'),
    ),
    Mutant(
        "written-aad-before-table",
        "XCH-3",
        "Seals before it has filled in the table of lengths.",
        edited(WRITE, "aad=header", "aad=header[:24] + bytes(4 * num_slices) + header[24 + 4 * num_slices :]"),
    ),
)
OPENING = (
    Mutant(
        "no-key-body-as-it-is",
        "XCH-4",
        "Reads a sealed body as it is when there is no key.",
        inserted(READ, NO_KEY, f"{NO_KEY}\n    return body"),
    ),
    Mutant(
        "no-key-as-decrypt-failed",
        "XCH-4",
        "Has one code for everything that does not open.",
        edited(READ, "RejectCode.KEY_REQUIRED", "RejectCode.DECRYPT_FAILED"),
    ),
    Mutant(
        "no-key-is-zeros",
        "XCH-4",
        "Has a key of zeros until one is set.",
        inserted(READ, NO_KEY, "key = key or bytes(32)"),
    ),
    Mutant(
        "short-body-crashes",
        "XCH-5",
        "Takes 40 from the length of the body and asks for as many bytes.",
        edited(BODY, SHORT, "if bytes(len(body) - NONCE_BYTES - TAG_BYTES) is None:"),
    ),
    Mutant(
        "nonce-alone-is-empty",
        "XCH-5",
        "Takes a nonce with nothing behind it for a sealed empty body.",
        inserted(BODY, SHORT, 'if len(body) == NONCE_BYTES:\n    return b""'),
    ),
    Mutant(
        "tag-not-verified",
        "XCH-5",
        "Decrypts, and leaves the tag to a second pass that nobody has written.",
        replaced("transform.xchacha.open_sealed", open_unverified),
    ),
    Mutant(
        "tag-half-verified",
        "XCH-5",
        "Compares the first half of the tag.",
        replaced("transform.xchacha.open_sealed", open_half_verified),
    ),
    Mutant(
        "nonce-must-end-in-frame-seq",
        "XCH-6",
        "Refuses a nonce that does not end in frame_seq, to be safe.",
        inserted(
            READ,
            OPENED,
            refusing("body[16:24] != data[8:16]", "DECRYPT_FAILED"),
        ),
    ),
    Mutant(
        "nonce-of-zeros-refused",
        "XCH-6",
        "Takes a nonce of zeros for one that was forgotten.",
        inserted(READ, OPENED, refusing("not any(body[:24])", "DECRYPT_FAILED")),
    ),
    Mutant(
        "key-opens-everything",
        "XCH-7",
        "Opens every frame when it has a key.",
        edited(READ, IS_SEALED, "if header.flags & Flags.XCHACHA or key:"),
    ),
    Mutant(
        "key-seals-everything",
        "XCH-7",
        "Seals every frame when it has a key and a nonce.",
        edited(WRITE, TO_SEAL, "if frame.flags & Flags.XCHACHA or (key and nonce):"),
    ),
)
SEALING = (
    Mutant(
        "no-key-sends-plain",
        "XCH-8",
        "Sends the body as it is when there is no key.",
        edited(WRITE, TO_SEAL, "if frame.flags & Flags.XCHACHA and key:"),
    ),
    Mutant(
        "no-nonce-is-zeros",
        "XCH-8",
        "Seals under a nonce of zeros when none is given.",
        inserted(WRITE, NOTHING, "nonce = nonce or bytes(24)"),
    ),
    Mutant(
        "sealed-nothing-refused",
        "XCH-9",
        "Compares the length with <= 40, as nobody seals nothing.",
        edited(BODY, SHORT, SHORT.replace("<", "<=")),
    ),
    Mutant(
        "opened-nothing-refused",
        "XCH-9",
        "Takes an empty result of its library for a failure.",
        edited(
            BODY,
            "return open_sealed(",
            "opened = open_sealed(",
            (
                "span=span)",
                f"span=span)\n{refusing('not opened', 'DECRYPT_FAILED')}\nreturn opened",
            ),
        ),
    ),
    Mutant(
        "sealed-frame-not-limited",
        "XCH-14",
        "Checks the size before it seals and forgets that this adds 40 bytes.",
        edited(WRITE, "if len(data) > MAX_FRAME_BYTES:", "if len(data) > MAX_FRAME_BYTES + 40:"),
    ),
    Mutant(
        "sealed-noise-not-limited",
        "XCH-14",
        "Checks the size of what it has compressed before it seals that.",
        edited(
            WRITE, "if len(data) > MAX_FRAME_BYTES:", "if len(data) - 40 * (frame.flags & 3 == 3) > MAX_FRAME_BYTES:"
        ),
    ),
    Mutant(
        "sealed-frame-as-plain",
        "XCH-14",
        "Says PLAIN_TOO_LARGE for what sealing made too long.",
        edited(WRITE, "RejectCode.FRAME_TOO_LARGE", "RejectCode.PLAIN_TOO_LARGE"),
    ),
)
MUTANTS = (*ORDER, *LAYOUT, *OPENING, *SEALING)

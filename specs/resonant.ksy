# A datagram of Resonant Protocol 1 for Kaitai Struct: a frame (frame.md) or a repair datagram (fec.md).
#
# The clauses in the Markdown files beside this one are normative. This is for those who want to look into frames, in any
# language that Kaitai has, and is no receiver: it reads what a receiver accepts to the same fields, but asks less. It
# computes no crc32 and no product of dims, opens and decompresses nothing, and does not read JSON.
#
# No count is believed before it is compared with the bytes that there are (FRM-8, FRM-9), so that a hostile frame costs
# no more than its own length.
meta:
  id: resonant
  title: Datagram of Resonant Protocol 1
  ks-version: "0.11"
  endian: le
  license: MIT
doc-ref: specs/frame.md
seq:
  - id: content
    size: content_len
    type:
      switch-on: is_repair
      cases:
        true: repair
        false: frame
    doc: A frame, or a repair datagram.
  - id: crc32
    type: u4
    doc: CRC-32 as in zlib of all bytes before it (FRM-24); not checked here.
instances:
  content_len:
    value: "_io.size > 4 ? _io.size - 4 : 0"
  magic:
    pos: 0
    type: u4
  is_repair:
    value: magic == 0x31465352
    doc: It begins with RSF1 in ASCII.
types:
  frame:
    doc: All of a frame but its crc32 (frame.md, section 1).
    seq:
      - id: version
        type: u1
        valid: 1
      - id: type
        type: u1
        enum: frame_type
        valid:
          in-enum: true
      - id: flags
        type: flags
      - id: stream_id
        type: u4
      - id: frame_seq
        type: u8
      - id: num_slices
        type: u8
        valid:
          expr: _ <= max_slices
      - id: slice_len
        type: u4
        repeat: expr
        repeat-expr: num_slices
        doc: The bytes of each slice's payload, whatever the transforms.
      - id: space_hash32
        type: u4
      - id: modality
        type: u1
        enum: modality
        valid:
          in-enum: true
      - id: body
        size-eos: true
        type:
          switch-on: flags.is_transformed
          cases:
            false: plain_body(num_slices)
        doc: The slices, or their bytes as compressed and sealed.
    instances:
      max_slices:
        value: "_io.size < 29 ? 0 : (_io.size - 29) / 4"
        doc: The entries of slice_len that the frame has room for.
  flags:
    seq:
      - id: bits
        type: u2
        valid:
          max: 7
    instances:
      zstd:
        value: (bits & 1) != 0
      xchacha:
        value: (bits & 2) != 0
      strong_tail:
        value: (bits & 4) != 0
      is_transformed:
        value: (bits & 3) != 0
  plain_body:
    params:
      - id: num_slices
        type: u8
    seq:
      - id: slices
        type: slice(_parent.as<frame>.slice_len[_index])
        repeat: expr
        repeat-expr: num_slices
      - id: trailing
        size-eos: true
        valid:
          expr: _.length == 0
        doc: Nothing; a receiver rejects TRAILING_BYTES.
  slice:
    doc: A slice (frame.md, section 2). The length of its payload has to follow from dtype and dims, which is not checked here.
    params:
      - id: len
        type: u4
    seq:
      - id: dtype
        type: u1
        enum: dtype
        valid:
          in-enum: true
      - id: rank
        type: u1
        valid:
          min: 1
      - id: dims
        type: u4
        repeat: expr
        repeat-expr: rank
      - id: payload
        size: len
  repair:
    doc: All of a repair datagram but its crc32 (fec.md, section 1).
    seq:
      - id: magic
        contents: RSF1
      - id: stream_id
        type: u4
      - id: base
        type: u8
        doc: The frame_seq of frame 0 of the group.
      - id: k
        type: u1
        valid:
          min: 1
          max: 128
      - id: r
        type: u1
        valid:
          min: 1
          max: 32
      - id: index
        type: u1
        valid:
          expr: _ < r
      - id: step
        type: u1
        valid:
          min: 1
          max: 16
      - id: parity
        size-eos: true
        valid:
          expr: _.length >= 35 and _.length <= 65483
enums:
  frame_type:
    0: think
    1: cache
    2: ask
    3: sync
    4: critique
  modality:
    0: text
    1: image
    2: audio
    3: graph
    4: mixed
  dtype:
    0x01: f16
    0x02: i8
    0x03: q4
    0x10: sparse_coo

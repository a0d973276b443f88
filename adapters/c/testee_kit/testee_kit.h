/* The shared part of testees in C (specs/testee.md): the sockets, the datagrams, the checks of requests. A testee
 * defines one kit_implementation named yours, and is compiled with the files of this folder. */
#ifndef TESTEE_KIT_H
#define TESTEE_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes; at is NULL where an optional one is absent. Those of a result come from kit_room(), or last longer. */
typedef struct {
    const uint8_t *at;
    size_t size;
} kit_bytes;

/* One slice of a frame. Given to encode, its values may be wrong on purpose. */
typedef struct {
    uint8_t dtype;
    size_t rank;
    const uint32_t *dims;
    kit_bytes payload;
} kit_slice;

/* A frame as data. Given to encode, its values may be wrong on purpose: a type of 7 is for the implementation to
 * refuse. Bits of flags: 1 ZSTD, 2 XCHACHA, 4 STRONG_TAIL. */
typedef struct {
    uint8_t type;
    uint16_t flags;
    uint32_t stream_id;
    uint64_t frame_seq;
    uint32_t space_hash32;
    uint8_t modality;
    size_t count;
    const kit_slice *slices;
} kit_fields;

/* What encode may be told besides the fields; nothing of it matters to a frame without transforms. */
typedef struct {
    const uint8_t *key, *nonce; /* 32 and 24 bytes, NULL where there is none */
    int level;                  /* 1 to 22, 0 where there is none */
} kit_options;

/* What it takes to seal and to open. */
typedef struct {
    const uint8_t *key, *nonce; /* 32 and 24 bytes */
    kit_bytes aad;
} kit_sealing;

/* A sparse tensor, which may be wrong on purpose. */
typedef struct {
    size_t rank;
    const uint32_t *dims;
    kit_bytes values;
    size_t index_rank;
    const uint32_t *index_dims;
    kit_bytes index;
} kit_sparse;

/* What becomes of a request: of one that is OK the function has written the result. */
typedef struct {
    enum { OK, REJECT, UNSUPPORTED, ERROR } kind;
    const char *why; /* a code, a name, a text */
} kit_outcome;

static inline kit_outcome kit_done(void) { return (kit_outcome){OK, ""}; }
/* The implementation refuses its input: a code of specs/README.md, or REJECTED where it names none. */
static inline kit_outcome kit_refused(const char *code) { return (kit_outcome){REJECT, code}; }
static inline kit_outcome kit_unsupported(const char *what) { return (kit_outcome){UNSUPPORTED, what}; }

/* What is found in the bytes of a connection: the frames that are whole; open, clean or the code with which it is closed;
   how many bytes wait for the rest of their frame. */
typedef struct {
    const kit_bytes *frames;
    size_t count;
    const char *end;
    size_t held;
} kit_split;

/* Some pieces of bytes, such as shards or frames; at of one that is not there is NULL. */
typedef struct {
    const kit_bytes *at;
    size_t count;
} kit_pieces;

/* The group that repair is for, which may be wrong on purpose. */
typedef struct {
    uint32_t stream_id;
    uint64_t base;
    uint32_t r, step;
} kit_group;

/* A tensor, and what adapt is told of it, which may be wrong on purpose. source is f16, f32 or bf16; allow has some of
   f16, i8, q4 and sparse. */
typedef struct {
    const char *source;
    kit_bytes data;
    const uint32_t *dims;
    size_t rank;
    const char *const *allow;
    size_t allowed;
    int64_t tolerance;
    bool has_budget;
    int64_t budget;
} kit_tensor;

/* The choice of adapt: f16 with its data in first, i8 or q4 with codes and scale, sparse with values and index. */
typedef struct {
    const char *dtype;
    kit_bytes first, second;
} kit_adapted;

/* An implementation as a testee calls it. A function that is NULL answers unsupported. */
typedef struct {
    const char *name, *version;
    const char *const *profiles; /* those that it claims, and NULL behind the last */

    /* The profile frame. A key is NULL where there is none; text is UTF-8 and may hold a zero byte. */
    kit_outcome (*decode)(kit_bytes frame, const uint8_t *key, kit_fields *out);
    kit_outcome (*encode)(const kit_fields *in, const kit_options *by, kit_bytes *frame);
    kit_outcome (*space_hash)(kit_bytes space_id, kit_bytes arch, kit_bytes data_sig, uint32_t *hash);
    kit_outcome (*tail_hash)(kit_bytes data, uint64_t *hash);

    /* zstd and xchacha. A level is 0 where there is none. */
    kit_outcome (*compress)(kit_bytes plain, int level, kit_bytes *zstd);
    kit_outcome (*decompress)(kit_bytes zstd, kit_bytes *plain);
    kit_outcome (*seal)(const kit_sealing *by, kit_bytes plain, kit_bytes *sealed);
    kit_outcome (*open)(const kit_sealing *by, kit_bytes sealed, kit_bytes *plain);

    /* message: the text of JSON that $defs/message of specs/ops/read_message.json describes. */
    kit_outcome (*read_message)(kit_bytes frame, const uint8_t *key, kit_bytes *json);

    /* sparse and quant. bits is 4 or 8, source f16, f32 or bf16; a scale that is absent is NULL. */
    kit_outcome (*sparse_encode)(const uint32_t *dims, size_t rank, kit_bytes dense, kit_bytes *values,
                                 kit_bytes *index);
    kit_outcome (*sparse_decode)(const kit_sparse *tensor, kit_bytes *dense);
    kit_outcome (*quantize)(int bits, const char *source, kit_bytes data, kit_bytes *codes, kit_bytes *scale);
    kit_outcome (*dequantize)(int bits, uint32_t count, kit_bytes codes, kit_bytes scale, kit_bytes *data);

    /* tcp: frames in bytes that come in chunks, after which the other end stops sending or not; and as they are sent. */
    kit_outcome (*tcp_split)(const kit_bytes *chunks, size_t count, bool ended, kit_split *found);
    kit_outcome (*tcp_join)(const kit_bytes *frames, size_t count, kit_bytes *data);

    /* rs, fec besides peers, and adapt. */
    kit_outcome (*rs_encode)(uint32_t k, uint32_t r, kit_pieces shards, kit_pieces *parity);
    kit_outcome (*rs_decode)(uint32_t k, uint32_t r, kit_pieces shards, kit_pieces *all);
    kit_outcome (*repair_encode)(const kit_group *group, kit_pieces frames, kit_pieces *repair);
    kit_outcome (*repair_decode)(kit_pieces repair, kit_pieces frames, kit_pieces *missing);
    kit_outcome (*adapt)(const kit_tensor *tensor, kit_adapted *chosen);

    /* The transports that its peers are on, `udp` and `tcp`, and NULL behind the last; NULL where there are no peers.
       use_wire is given a socket for each before the first request: a bound one for UDP, one that listens for TCP. */
    const char *const *transports;
    void (*use_wire)(const char *transport, int wire);
} kit_implementation;

extern const kit_implementation yours;

/* Zeroed memory until the request is answered; ends the process where there is none. */
void *kit_room(size_t size);

#endif

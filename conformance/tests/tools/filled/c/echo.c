/* The template filled in with echoes: each function gives what it was given, so that nothing can be mixed up unseen. */
#include "testee_kit/testee_kit.h"

#include <stdio.h>
#include <string.h>

/* What is given back, in memory of its own until the next time. */
static uint8_t memory[4096];
static size_t used;

static void add(const void *data, size_t size) {
    if (size) memcpy(memory + used, data, size);
    used += size;
}

static void add_bytes(kit_bytes data) { add(data.at, data.size); }

static void add_byte(uint64_t value) { memory[used++] = (uint8_t)value; }

static void add_numbers(const uint32_t *numbers, size_t count) {
    while (count--) add_byte(*numbers++);
}

static kit_outcome given_back(kit_bytes *out, size_t from) {
    *out = (kit_bytes){memory + from, used - from};
    return kit_done();
}

static kit_outcome decode(kit_bytes frame, const uint8_t *key, kit_fields *out) {
    static const uint32_t dims[] = {7, UINT32_MAX};
    static kit_slice slices[2];
    used = 0;
    add_bytes(frame);
    if (key) add(key, 32);
    slices[0] = (kit_slice){6, 2, dims, {memory, used}};
    slices[1] = (kit_slice){.dtype = 8};
    *out = (kit_fields){1, 2, 3, UINT64_MAX, 4, 5, 2, slices};
    return kit_done();
}

static kit_outcome encode(const kit_fields *in, const kit_options *by, kit_bytes *frame) {
    const uint64_t numbers[] = {in->type, in->flags, in->stream_id, in->frame_seq, in->space_hash32, in->modality};
    used = 0;
    for (size_t at = 0; at < 6; at++) add_byte(numbers[at]);
    for (size_t at = 0; at < in->count; at++) {
        add_byte(in->slices[at].dtype);
        add_numbers(in->slices[at].dims, in->slices[at].rank);
        add_bytes(in->slices[at].payload);
    }
    if (by->key) add(by->key, 32);
    if (by->nonce) add(by->nonce, 24);
    add_byte((uint64_t)by->level);
    return given_back(frame, 0);
}

static kit_outcome space_hash(kit_bytes space_id, kit_bytes arch, kit_bytes data_sig, uint32_t *hash) {
    *hash = (uint32_t)(space_id.size << 16 | arch.size << 8 | data_sig.size);
    return kit_done();
}

static kit_outcome tail_hash(kit_bytes data, uint64_t *hash) {
    *hash = data.size;
    return kit_done();
}

static kit_outcome compress(kit_bytes plain, int level, kit_bytes *zstd) {
    used = 0;
    add_bytes(plain);
    add_byte((uint64_t)level);
    return given_back(zstd, 0);
}

static kit_outcome decompress(kit_bytes zstd, kit_bytes *plain) {
    used = 0;
    add_bytes(zstd);
    add_byte(1);
    return given_back(plain, 0);
}

static kit_outcome seal(const kit_sealing *by, kit_bytes plain, kit_bytes *sealed) {
    used = 0;
    add(by->key, 32);
    add(by->nonce, 24);
    add_bytes(by->aad);
    add_bytes(plain);
    return given_back(sealed, 0);
}

static kit_outcome unseal(const kit_sealing *by, kit_bytes sealed, kit_bytes *plain) {
    used = 0;
    add_bytes(sealed);
    add_bytes(by->aad);
    add(by->nonce, 24);
    add(by->key, 32);
    return given_back(plain, 0);
}

static kit_outcome read_message(kit_bytes frame, const uint8_t *key, kit_bytes *json) {
    char digits[3];
    used = 0;
    add("{\"kind\":\"", 9);
    for (size_t at = 0; at < frame.size + (key ? 32 : 0); at++) {
        (void)snprintf(digits, sizeof digits, "%02x", at < frame.size ? frame.at[at] : key[at - frame.size]);
        add(digits, 2);
    }
    add("\"}", 2);
    return given_back(json, 0);
}

static kit_outcome sparse_encode(const uint32_t *dims, size_t rank, kit_bytes dense, kit_bytes *values,
                                 kit_bytes *index) {
    used = 0;
    add_bytes(dense);
    (void)given_back(values, 0);
    add_numbers(dims, rank);
    return given_back(index, values->size);
}

static kit_outcome sparse_decode(const kit_sparse *tensor, kit_bytes *dense) {
    used = 0;
    add_numbers(tensor->dims, tensor->rank);
    add_bytes(tensor->values);
    add_numbers(tensor->index_dims, tensor->index_rank);
    add_bytes(tensor->index);
    return given_back(dense, 0);
}

static kit_outcome quantize(int bits, const char *source, kit_bytes data, kit_bytes *codes, kit_bytes *scale) {
    used = 0;
    add_bytes(data);
    (void)given_back(codes, 0);
    add_byte((uint64_t)bits);
    add(source, strlen(source));
    return given_back(scale, codes->size);
}

static kit_outcome dequantize(int bits, uint32_t count, kit_bytes codes, kit_bytes scale, kit_bytes *data) {
    used = 0;
    add_byte((uint64_t)bits);
    add_byte(count);
    add_bytes(codes);
    if (scale.at) add_byte(0xff);
    add_bytes(scale);
    return given_back(data, 0);
}

static kit_outcome tcp_split(const kit_bytes *chunks, size_t count, bool ended, kit_split *found) {
    *found = (kit_split){.frames = chunks, .count = count, .end = ended ? "clean" : "open", .held = count};
    return kit_done();
}

static kit_outcome tcp_join(const kit_bytes *frames, size_t count, kit_bytes *data) {
    used = 0;
    for (size_t at = 0; at < count; at++) add_bytes(frames[at]);
    return given_back(data, 0);
}

/* Some pieces as they came, and behind them some numbers, if there are any, as one more. */
static kit_pieces and_numbers(kit_pieces pieces, const uint64_t *numbers, size_t count) {
    static kit_bytes all[8];
    used = 0;
    memcpy(all, pieces.at, pieces.count * sizeof *all);
    for (size_t at = 0; at < count; at++) add_byte(numbers[at]);
    if (count) (void)given_back(&all[pieces.count], 0);
    return (kit_pieces){all, pieces.count + (count ? 1 : 0)};
}

static kit_outcome rs_encode(uint32_t k, uint32_t r, kit_pieces shards, kit_pieces *parity) {
    *parity = and_numbers(shards, (const uint64_t[]){k, r}, 2);
    return kit_done();
}

static kit_outcome rs_decode(uint32_t k, uint32_t r, kit_pieces shards, kit_pieces *all) {
    static kit_bytes found[8];
    used = 0;
    add_byte(k);
    add_byte(r);
    for (size_t at = 0; at < shards.count; at++) {
        if (shards.at[at].at) found[at] = shards.at[at];
        else (void)given_back(&found[at], 0);
    }
    *all = (kit_pieces){found, shards.count};
    return kit_done();
}

static kit_outcome repair_encode(const kit_group *group, kit_pieces frames, kit_pieces *repair) {
    const uint64_t numbers[] = {group->stream_id, group->base, group->r, group->step};
    *repair = and_numbers(frames, numbers, 4);
    return kit_done();
}

static kit_outcome repair_decode(kit_pieces repair, kit_pieces frames, kit_pieces *missing) {
    static kit_bytes found[8];
    memcpy(found, repair.at, repair.count * sizeof *found);
    memcpy(found + repair.count, frames.at, frames.count * sizeof *found);
    *missing = (kit_pieces){found, repair.count + frames.count};
    return kit_done();
}

static kit_outcome adapt(const kit_tensor *tensor, kit_adapted *chosen) {
    used = 0;
    if (!tensor->allowed) {
        add_numbers(tensor->dims, tensor->rank);
        *chosen = (kit_adapted){.dtype = "sparse", .first = tensor->data};
        return given_back(&chosen->second, 0);
    }
    if (tensor->has_budget) {
        add_byte((uint64_t)tensor->tolerance);
        add_byte((uint64_t)tensor->budget);
        *chosen = (kit_adapted){.dtype = "q4", .first = tensor->data};
        return given_back(&chosen->second, 0);
    }
    add_bytes(tensor->data);
    add_numbers(tensor->dims, tensor->rank);
    add(tensor->source, strlen(tensor->source));
    for (size_t at = 0; at < tensor->allowed; at++) add(tensor->allow[at], strlen(tensor->allow[at]));
    add_byte((uint64_t)tensor->tolerance);
    chosen->dtype = "f16";
    return given_back(&chosen->first, 0);
}

static const char *const profiles[] = {"frame", "zstd", "xchacha", "message", "sparse", "quant", NULL};
const kit_implementation yours = {
    .name = "echo",
    .version = "0.1",
    .profiles = profiles,
    .decode = decode,
    .encode = encode,
    .space_hash = space_hash,
    .tail_hash = tail_hash,
    .compress = compress,
    .decompress = decompress,
    .seal = seal,
    .open = unseal,
    .read_message = read_message,
    .sparse_encode = sparse_encode,
    .sparse_decode = sparse_decode,
    .quantize = quantize,
    .dequantize = dequantize,
    .tcp_split = tcp_split,
    .tcp_join = tcp_join,
    .rs_encode = rs_encode,
    .rs_decode = rs_decode,
    .repair_encode = repair_encode,
    .repair_decode = repair_decode,
    .adapt = adapt,
};

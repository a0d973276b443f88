/* The list of ops, and those on transforms and tensors; see ops.h. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

kit_outcome kit_put_results(text *out, kit_outcome what, const char *first, kit_bytes one, const char *second,
                            kit_bytes other) {
    if (what.kind != OK) return what;
    kit_put_member(out, first, one);
    if (second) kit_put_member(out, second, other);
    kit_put_string(out, "}");
    return what;
}

kit_outcome kit_put_result(text *out, kit_outcome what, const char *first, kit_bytes one) {
    return kit_put_results(out, what, first, one, NULL, one);
}

static kit_outcome compress(span input, text *out) {
    static const char *const names[] = {"plain", "level"};
    span given[2];
    kit_bytes plain, zstd = {0};
    int level;
    if (!kit_json_members(input, 1, 1, names, given) || !kit_read_bytes(given[0], &plain) ||
        !kit_read_level(given[1], &level))
        return malformed("the members are plain, lower-case hexadecimal, and perhaps level, 1 to 22");
    if (!yours.compress) return kit_unsupported("compress");
    return kit_put_result(out, yours.compress(plain, level, &zstd), FIRST("zstd"), zstd);
}

static kit_outcome decompress(span input, text *out) {
    static const char *const names[] = {"zstd"};
    span given;
    kit_bytes zstd, plain = {0};
    if (!kit_json_members(input, 1, 0, names, &given) || !kit_read_bytes(given, &zstd))
        return malformed("the member is zstd, lower-case hexadecimal");
    if (!yours.decompress) return kit_unsupported("decompress");
    return kit_put_result(out, yours.decompress(zstd, &plain), FIRST("plain"), plain);
}

static bool read_sealing(const span given[4], kit_sealing *by, kit_bytes *data) {
    return kit_read_fixed(given[0], KEY_BYTES, &by->key) && kit_read_fixed(given[1], NONCE_BYTES, &by->nonce) &&
           kit_read_bytes(given[2], &by->aad) && kit_read_bytes(given[3], data);
}

static kit_outcome seal(span input, text *out) {
    static const char *const names[] = {"key", "nonce", "aad", "plain"};
    span given[4];
    kit_sealing by;
    kit_bytes plain, sealed = {0};
    if (!kit_json_members(input, 4, 0, names, given) || !read_sealing(given, &by, &plain))
        return malformed("the members are key, nonce, aad and plain");
    if (!yours.seal) return kit_unsupported("seal");
    return kit_put_result(out, yours.seal(&by, plain, &sealed), FIRST("sealed"), sealed);
}

static kit_outcome unseal(span input, text *out) {
    static const char *const names[] = {"key", "nonce", "aad", "sealed"};
    span given[4];
    kit_sealing by;
    kit_bytes plain = {0}, sealed;
    if (!kit_json_members(input, 4, 0, names, given) || !read_sealing(given, &by, &sealed))
        return malformed("the members are key, nonce, aad and sealed");
    if (!yours.open) return kit_unsupported("open");
    return kit_put_result(out, yours.open(&by, sealed, &plain), FIRST("plain"), plain);
}

static kit_outcome sparse_encode(span input, text *out) {
    static const char *const names[] = {"dims", "dense"};
    span given[2];
    uint32_t *dims;
    size_t rank;
    kit_bytes dense, values = {0}, index = {0};
    if (!kit_json_members(input, 2, 0, names, given) || !kit_json_integers(given[0], 1, 255, &dims, &rank) ||
        !kit_read_bytes(given[1], &dense))
        return malformed("the members are dims, 1 to 255 u32, and dense, lower-case hexadecimal");
    if (!yours.sparse_encode) return kit_unsupported("sparse_encode");
    kit_outcome what = yours.sparse_encode(dims, rank, dense, &values, &index);
    return kit_put_results(out, what, FIRST("values"), values, THEN("index"), index);
}

static kit_outcome sparse_decode(span input, text *out) {
    static const char *const names[] = {"dims", "values", "index_dims", "index"};
    span given[4];
    uint32_t *dims, *index_dims;
    kit_sparse tensor;
    kit_bytes dense = {0};
    if (!kit_json_members(input, 4, 0, names, given) || !kit_json_integers(given[0], 1, 255, &dims, &tensor.rank) ||
        !kit_read_bytes(given[1], &tensor.values) ||
        !kit_json_integers(given[2], 0, SIZE_MAX, &index_dims, &tensor.index_rank) ||
        !kit_read_bytes(given[3], &tensor.index))
        return malformed("the members are dims, values, index_dims and index");
    tensor.dims = dims;
    tensor.index_dims = index_dims;
    if (!yours.sparse_decode) return kit_unsupported("sparse_decode");
    return kit_put_result(out, yours.sparse_decode(&tensor, &dense), FIRST("dense"), dense);
}

static bool read_bits(span value, uint64_t *bits) {
    return kit_json_integer(value, 8, bits) && (*bits == 4 || *bits == 8);
}

static kit_outcome quantize(span input, text *out) {
    static const char *const names[] = {"bits", "source", "data"}, *const sources[] = {"f16", "f32", "bf16"};
    span given[3];
    uint64_t bits;
    const char *source;
    kit_bytes data, codes = {0}, scale = {0};
    if (!kit_json_members(input, 3, 0, names, given) || !read_bits(given[0], &bits) ||
        !(source = kit_read_name(given[1], sources, 3)) || !kit_read_bytes(given[2], &data))
        return malformed("the members are bits, 4 or 8, source, f16, f32 or bf16, and data");
    if (!yours.quantize) return kit_unsupported("quantize");
    kit_outcome what = yours.quantize((int)bits, source, data, &codes, &scale);
    return kit_put_results(out, what, FIRST("codes"), codes, THEN("scale"), scale);
}

static kit_outcome dequantize(span input, text *out) {
    static const char *const names[] = {"bits", "count", "codes", "scale"};
    span given[4];
    uint64_t bits, count;
    kit_bytes codes, scale = {0}, data = {0};
    if (!kit_json_members(input, 3, 1, names, given) || !read_bits(given[0], &bits) ||
        !kit_json_integer(given[1], UINT32_MAX, &count) || !kit_read_bytes(given[2], &codes) ||
        (given[3].at && !kit_read_bytes(given[3], &scale)))
        return malformed("the members are bits, 4 or 8, count, a u32, codes, and perhaps scale");
    if (!yours.dequantize) return kit_unsupported("dequantize");
    kit_outcome what = yours.dequantize((int)bits, (uint32_t)count, codes, scale, &data);
    return kit_put_result(out, what, FIRST("data"), data);
}

static bool read_each(span array, kit_bytes **items, size_t *count) {
    span rest = array, element;
    if (array.at == array.end || *array.at != '[') return false;
    *count = 0;
    while (kit_json_next(&rest, &element)) ++*count;
    *items = kit_room((*count + 1) * sizeof **items);
    rest = array;
    for (size_t at = 0; kit_json_next(&rest, &element); at++)
        if (!kit_read_bytes(element, &(*items)[at])) return false;
    return true;
}

static bool read_boolean(span value, bool *truth) {
    size_t size = (size_t)(value.end - value.at);
    *truth = size == 4 && !memcmp(value.at, "true", 4);
    return *truth || (size == 5 && !memcmp(value.at, "false", 5));
}

static kit_outcome tcp_split(span input, text *out) {
    static const char *const names[] = {"chunks", "ended"};
    span given[2];
    kit_bytes *chunks;
    size_t count;
    bool ended;
    kit_split found = {0};
    if (!kit_json_members(input, 2, 0, names, given) || !read_each(given[0], &chunks, &count) ||
        !read_boolean(given[1], &ended))
        return malformed("the members are chunks, an array of lower-case hexadecimal, and ended, true or false");
    if (!yours.tcp_split) return kit_unsupported("tcp_split");
    kit_outcome what = yours.tcp_split(chunks, count, ended, &found);
    if (what.kind != OK) return what;
    char rest[128];
    kit_put_string(out, "{\"frames\":[");
    for (size_t at = 0; at < found.count; at++) {
        kit_put_string(out, at ? ",\"" : "\"");
        kit_put_hex(out, found.frames[at].at, found.frames[at].size);
        kit_put_string(out, "\"");
    }
    snprintf(rest, sizeof rest, "],\"end\":\"%.40s\",\"held\":%zu}", found.end, found.held);
    kit_put_string(out, rest);
    return what;
}

static kit_outcome tcp_join(span input, text *out) {
    static const char *const names[] = {"frames"};
    span given;
    kit_bytes *frames, data = {0};
    size_t count;
    if (!kit_json_members(input, 1, 0, names, &given) || !read_each(given, &frames, &count))
        return malformed("the member is frames, an array of lower-case hexadecimal");
    if (!yours.tcp_join) return kit_unsupported("tcp_join");
    return kit_put_result(out, yours.tcp_join(frames, count, &data), FIRST("bytes"), data);
}

const op kit_ops[] = {
    {"decode", kit_run_decode},
    {"encode", kit_run_encode},
    {"space_hash", kit_run_space_hash},
    {"tail_hash", kit_run_tail_hash},
    {"read_message", kit_run_read_message},
    {"compress", compress},
    {"decompress", decompress},
    {"seal", seal},
    {"open", unseal},
    {"sparse_encode", sparse_encode},
    {"sparse_decode", sparse_decode},
    {"quantize", quantize},
    {"dequantize", dequantize},
    {"tcp_split", tcp_split},
    {"tcp_join", tcp_join},
    {"rs_encode", kit_run_rs_encode},
    {"rs_decode", kit_run_rs_decode},
    {"repair_encode", kit_run_repair_encode},
    {"repair_decode", kit_run_repair_decode},
    {"adapt", kit_run_adapt},
};
const size_t kit_ops_count = sizeof kit_ops / sizeof *kit_ops;

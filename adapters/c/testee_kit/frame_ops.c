/* The ops on frames: requests are checked, hexadecimal becomes bytes, and back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ops.h"

/* unsupported for a frame whose transforms are of profiles that are not claimed (TST-10). */
static kit_outcome need_claimed(unsigned flags) {
    if (flags & 1 && !kit_claims("zstd")) return kit_unsupported("zstd");
    if (flags & 2 && !kit_claims("xchacha")) return kit_unsupported("xchacha");
    return kit_done();
}

/* Whether nothing is wrong with a frame before its transforms, as far as its header and its CRC tell. */
static bool is_whole(kit_bytes frame) {
    if (frame.size < 33 || frame.at[0] != 1 || frame.at[2] & 0xf8 || frame.at[3]) return false;
    uint32_t crc = UINT32_MAX, sent = 0;
    for (size_t at = 0; at < frame.size - 4; at++) {
        crc ^= frame.at[at];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    for (int byte = 4; byte > 0; byte--) sent = sent << 8 | frame.at[frame.size - 5 + (size_t)byte];
    return (crc ^ UINT32_MAX) == sent;
}

/* Whether this is the code of a check that comes before the transforms (FRM-29). */
static bool is_earlier(const char *code) {
    static const char *const codes[] = {"FRAME_TOO_SHORT", "FRAME_TOO_LARGE", "BAD_VERSION", "CRC_MISMATCH",
                                        "BAD_TYPE", "BAD_SLICE_TABLE", "BAD_MODALITY"};
    for (size_t at = 0; at < sizeof codes / sizeof *codes; at++)
        if (!strcmp(codes[at], code)) return true;
    return false;
}

static const char FRAME_AND_KEY[] = "the members are frame and perhaps key, both lower-case hexadecimal";

static bool read_frame_and_key(span input, span given[2], kit_bytes *frame, const uint8_t **key) {
    static const char *const names[] = {"frame", "key"};
    if (!kit_json_members(input, 1, 1, names, given)) return false;
    return kit_read_bytes(given[0], frame) && kit_read_fixed(given[1], KEY_BYTES, key);
}

kit_outcome kit_run_decode(span input, text *out) {
    span given[2];
    kit_bytes frame;
    const uint8_t *key;
    if (!read_frame_and_key(input, given, &frame, &key)) return malformed(FRAME_AND_KEY);
    if (!yours.decode) return kit_unsupported("decode");
    kit_fields found = {0};
    kit_outcome what = yours.decode(frame, key, &found), claimed = kit_done();
    if (what.kind == OK) claimed = need_claimed(found.flags);
    if (what.kind == REJECT && !is_earlier(what.why) && is_whole(frame)) claimed = need_claimed(frame.at[2]);
    if (claimed.kind != OK) return claimed;
    if (what.kind != OK) return what;
    kit_put_string(out, "{\"fields\":");
    kit_put_fields(out, &found);
    kit_put_string(out, "}");
    return what;
}

kit_outcome kit_run_encode(span input, text *out) {
    static const char *const names[] = {"fields", "key", "nonce", "level"};
    span given[4];
    kit_fields in;
    kit_options by;
    kit_bytes frame = {0};
    if (!kit_json_members(input, 1, 3, names, given) || !kit_read_fields(given[0], &in))
        return malformed("the members are fields, by specs/ops/fields.json, and perhaps key, nonce and level");
    if (!kit_read_fixed(given[1], KEY_BYTES, &by.key) || !kit_read_fixed(given[2], NONCE_BYTES, &by.nonce) ||
        !kit_read_level(given[3], &by.level))
        return malformed("a key has 32 bytes, a nonce 24, and a level is 1 to 22");
    if (!yours.encode) return kit_unsupported("encode");
    kit_outcome what = need_claimed(in.flags);
    if (what.kind == OK) what = yours.encode(&in, &by, &frame);
    return kit_put_result(out, what, FIRST("frame"), frame);
}

kit_outcome kit_run_space_hash(span input, text *out) {
    static const char *const names[] = {"space_id", "arch", "data_sig"};
    span given[3];
    kit_bytes parts[3];
    uint32_t hash;
    char number[32];
    if (!kit_json_members(input, 3, 0, names, given)) return malformed("the members are space_id, arch and data_sig");
    for (int at = 0; at < 3; at++)
        if (!kit_read_text(given[at], &parts[at])) return malformed("the parts are strings");
    if (!yours.space_hash) return kit_unsupported("space_hash");
    kit_outcome what = yours.space_hash(parts[0], parts[1], parts[2], &hash);
    if (what.kind != OK) return what;
    (void)snprintf(number, sizeof number, "{\"space_hash32\":%" PRIu32 "}", hash);
    kit_put_string(out, number);
    return what;
}

kit_outcome kit_run_tail_hash(span input, text *out) {
    static const char *const names[] = {"data"};
    span given;
    kit_bytes data;
    uint64_t hash;
    char digits[40];
    if (!kit_json_members(input, 1, 0, names, &given) || !kit_read_bytes(given, &data))
        return malformed("the member is data, lower-case hexadecimal");
    if (!yours.tail_hash) return kit_unsupported("tail_hash");
    kit_outcome what = yours.tail_hash(data, &hash);
    if (what.kind != OK) return what;
    (void)snprintf(digits, sizeof digits, "{\"xxhash3_64\":\"%016" PRIx64 "\"}", hash); /* FRM-38 */
    kit_put_string(out, digits);
    return what;
}

kit_outcome kit_run_read_message(span input, text *out) {
    span given[2];
    kit_bytes frame, json;
    const uint8_t *key;
    if (!read_frame_and_key(input, given, &frame, &key)) return malformed(FRAME_AND_KEY);
    if (!yours.read_message) return kit_unsupported("read_message");
    kit_outcome what = yours.read_message(frame, key, &json);
    if (what.kind != OK) return what;
    kit_put_string(out, "{\"message\":");
    kit_put(out, (const char *)json.at, json.size);
    kit_put_string(out, "}");
    return what;
}

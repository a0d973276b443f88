/* The ops on Reed-Solomon codes, on repair and of adapt; see ops.h. */
#include <string.h>

#include "ops.h"

/* Arrays of bytes, in which null may stand for what is not there. */
static bool read_pieces(span array, bool may_lack, kit_pieces *found) {
    span rest = array, element;
    size_t count = 0;
    if (array.at == array.end || *array.at != '[') return false;
    while (kit_json_next(&rest, &element)) count++;
    kit_bytes *pieces = kit_room((count + 1) * sizeof *pieces);
    rest = array;
    for (size_t at = 0; kit_json_next(&rest, &element); at++)
        if (!(may_lack && *element.at == 'n') && !kit_read_bytes(element, &pieces[at])) return false;
    *found = (kit_pieces){pieces, count};
    return true;
}

static kit_outcome put_pieces(text *out, kit_outcome what, const char *before, kit_pieces found) {
    if (what.kind != OK) return what;
    kit_put_string(out, before);
    for (size_t at = 0; at < found.count; at++) kit_put_member(out, at ? ",\"" : "\"", found.at[at]);
    kit_put_string(out, "]}");
    return what;
}

static bool read_code(span input, bool may_lack, uint64_t numbers[2], kit_pieces *shards) {
    static const char *const names[] = {"k", "r", "shards"};
    span given[3];
    return kit_json_members(input, 3, 0, names, given) && kit_json_integer(given[0], UINT32_MAX, &numbers[0]) &&
           kit_json_integer(given[1], UINT32_MAX, &numbers[1]) && read_pieces(given[2], may_lack, shards);
}

kit_outcome kit_run_rs_encode(span input, text *out) {
    uint64_t numbers[2];
    kit_pieces shards, parity = {0};
    if (!read_code(input, false, numbers, &shards))
        return malformed("the members are k, r and shards, an array of lower-case hexadecimal");
    if (!yours.rs_encode) return kit_unsupported("rs_encode");
    kit_outcome what = yours.rs_encode((uint32_t)numbers[0], (uint32_t)numbers[1], shards, &parity);
    return put_pieces(out, what, "{\"parity\":[", parity);
}

kit_outcome kit_run_rs_decode(span input, text *out) {
    uint64_t numbers[2];
    kit_pieces shards, all = {0};
    if (!read_code(input, true, numbers, &shards))
        return malformed("the members are k, r and shards, an array of lower-case hexadecimal and null");
    if (!yours.rs_decode) return kit_unsupported("rs_decode");
    kit_outcome what = yours.rs_decode((uint32_t)numbers[0], (uint32_t)numbers[1], shards, &all);
    return put_pieces(out, what, "{\"shards\":[", all);
}

kit_outcome kit_run_repair_encode(span input, text *out) {
    static const char *const names[] = {"stream_id", "r", "step", "base", "frames"};
    span given[5];
    uint64_t numbers[3];
    kit_group group;
    kit_pieces frames, repair = {0};
    bool good = kit_json_members(input, 5, 0, names, given);
    for (size_t at = 0; good && at < 3; at++) good = kit_json_integer(given[at], UINT32_MAX, &numbers[at]);
    if (!good || !kit_json_decimal(given[3], &group.base) || !read_pieces(given[4], false, &frames))
        return malformed("the members are stream_id, base, r, step and frames, an array of lower-case hexadecimal");
    group.stream_id = (uint32_t)numbers[0];
    group.r = (uint32_t)numbers[1];
    group.step = (uint32_t)numbers[2];
    if (!yours.repair_encode) return kit_unsupported("repair_encode");
    return put_pieces(out, yours.repair_encode(&group, frames, &repair), "{\"repair\":[", repair);
}

kit_outcome kit_run_repair_decode(span input, text *out) {
    static const char *const names[] = {"repair", "frames"};
    span given[2];
    kit_pieces repair, frames, found = {0};
    if (!kit_json_members(input, 2, 0, names, given) || !read_pieces(given[0], false, &repair) || repair.count < 1 ||
        !read_pieces(given[1], false, &frames))
        return malformed("the members are repair, which is not empty, and frames, arrays of lower-case hexadecimal");
    if (!yours.repair_decode) return kit_unsupported("repair_decode");
    return put_pieces(out, yours.repair_decode(repair, frames, &found), "{\"frames\":[", found);
}

/* An integer of at most 2^53 - 1 in magnitude. */
static bool read_safe(span value, int64_t *number) {
    uint64_t magnitude;
    bool negative = value.at < value.end && *value.at == '-';
    value.at += negative;
    if (!kit_json_integer(value, ((uint64_t)1 << 53) - 1, &magnitude)) return false;
    *number = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

/* Strings that are dtypes of adapt, none of them twice. */
static bool read_dtypes(span array, kit_tensor *found) {
    static const char *const dtypes[] = {"f16", "i8", "q4", "sparse"};
    enum { DTYPES = sizeof dtypes / sizeof *dtypes };
    const char **allow = kit_room(DTYPES * sizeof *allow);
    span element;
    if (array.at == array.end || *array.at != '[') return false;
    for (found->allowed = 0; kit_json_next(&array, &element);) {
        const char *name = kit_read_name(element, dtypes, DTYPES);
        if (!name) return false;
        for (size_t at = 0; at < found->allowed; at++)
            if (allow[at] == name) return false;
        allow[found->allowed++] = name;
    }
    found->allow = allow;
    return true;
}

static bool read_tensor(span input, kit_tensor *found) {
    static const char *const names[] = {"source", "data", "dims", "allow", "tolerance", "budget"};
    static const char *const sources[] = {"f16", "f32", "bf16"};
    span given[6];
    uint32_t *dims;
    if (!kit_json_members(input, 5, 1, names, given)) return false;
    found->source = kit_read_name(given[0], sources, 3);
    if (!found->source || !kit_read_bytes(given[1], &found->data)) return false;
    if (!kit_json_integers(given[2], 1, 255, &dims, &found->rank) || !read_dtypes(given[3], found)) return false;
    found->dims = dims;
    found->has_budget = given[5].at;
    return read_safe(given[4], &found->tolerance) && (!found->has_budget || read_safe(given[5], &found->budget));
}

kit_outcome kit_run_adapt(span input, text *out) {
    kit_tensor tensor = {0};
    kit_adapted found = {0};
    if (!read_tensor(input, &tensor))
        return malformed("the members are source, data, dims, allow, tolerance, and perhaps budget");
    if (!yours.adapt) return kit_unsupported("adapt");
    kit_outcome what = yours.adapt(&tensor, &found);
    if (what.kind != OK) return what;
    kit_put_string(out, "{\"dtype\":\"");
    kit_put_string(out, found.dtype);
    kit_put_string(out, "\"");
    if (!strcmp(found.dtype, "f16")) return kit_put_result(out, what, THEN("data"), found.first);
    bool sparse = !strcmp(found.dtype, "sparse");
    return kit_put_results(out, what, sparse ? THEN("values") : THEN("codes"), found.first,
                           sparse ? THEN("index") : THEN("scale"), found.second);
}

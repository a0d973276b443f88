/* See input.h. */
#include "input.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool kit_read_bytes(span value, kit_bytes *data) {
    uint8_t *at;
    bool good = kit_json_hex(value, &at, &data->size);
    data->at = at;
    return good;
}

bool kit_read_text(span value, kit_bytes *data) {
    uint8_t *at;
    bool good = kit_json_text(value, &at, &data->size);
    data->at = at;
    return good;
}

const char *kit_read_name(span value, const char *const names[], size_t count) {
    kit_bytes name;
    if (!kit_read_text(value, &name)) return NULL;
    for (size_t at = 0; at < count; at++)
        if (strlen(names[at]) == name.size && !memcmp(names[at], name.at, name.size)) return names[at];
    return NULL;
}

bool kit_read_fixed(span value, size_t size, const uint8_t **data) {
    kit_bytes found;
    *data = NULL;
    if (!value.at) return true;
    if (!kit_read_bytes(value, &found) || found.size != size) return false;
    *data = found.at;
    return true;
}

bool kit_read_level(span value, int *level) {
    uint64_t number = 0;
    if (value.at && (!kit_json_integer(value, 22, &number) || number < 1)) return false;
    *level = (int)number;
    return true;
}

static bool read_slice(span value, kit_slice *found) {
    static const char *const names[] = {"dtype", "dims", "payload"};
    span given[3];
    uint64_t dtype;
    uint32_t *dims;
    if (!kit_json_members(value, 3, 0, names, given) || !kit_json_integer(given[0], UINT8_MAX, &dtype)) return false;
    if (!kit_json_integers(given[1], 0, SIZE_MAX, &dims, &found->rank)) return false;
    if (!kit_read_bytes(given[2], &found->payload)) return false;
    found->dtype = (uint8_t)dtype;
    found->dims = dims;
    return true;
}

static bool read_slices(span value, kit_fields *found) {
    span one;
    size_t count = 0;
    if (*value.at != '[') return false;
    for (span rest = value; kit_json_next(&rest, &one);) count++;
    kit_slice *slices = kit_room(count * sizeof *slices);
    for (size_t at = 0; at < count; at++)
        if (!kit_json_next(&value, &one) || !read_slice(one, &slices[at])) return false;
    found->slices = slices;
    found->count = count;
    return true;
}

bool kit_read_fields(span value, kit_fields *found) {
    static const char *const names[] = {"type",     "flags",  "stream_id", "space_hash32",
                                        "modality", "slices", "frame_seq"};
    static const uint64_t most[] = {UINT8_MAX, UINT16_MAX, UINT32_MAX, UINT32_MAX, UINT8_MAX};
    span given[7];
    uint64_t numbers[5];
    if (!kit_json_members(value, 7, 0, names, given)) return false;
    for (size_t at = 0; at < 5; at++)
        if (!kit_json_integer(given[at], most[at], &numbers[at])) return false;
    *found = (kit_fields){.type = (uint8_t)numbers[0],
                      .flags = (uint16_t)numbers[1],
                      .stream_id = (uint32_t)numbers[2],
                      .space_hash32 = (uint32_t)numbers[3],
                      .modality = (uint8_t)numbers[4]};
    return read_slices(given[5], found) && kit_json_decimal(given[6], &found->frame_seq);
}

void kit_put_member(text *out, const char *before, kit_bytes data) {
    kit_put_string(out, before);
    kit_put_hex(out, data.at, data.size);
    kit_put_string(out, "\"");
}

static void put_number(text *out, const char *before, uint64_t number) {
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    kit_put_string(out, before);
    kit_put_string(out, digits);
}

void kit_put_fields(text *out, const kit_fields *given) {
    put_number(out, "{\"type\":", given->type);
    put_number(out, ",\"flags\":", given->flags);
    put_number(out, ",\"stream_id\":", given->stream_id);
    put_number(out, ",\"frame_seq\":\"", given->frame_seq);
    put_number(out, "\",\"space_hash32\":", given->space_hash32);
    put_number(out, ",\"modality\":", given->modality);
    kit_put_string(out, ",\"slices\":[");
    for (size_t at = 0; at < given->count; at++) {
        const kit_slice *one = &given->slices[at];
        put_number(out, at ? ",{\"dtype\":" : "{\"dtype\":", one->dtype);
        kit_put_string(out, ",\"dims\":[");
        for (size_t axis = 0; axis < one->rank; axis++) put_number(out, axis ? "," : "", one->dims[axis]);
        kit_put_member(out, "],\"payload\":\"", one->payload);
        kit_put_string(out, "}");
    }
    kit_put_string(out, "]}");
}

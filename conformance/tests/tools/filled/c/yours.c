/* The template filled in with a codec of its own that knows no error but a short frame, and with sparse. */
#include "testee_kit/testee_kit.h"

#include <string.h>

enum { MAX_DENSE_ELEMENTS = 4194304 }; /* SPR-9 */

/* Takes numbers and bytes from the front; is_short says that there were too few. */
typedef struct {
    kit_bytes rest;
    bool is_short;
} reader;

static const uint8_t *take(reader *from, size_t count) {
    static const uint8_t none[8];
    const uint8_t *taken = from->rest.at;
    if (count > from->rest.size) {
        from->is_short = true;
        return none;
    }
    from->rest = (kit_bytes){taken + count, from->rest.size - count};
    return taken;
}

static uint64_t number(reader *from, size_t size) {
    const uint8_t *at = take(from, size);
    uint64_t found = 0;
    while (size--) found = found << 8 | at[size];
    return found;
}

static kit_slice read_slice(reader *from, size_t size) {
    kit_slice found = {.dtype = (uint8_t)number(from, 1), .rank = number(from, 1)};
    uint32_t *dims = kit_room(found.rank * sizeof *dims);
    for (size_t axis = 0; axis < found.rank; axis++) dims[axis] = (uint32_t)number(from, 4);
    found.dims = dims;
    found.payload = (kit_bytes){take(from, size), size};
    return found;
}

static kit_outcome decode(kit_bytes frame, const uint8_t *key, kit_fields *out) {
    reader from = {frame, false};
    (void)key, (void)number(&from, 1);
    out->type = (uint8_t)number(&from, 1);
    out->flags = (uint16_t)number(&from, 2);
    out->stream_id = (uint32_t)number(&from, 4);
    out->frame_seq = number(&from, 8);
    out->count = number(&from, 8);
    reader lengths = from;
    if (out->count > from.rest.size / 4) return kit_refused("REJECTED");
    (void)take(&from, 4 * out->count);
    out->space_hash32 = (uint32_t)number(&from, 4);
    out->modality = (uint8_t)number(&from, 1);
    kit_slice *slices = kit_room(out->count * sizeof *slices);
    for (size_t at = 0; at < out->count; at++) slices[at] = read_slice(&from, number(&lengths, 4));
    out->slices = slices;
    return from.is_short ? kit_refused("REJECTED") : kit_done();
}

static uint8_t *put_number(uint8_t *at, uint64_t value, size_t size) {
    for (size_t byte = 0; byte < size; byte++) *at++ = (uint8_t)(value >> 8 * byte);
    return at;
}

static uint32_t crc32(const uint8_t *at, size_t size) {
    uint32_t crc = UINT32_MAX;
    while (size--) {
        crc ^= *at++;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return crc ^ UINT32_MAX;
}

static kit_outcome encode(const kit_fields *in, const kit_options *by, kit_bytes *frame) {
    size_t size = 33 + 4 * in->count;
    (void)by;
    for (size_t at = 0; at < in->count; at++) size += 2 + 4 * in->slices[at].rank + in->slices[at].payload.size;
    uint8_t *start = kit_room(size), *to = put_number(put_number(start, 1, 1), in->type, 1);
    to = put_number(put_number(to, in->flags, 2), in->stream_id, 4);
    to = put_number(put_number(to, in->frame_seq, 8), in->count, 8);
    for (size_t at = 0; at < in->count; at++) to = put_number(to, in->slices[at].payload.size, 4);
    to = put_number(put_number(to, in->space_hash32, 4), in->modality, 1);
    for (size_t at = 0; at < in->count; at++) {
        const kit_slice *one = &in->slices[at];
        to = put_number(put_number(to, one->dtype, 1), one->rank, 1);
        for (size_t axis = 0; axis < one->rank; axis++) to = put_number(to, one->dims[axis], 4);
        if (one->payload.size) memcpy(to, one->payload.at, one->payload.size);
        to += one->payload.size;
    }
    (void)put_number(to, crc32(start, size - 4), 4);
    *frame = (kit_bytes){start, size};
    return kit_done();
}

/* The product of dims; most + 1 if it is more than most. */
static uint64_t elements(const uint32_t *dims, size_t rank, uint64_t most) {
    uint64_t count = 1;
    for (size_t axis = 0; axis < rank; axis++)
        if (dims[axis] == 0) return 0;
    for (size_t axis = 0; axis < rank; axis++) {
        if (count > most / dims[axis]) return most + 1;
        count *= dims[axis];
    }
    return count;
}

static void put_u32(uint8_t *at, uint32_t value) {
    for (int byte = 0; byte < 4; byte++) at[byte] = (uint8_t)(value >> 8 * byte);
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static kit_outcome sparse_encode(const uint32_t *dims, size_t rank, kit_bytes given, kit_bytes *out_values,
                                 kit_bytes *out_index) {
    const uint8_t *dense = given.at;
    size_t size = given.size, nnz = 0;
    if (size % 2 || elements(dims, rank, size) != size / 2) return kit_refused("LENGTH_MISMATCH"); /* SPR-10 */
    for (size_t place = 0; place < size / 2; place++) nnz += (dense[2 * place] | (dense[2 * place + 1] & 0x7f)) != 0;
    uint8_t *values = kit_room(2 * nnz), *index = kit_room(4 * rank * nnz), *row = index, *value = values;
    for (size_t place = 0; place < size / 2; place++) {
        if (!(dense[2 * place] | (dense[2 * place + 1] & 0x7f))) continue; /* SPR-7 */
        *value++ = dense[2 * place];
        *value++ = dense[2 * place + 1];
        size_t rest = place;
        for (size_t axis = rank; axis-- > 0; rest /= dims[axis]) put_u32(row + 4 * axis, (uint32_t)(rest % dims[axis]));
        row += 4 * rank;
    }
    *out_values = (kit_bytes){values, 2 * nnz};
    *out_index = (kit_bytes){index, 4 * rank * nnz};
    return kit_done();
}

/* Whether all rows are inside and ascend (SPR-3 to SPR-5). */
static bool rows_are_good(const uint8_t *index, size_t nnz, const uint32_t *dims, size_t rank) {
    for (size_t number = 0; number < nnz; number++) {
        const uint8_t *row = index + 4 * rank * number;
        bool ascends = number == 0;
        for (size_t axis = 0; axis < rank; axis++) {
            uint32_t here = get_u32(row + 4 * axis);
            if (here >= dims[axis]) return false;
            if (ascends) continue;
            uint32_t before = get_u32(row + 4 * axis - 4 * rank);
            if (here < before) return false;
            ascends = here > before;
        }
        if (!ascends) return false;
    }
    return true;
}

static kit_outcome sparse_decode(const kit_sparse *tensor, kit_bytes *out) {
    const uint32_t *dims = tensor->dims, *index_dims = tensor->index_dims;
    const uint8_t *values = tensor->values.at, *index = tensor->index.at;
    size_t rank = tensor->rank, index_rank = tensor->index_rank;
    size_t values_size = tensor->values.size, index_size = tensor->index.size;
    if (values_size % 2) return kit_refused("LENGTH_MISMATCH"); /* SPR-10 */
    size_t nnz = values_size / 2;
    bool fits = index_rank == 3 && index_dims[0] == nnz && index_dims[1] == rank && index_dims[2] == 4;
    if (!fits || index_size != 4 * nnz * rank) return kit_refused("BAD_INDEX"); /* SPR-2 */
    if (!rows_are_good(index, nnz, dims, rank)) return kit_refused("BAD_INDEX");
    uint64_t count = elements(dims, rank, MAX_DENSE_ELEMENTS);
    if (count > MAX_DENSE_ELEMENTS) return kit_refused("LENGTH_MISMATCH"); /* SPR-9 */
    uint8_t *dense = kit_room(2 * (size_t)count);
    for (size_t number = 0; number < nnz; number++) {
        size_t place = 0;
        const uint8_t *row = index + 4 * rank * number;
        for (size_t axis = 0; axis < rank; axis++) place = place * dims[axis] + get_u32(row + 4 * axis);
        dense[2 * place] = values[2 * number];
        dense[2 * place + 1] = values[2 * number + 1];
    }
    *out = (kit_bytes){dense, 2 * (size_t)count};
    return kit_done();
}

static const char *const profiles[] = {"frame", "sparse", NULL};
const kit_implementation yours = {
    .name = "fine-thing",
    .version = "0.1",
    .profiles = profiles,
    .decode = decode,
    .encode = encode,
    .sparse_encode = sparse_encode,
    .sparse_decode = sparse_decode,
};

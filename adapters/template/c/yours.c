/* What the testee says of your implementation, and how it calls it.
 *
 * It claims one small profile, sparse, which is written out here so that the first run has something to judge. Put
 * calls of your implementation in its place, then claim more: a profile in hello and its ops in ops (section 4 of
 * specs/testee.md).
 */
#include "yours.h"

const char hello[] =
    "{\"name\":\"@NAME@\",\"version\":\"0.1\",\"language\":\"C\",\"spec\":\"1.0\",\"profiles\":[\"sparse\"]}";

enum { MAX_DENSE_ELEMENTS = 4194304, MAX_INDEX_DIMS = 1 << 24 }; /* the former: SPR-9 */

static outcome done(void) { return (outcome){OK, ""}; }
static outcome refused(const char *code) { return (outcome){REJECT, code}; } /* specs/README.md, or REJECTED */
static outcome malformed(const char *why) { return (outcome){ERROR, why}; }  /* TST-11 */

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

static void put_member(text *out, const char *before, const uint8_t *data, size_t size) {
    put_string(out, before);
    put_hex(out, data, size);
}

static outcome sparse_encode(span input, text *out) {
    static const char *const names[] = {"dims", "dense"};
    span given[2];
    uint32_t *dims;
    uint8_t *dense;
    size_t rank, size, nnz = 0;
    if (!json_members(input, 2, names, given)) return malformed("the members are dims and dense");
    if (!json_integers(given[0], 1, 255, &dims, &rank)) return malformed("dims are 1 to 255 u32");
    if (!json_hex(given[1], &dense, &size)) return malformed("dense is lower-case hexadecimal");
    if (size % 2 || elements(dims, rank, size) != size / 2) return refused("LENGTH_MISMATCH"); /* SPR-10 */
    for (size_t place = 0; place < size / 2; place++) nnz += (dense[2 * place] | (dense[2 * place + 1] & 0x7f)) != 0;
    uint8_t *values = room(2 * nnz), *index = room(4 * rank * nnz), *row = index, *value = values;
    for (size_t place = 0; place < size / 2; place++) {
        if (!(dense[2 * place] | (dense[2 * place + 1] & 0x7f))) continue; /* SPR-7 */
        *value++ = dense[2 * place];
        *value++ = dense[2 * place + 1];
        size_t rest = place;
        for (size_t axis = rank; axis-- > 0; rest /= dims[axis]) put_u32(row + 4 * axis, (uint32_t)(rest % dims[axis]));
        row += 4 * rank;
    }
    put_member(out, "{\"values\":\"", values, 2 * nnz);
    put_member(out, "\",\"index\":\"", index, 4 * rank * nnz);
    put_string(out, "\"}");
    return done();
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

static outcome sparse_decode(span input, text *out) {
    static const char *const names[] = {"dims", "values", "index_dims", "index"};
    span given[4];
    uint32_t *dims, *index_dims;
    uint8_t *values, *index;
    size_t rank, index_rank, values_size, index_size;
    if (!json_members(input, 4, names, given)) return malformed("the members are dims, values, index_dims and index");
    if (!json_integers(given[0], 1, 255, &dims, &rank)) return malformed("dims are 1 to 255 u32");
    if (!json_hex(given[1], &values, &values_size)) return malformed("values are lower-case hexadecimal");
    if (!json_integers(given[2], 0, MAX_INDEX_DIMS, &index_dims, &index_rank)) return malformed("index_dims are u32");
    if (!json_hex(given[3], &index, &index_size)) return malformed("index is lower-case hexadecimal");
    if (values_size % 2) return refused("LENGTH_MISMATCH"); /* SPR-10 */
    size_t nnz = values_size / 2;
    bool fits = index_rank == 3 && index_dims[0] == nnz && index_dims[1] == rank && index_dims[2] == 4;
    if (!fits || index_size != 4 * nnz * rank) return refused("BAD_INDEX"); /* SPR-2 */
    if (!rows_are_good(index, nnz, dims, rank)) return refused("BAD_INDEX");
    uint64_t count = elements(dims, rank, MAX_DENSE_ELEMENTS);
    if (count > MAX_DENSE_ELEMENTS) return refused("LENGTH_MISMATCH"); /* SPR-9 */
    uint8_t *dense = room(2 * (size_t)count);
    for (size_t number = 0; number < nnz; number++) {
        size_t place = 0;
        const uint8_t *row = index + 4 * rank * number;
        for (size_t axis = 0; axis < rank; axis++) place = place * dims[axis] + get_u32(row + 4 * axis);
        dense[2 * place] = values[2 * number];
        dense[2 * place + 1] = values[2 * number + 1];
    }
    put_member(out, "{\"dense\":\"", dense, 2 * (size_t)count);
    put_string(out, "\"}");
    return done();
}

const op ops[] = {{"sparse_encode", sparse_encode}, {"sparse_decode", sparse_decode}};
const size_t ops_count = sizeof ops / sizeof *ops;

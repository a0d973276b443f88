/* Your implementation, as the testee calls it: fill in the four functions of the profile frame.
 *
 * Requests are checked before they come here. Write the result and return kit_done(), or refuse the input: kit_refused()
 * with a code of specs/README.md, or with "REJECTED" where your library names none. Memory for results comes from
 * kit_room(). A signal is a crash, and the run says so. For more than frame write further functions: README.md lists
 * them.
 */
#include "testee_kit/testee_kit.h"

/* A frame to its fields; a key is NULL where there is none. */
static kit_outcome decode(kit_bytes frame, const uint8_t *key, kit_fields *out) {
    (void)frame, (void)key, (void)out;
    return kit_unsupported("decode");
}

/* Fields to a frame. They may be wrong on purpose: what your library would refuse is to be refused. */
static kit_outcome encode(const kit_fields *in, const kit_options *by, kit_bytes *frame) {
    (void)in, (void)by, (void)frame;
    return kit_unsupported("encode");
}

/* The space_hash32 of an embedding space; each part is UTF-8. */
static kit_outcome space_hash(kit_bytes space_id, kit_bytes arch, kit_bytes data_sig, uint32_t *hash) {
    (void)space_id, (void)arch, (void)data_sig, (void)hash;
    return kit_unsupported("space_hash");
}

/* The strong tail hash: XXH3, 64 bits, seed 0. */
static kit_outcome tail_hash(kit_bytes data, uint64_t *hash) {
    (void)data, (void)hash;
    return kit_unsupported("tail_hash");
}

static const char *const profiles[] = {"frame", NULL};
const kit_implementation yours = {
    .name = "@NAME@",
    .version = "0.1",
    .profiles = profiles,
    .decode = decode,
    .encode = encode,
    .space_hash = space_hash,
    .tail_hash = tail_hash,
};

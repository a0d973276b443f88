/* What a message is answered with, whatever it came in. */
#ifndef ANSWER_H
#define ANSWER_H

#include "json.h"
#include "testee_kit.h"

enum { PIECE_BYTES = 60000, MAX_PIECES = 300 };

extern const char *kit_token; /* the secret of hello (TST-6) */

/* One op: it writes its result to out, or says why there is none. */
typedef struct {
    const char *name;
    kit_outcome (*run)(span input, text *out);
} op;

extern const op kit_op_hello, kit_op_stop;
extern const op kit_ops[]; /* those over the implementation */
extern const size_t kit_ops_count;

/* Whether a profile is claimed. */
bool kit_claims(const char *profile);

/* Write the reply to a message (TST-8); the op that was answered with ok, NULL if none was. */
const op *kit_answer(span message, text *out);

#endif

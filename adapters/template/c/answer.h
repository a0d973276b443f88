/* What a message is answered with, whatever it came in. */
#ifndef ANSWER_H
#define ANSWER_H

#include "yours.h"

enum { PIECE_BYTES = 60000, MAX_PIECES = 300 };

extern const char *token; /* the secret of hello (TST-6) */
extern const op op_hello, op_stop;

/* Write the reply to a message (TST-8); the op that was answered with ok, NULL if none was. */
const op *answer(span message, text *out);

#endif

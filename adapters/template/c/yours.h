/* What the testee protocol needs of yours.c. */
#ifndef YOURS_H
#define YOURS_H

#include "json.h"

/* What becomes of a request: ok has written its value, why is a code for reject and a text for error. */
typedef struct {
    enum { OK, REJECT, ERROR } kind;
    const char *why;
} outcome;

typedef struct {
    const char *name;
    outcome (*run)(span input, text *out);
} op;

extern const char hello[]; /* the ok of hello, as JSON */
extern const op ops[];
extern const size_t ops_count;

#endif

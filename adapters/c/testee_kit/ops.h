/* What the ops over the implementation have in common, and the list of them. */
#ifndef OPS_H
#define OPS_H

#include "answer.h"
#include "input.h"

static inline kit_outcome malformed(const char *why) { return (kit_outcome){ERROR, why}; } /* TST-11 */

/* What stands before the only or first member of a result, and before one behind it. */
#define FIRST(name) "{\"" name "\":\""
#define THEN(name) ",\"" name "\":\""

/* The end of an op with one result of bytes, or with two. */
kit_outcome kit_put_result(text *out, kit_outcome what, const char *first, kit_bytes one);
kit_outcome kit_put_results(text *out, kit_outcome what, const char *first, kit_bytes one, const char *second,
                            kit_bytes other);

kit_outcome kit_run_decode(span input, text *out);
kit_outcome kit_run_encode(span input, text *out);
kit_outcome kit_run_space_hash(span input, text *out);
kit_outcome kit_run_tail_hash(span input, text *out);
kit_outcome kit_run_read_message(span input, text *out);
kit_outcome kit_run_rs_encode(span input, text *out);
kit_outcome kit_run_rs_decode(span input, text *out);
kit_outcome kit_run_repair_encode(span input, text *out);
kit_outcome kit_run_repair_decode(span input, text *out);
kit_outcome kit_run_adapt(span input, text *out);

#endif

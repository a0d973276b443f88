/* Members of an input as the implementation takes them. */
#ifndef INPUT_H
#define INPUT_H

#include "json.h"

enum { KEY_BYTES = 32, NONCE_BYTES = 24 };

/* Each gives false for what does not fit specs/ops/. */
bool kit_read_bytes(span value, kit_bytes *data);
bool kit_read_text(span value, kit_bytes *data);

/* A string that is one of so many names, which it gives; NULL for any other. */
const char *kit_read_name(span value, const char *const names[], size_t count);

/* So many bytes; NULL where the member is absent. */
bool kit_read_fixed(span value, size_t size, const uint8_t **data);

/* 1 to 22; 0 where the member is absent. */
bool kit_read_level(span value, int *level);
bool kit_read_fields(span value, kit_fields *found);

/* A result: a member with bytes, behind what is before it. */
void kit_put_member(text *out, const char *before, kit_bytes data);
void kit_put_fields(text *out, const kit_fields *given);

#endif

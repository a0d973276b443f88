/* As much of JSON as requests need: a message is checked as a whole, then read in place. */
#ifndef JSON_H
#define JSON_H

#include "testee_kit.h"

/* A piece of a message. */
typedef struct {
    const char *at, *end;
} span;

/* A text that grows. */
typedef struct {
    char *at;
    size_t size, room;
} text;

/* The value that a message is, and nothing behind it; false if it is not JSON in UTF-8. */
bool kit_json_message(span message, span *value);

/* The values of an object that has the needed members, perhaps the optional ones behind them in names, and no others;
 * the value of one that is absent has no place. */
bool kit_json_members(span object, size_t needed, size_t optional, const char *const names[], span values[]);

/* The next element of an array, of which rest is what follows; at first the array. False at its end. */
bool kit_json_next(span *rest, span *element);

/* What stands between the quotes of a string, escapes and all. */
bool kit_json_string(span value, span *inside);

/* An array of least to most u32, in memory of kit_room(). */
bool kit_json_integers(span value, size_t least, size_t most, uint32_t **numbers, size_t *count);

/* A number from 0 to most, without a fraction. */
bool kit_json_integer(span value, uint64_t most, uint64_t *number);

/* A u64 as a string of digits without leading zeros. */
bool kit_json_decimal(span value, uint64_t *number);

/* A string as UTF-8, its escapes undone, in memory of kit_room(). */
bool kit_json_text(span value, uint8_t **data, size_t *size);

/* Bytes from lower-case hexadecimal, in memory of kit_room(). */
bool kit_json_hex(span value, uint8_t **data, size_t *size);

/* Append to a text: as it is, and as hexadecimal. */
void kit_put(text *out, const char *bytes, size_t size);
void kit_put_string(text *out, const char *string);
void kit_put_hex(text *out, const uint8_t *data, size_t size);

void kit_free_room(void);

#endif

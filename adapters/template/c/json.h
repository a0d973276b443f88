/* As much of JSON as requests need: a message is checked as a whole, then read in place. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
bool json_message(span message, span *value);

/* The values of an object that has exactly these members, in the order of names. */
bool json_members(span object, size_t count, const char *const names[], span values[]);

/* What stands between the quotes of a string, escapes and all. */
bool json_string(span value, span *inside);

/* An array of least to most u32, in memory of room(). */
bool json_integers(span value, size_t least, size_t most, uint32_t **numbers, size_t *count);

/* Bytes from lower-case hexadecimal, in memory of room(). */
bool json_hex(span value, uint8_t **data, size_t *size);

/* Append to a text: as it is, and as hexadecimal. */
void put(text *out, const char *bytes, size_t size);
void put_string(text *out, const char *string);
void put_hex(text *out, const uint8_t *data, size_t size);

/* Zeroed memory until free_room(); ends the process where there is none. */
void *room(size_t size);
void free_room(void);

#endif

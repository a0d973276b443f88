/* The steps of reading JSON, for the two files that do. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "json.h"

/* The next byte, -1 at the end. */
int kit_json_peek(const span *rest);

/* Go over this byte if it is next. */
bool kit_json_skip(span *rest, char wanted);

/* Go over white space. */
void kit_json_space(span *rest);

/* Go over a value. */
bool kit_json_value(span *rest);

#endif

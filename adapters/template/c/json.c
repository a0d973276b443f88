/* See json.h. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

static bool value_at(span *rest, int depth);

static int next(const span *rest) { return rest->at < rest->end ? (unsigned char)*rest->at : -1; }

static bool skip(span *rest, char wanted) {
    if (next(rest) != wanted) return false;
    rest->at++;
    return true;
}

static void skip_space(span *rest) {
    while (rest->at < rest->end && strchr(" \t\r\n", *rest->at) && *rest->at) rest->at++;
}

static bool skip_word(span *rest, const char *word) {
    size_t size = strlen(word);
    if ((size_t)(rest->end - rest->at) < size || memcmp(rest->at, word, size) != 0) return false;
    rest->at += size;
    return true;
}

static bool skip_digits(span *rest) {
    const char *before = rest->at;
    while (next(rest) >= '0' && next(rest) <= '9') rest->at++;
    return rest->at > before;
}

static bool skip_number(span *rest) {
    (void)skip(rest, '-');
    if (!skip(rest, '0') && !skip_digits(rest)) return false;
    if (skip(rest, '.') && !skip_digits(rest)) return false;
    if (next(rest) != 'e' && next(rest) != 'E') return true;
    rest->at++;
    if (!skip(rest, '+')) (void)skip(rest, '-');
    return skip_digits(rest);
}

/* The bytes of the character that stands here in UTF-8, 0 if none does. */
static size_t character(const span *rest) {
    static const struct {
        unsigned char least, most, second_least, second_most;
        size_t size;
    } kinds[] = {{0x20, 0x7f, 0, 0, 1},          {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3},    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4},    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    const unsigned char *at = (const unsigned char *)rest->at;
    size_t left = (size_t)(rest->end - rest->at);
    for (size_t kind = 0; left && kind < sizeof kinds / sizeof *kinds; kind++) {
        if (at[0] < kinds[kind].least || at[0] > kinds[kind].most) continue;
        size_t size = kinds[kind].size;
        if (size > left) return 0;
        if (size > 1 && (at[1] < kinds[kind].second_least || at[1] > kinds[kind].second_most)) return 0;
        for (size_t more = 2; more < size; more++)
            if (at[more] < 0x80 || at[more] > 0xbf) return 0;
        return size;
    }
    return 0;
}

static bool skip_escape(span *rest) {
    int kind = next(rest);
    if (kind <= 0 || !strchr("\"\\/bfnrtu", kind)) return false;
    rest->at++;
    for (int digit = 0; kind == 'u' && digit < 4; digit++, rest->at++) {
        int one = next(rest);
        if (one <= 0 || !strchr("0123456789abcdefABCDEF", one)) return false;
    }
    return true;
}

static bool skip_string(span *rest) {
    if (!skip(rest, '"')) return false;
    while (!skip(rest, '"')) {
        if (skip(rest, '\\')) {
            if (!skip_escape(rest)) return false;
            continue;
        }
        size_t size = character(rest);
        if (!size) return false;
        rest->at += size;
    }
    return true;
}

/* An array or, with names before the values, an object; its first bracket has been read. */
static bool skip_list(span *rest, char end, bool named, int depth) {
    skip_space(rest);
    if (skip(rest, end)) return true;
    do {
        skip_space(rest);
        if (named) {
            if (!skip_string(rest)) return false;
            skip_space(rest);
            if (!skip(rest, ':')) return false;
        }
        if (!value_at(rest, depth)) return false;
        skip_space(rest);
    } while (skip(rest, ','));
    return skip(rest, end);
}

static bool value_at(span *rest, int depth) {
    skip_space(rest);
    if (depth > MAX_DEPTH) return false;
    if (skip(rest, '{')) return skip_list(rest, '}', true, depth + 1);
    if (skip(rest, '[')) return skip_list(rest, ']', false, depth + 1);
    if (next(rest) == '"') return skip_string(rest);
    return skip_word(rest, "true") || skip_word(rest, "false") || skip_word(rest, "null") || skip_number(rest);
}

bool json_message(span message, span *value) {
    span rest = message;
    skip_space(&rest);
    value->at = rest.at;
    if (!value_at(&rest, 0)) return false;
    value->end = rest.at;
    skip_space(&rest);
    return rest.at == rest.end;
}

/* What follows was checked by json_message, so that every value is whole. */
static span take_value(span *rest) {
    skip_space(rest);
    span value = {rest->at, rest->at};
    (void)value_at(rest, 0);
    value.end = rest->at;
    skip_space(rest);
    return value;
}

bool json_members(span object, size_t count, const char *const names[], span values[]) {
    size_t found = 0;
    memset(values, 0, count * sizeof *values);
    if (!skip(&object, '{')) return false;
    for (skip_space(&object); next(&object) == '"'; found++) {
        span name = take_value(&object);
        size_t at = 0, size = (size_t)(name.end - name.at) - 2;
        while (at < count && (strlen(names[at]) != size || memcmp(name.at + 1, names[at], size) != 0)) at++;
        if (at == count || values[at].at || !skip(&object, ':')) return false;
        values[at] = take_value(&object);
        if (skip(&object, ',')) skip_space(&object);
    }
    return found == count;
}

bool json_string(span value, span *inside) {
    if (next(&value) != '"') return false;
    *inside = (span){value.at + 1, value.end - 1};
    return true;
}

bool json_integers(span value, size_t least, size_t most, uint32_t **numbers, size_t *count) {
    *numbers = room(((size_t)(value.end - value.at) / 2 + 1) * sizeof **numbers); /* an element and its comma */
    *count = 0;
    if (!skip(&value, '[')) return false;
    for (skip_space(&value); next(&value) != ']'; ++*count) {
        span one = take_value(&value);
        uint64_t number = 0;
        for (; next(&one) >= '0' && next(&one) <= '9' && number <= UINT32_MAX; one.at++)
            number = number * 10 + (uint64_t)(*one.at - '0');
        if (one.at != one.end || number > UINT32_MAX) return false;
        (*numbers)[*count] = (uint32_t)number;
        (void)skip(&value, ',');
    }
    return least <= *count && *count <= most;
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool json_hex(span value, uint8_t **data, size_t *size) {
    span inside;
    if (!json_string(value, &inside)) return false;
    size_t digits = (size_t)(inside.end - inside.at);
    *size = digits / 2;
    *data = room(*size);
    for (size_t at = 0; at < *size; at++) {
        int high = digit_value(inside.at[2 * at]), low = digit_value(inside.at[2 * at + 1]);
        if (high < 0 || low < 0) return false;
        (*data)[at] = (uint8_t)(high << 4 | low);
    }
    return digits % 2 == 0;
}

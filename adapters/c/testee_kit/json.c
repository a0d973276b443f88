/* Values of JSON that has been checked; see json.h. */
#include "json_scan.h"

#include <string.h>

/* What follows was checked by json_message, so that every value is whole. */
static span take_value(span *rest) {
    kit_json_space(rest);
    span value = {rest->at, rest->at};
    (void)kit_json_value(rest);
    value.end = rest->at;
    kit_json_space(rest);
    return value;
}

bool kit_json_members(span object, size_t needed, size_t optional, const char *const names[], span values[]) {
    size_t count = needed + optional;
    memset(values, 0, count * sizeof *values);
    if (!kit_json_skip(&object, '{')) return false;
    for (kit_json_space(&object); kit_json_peek(&object) == '"';) {
        span name = take_value(&object);
        size_t at = 0, size = (size_t)(name.end - name.at) - 2;
        while (at < count && (strlen(names[at]) != size || memcmp(name.at + 1, names[at], size) != 0)) at++;
        if (at == count || values[at].at || !kit_json_skip(&object, ':')) return false;
        values[at] = take_value(&object);
        if (kit_json_skip(&object, ',')) kit_json_space(&object);
    }
    for (size_t at = 0; at < needed; at++)
        if (!values[at].at) return false;
    return true;
}

bool kit_json_next(span *rest, span *element) {
    if (!kit_json_skip(rest, '[')) (void)kit_json_skip(rest, ',');
    kit_json_space(rest);
    if (kit_json_peek(rest) == ']' || kit_json_peek(rest) < 0) return false;
    *element = take_value(rest);
    return true;
}

bool kit_json_string(span value, span *inside) {
    if (kit_json_peek(&value) != '"') return false;
    *inside = (span){value.at + 1, value.end - 1};
    return true;
}

/* The number that digits alone make, up to most. */
static bool from_digits(span digits, uint64_t most, uint64_t *number) {
    if (digits.at == digits.end) return false;
    for (*number = 0; kit_json_peek(&digits) >= '0' && kit_json_peek(&digits) <= '9'; digits.at++) {
        unsigned digit = (unsigned)(*digits.at - '0');
        if (digit > most || *number > (most - digit) / 10) return false;
        *number = *number * 10 + digit;
    }
    return digits.at == digits.end;
}

bool kit_json_integer(span value, uint64_t most, uint64_t *number) { return from_digits(value, most, number); }

bool kit_json_decimal(span value, uint64_t *number) {
    span digits;
    if (!kit_json_string(value, &digits) || !from_digits(digits, UINT64_MAX, number)) return false;
    return *digits.at != '0' || digits.end - digits.at == 1;
}

bool kit_json_integers(span value, size_t least, size_t most, uint32_t **numbers, size_t *count) {
    span one;
    *numbers = kit_room(((size_t)(value.end - value.at) / 2 + 1) * sizeof **numbers); /* an element and its comma */
    *count = 0;
    if (kit_json_peek(&value) != '[') return false;
    for (; kit_json_next(&value, &one); ++*count) {
        uint64_t number;
        if (!kit_json_integer(one, UINT32_MAX, &number)) return false;
        (*numbers)[*count] = (uint32_t)number;
    }
    return least <= *count && *count <= most;
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool kit_json_hex(span value, uint8_t **data, size_t *size) {
    span inside;
    if (!kit_json_string(value, &inside)) return false;
    size_t digits = (size_t)(inside.end - inside.at);
    *size = digits / 2;
    *data = kit_room(*size);
    for (size_t at = 0; at < *size; at++) {
        int high = digit_value(inside.at[2 * at]), low = digit_value(inside.at[2 * at + 1]);
        if (high < 0 || low < 0) return false;
        (*data)[at] = (uint8_t)(high << 4 | low);
    }
    return digits % 2 == 0;
}

/* The number of four hexadecimal digits of either case. */
static uint32_t from_escape(const char *digits) {
    uint32_t number = 0;
    for (int at = 0; at < 4; at++) number = number << 4 | (uint32_t)digit_value((char)(digits[at] | 0x20));
    return number;
}

static uint8_t *put_character(uint8_t *at, uint32_t one) {
    if (one < 0x80) {
        *at++ = (uint8_t)one;
        return at;
    }
    int more = one < 0x800 ? 1 : one < 0x10000 ? 2 : 3;
    static const uint8_t marks[] = {0, 0xc0, 0xe0, 0xf0};
    *at++ = (uint8_t)(marks[more] | one >> 6 * more);
    while (more--) *at++ = (uint8_t)(0x80 | (one >> 6 * more & 0x3f));
    return at;
}

bool kit_json_text(span value, uint8_t **data, size_t *size) {
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    span rest;
    if (!kit_json_string(value, &rest)) return false;
    uint8_t *to = *data = kit_room((size_t)(rest.end - rest.at));
    while (rest.at < rest.end) {
        if (*rest.at != '\\') {
            *to++ = (uint8_t)*rest.at++;
            continue;
        }
        char kind = rest.at[1];
        rest.at += 2;
        if (kind != 'u') {
            *to++ = (uint8_t)meanings[strchr(escapes, kind) - escapes];
            continue;
        }
        uint32_t one = from_escape(rest.at);
        rest.at += 4;
        if (one >= 0xdc00 && one <= 0xdfff) return false;
        if (one >= 0xd800 && one <= 0xdbff) {
            if (rest.end - rest.at < 6 || rest.at[0] != '\\' || rest.at[1] != 'u') return false;
            uint32_t low = from_escape(rest.at + 2);
            if (low < 0xdc00 || low > 0xdfff) return false;
            one = 0x10000 + ((one - 0xd800) << 10) + (low - 0xdc00);
            rest.at += 6;
        }
        to = put_character(to, one);
    }
    *size = (size_t)(to - *data);
    return true;
}

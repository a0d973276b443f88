/* Whether a text is JSON; see json.h and json_scan.h. */
#include "json_scan.h"

#include <string.h>

enum { MAX_DEPTH = 64 };

static bool value_at(span *rest, int depth);

int kit_json_peek(const span *rest) { return rest->at < rest->end ? (unsigned char)*rest->at : -1; }

bool kit_json_skip(span *rest, char wanted) {
    if (kit_json_peek(rest) != wanted) return false;
    rest->at++;
    return true;
}

void kit_json_space(span *rest) {
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
    while (kit_json_peek(rest) >= '0' && kit_json_peek(rest) <= '9') rest->at++;
    return rest->at > before;
}

static bool skip_number(span *rest) {
    (void)kit_json_skip(rest, '-');
    if (!kit_json_skip(rest, '0') && !skip_digits(rest)) return false;
    if (kit_json_skip(rest, '.') && !skip_digits(rest)) return false;
    if (kit_json_peek(rest) != 'e' && kit_json_peek(rest) != 'E') return true;
    rest->at++;
    if (!kit_json_skip(rest, '+')) (void)kit_json_skip(rest, '-');
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
    int kind = kit_json_peek(rest);
    if (kind <= 0 || !strchr("\"\\/bfnrtu", kind)) return false;
    rest->at++;
    for (int digit = 0; kind == 'u' && digit < 4; digit++, rest->at++) {
        int one = kit_json_peek(rest);
        if (one <= 0 || !strchr("0123456789abcdefABCDEF", one)) return false;
    }
    return true;
}

static bool skip_string(span *rest) {
    if (!kit_json_skip(rest, '"')) return false;
    while (!kit_json_skip(rest, '"')) {
        if (kit_json_skip(rest, '\\')) {
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
    kit_json_space(rest);
    if (kit_json_skip(rest, end)) return true;
    do {
        kit_json_space(rest);
        if (named) {
            if (!skip_string(rest)) return false;
            kit_json_space(rest);
            if (!kit_json_skip(rest, ':')) return false;
        }
        if (!value_at(rest, depth)) return false;
        kit_json_space(rest);
    } while (kit_json_skip(rest, ','));
    return kit_json_skip(rest, end);
}

static bool value_at(span *rest, int depth) {
    kit_json_space(rest);
    if (depth > MAX_DEPTH) return false;
    if (kit_json_skip(rest, '{')) return skip_list(rest, '}', true, depth + 1);
    if (kit_json_skip(rest, '[')) return skip_list(rest, ']', false, depth + 1);
    if (kit_json_peek(rest) == '"') return skip_string(rest);
    return skip_word(rest, "true") || skip_word(rest, "false") || skip_word(rest, "null") || skip_number(rest);
}

bool kit_json_value(span *rest) { return value_at(rest, 0); }

bool kit_json_message(span message, span *value) {
    span rest = message;
    kit_json_space(&rest);
    value->at = rest.at;
    if (!value_at(&rest, 0)) return false;
    value->end = rest.at;
    kit_json_space(&rest);
    return rest.at == rest.end;
}

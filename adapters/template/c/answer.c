/* From a message to the reply to it (specs/testee.md). Nothing here has to change: your part is yours.c. */
#include "answer.h"

#include <string.h>

const char *token;

static bool equals(span words, const char *string) {
    return (size_t)(words.end - words.at) == strlen(string) && !memcmp(words.at, string, strlen(string));
}

/* Nothing was done: TST-11. */
static const op *put_error(text *out, const char *why) {
    out->size = 0;
    put_string(out, "{\"error\":\"");
    put_string(out, why);
    put_string(out, "\"}");
    return NULL;
}

static outcome say_hello(span input, text *out) {
    static const char *const names[] = {"token"};
    span shown;
    if (!json_members(input, 1, names, &shown) || !json_string(shown, &shown) || !equals(shown, token))
        return (outcome){ERROR, "token is wrong"};
    put_string(out, hello);
    return (outcome){OK, ""};
}

static outcome say_stop(span input, text *out) {
    span none;
    put_string(out, "{}");
    return json_members(input, 0, NULL, &none) ? (outcome){OK, ""} : (outcome){ERROR, "input has no members"};
}

const op op_hello = {"hello", say_hello}, op_stop = {"stop", say_stop};

static const op *find(span name) {
    if (equals(name, op_hello.name)) return &op_hello;
    if (equals(name, op_stop.name)) return &op_stop;
    for (size_t at = 0; at < ops_count; at++)
        if (equals(name, ops[at].name)) return &ops[at];
    return NULL;
}

const op *answer(span message, text *out) {
    static const char *const names[] = {"op", "case", "profile", "input"};
    span request, given[4], name, unused;
    if (!json_message(message, &request) || !json_members(request, 4, names, given))
        return put_error(out, "the message is no request");
    if (!json_string(given[0], &name) || name.at == name.end || !json_string(given[1], &unused) ||
        !json_string(given[2], &unused))
        return put_error(out, "op, case and profile are strings");
    const op *one = find(name);
    if (!one) { /* TST-9, TST-10: the name goes back as it came */
        put_string(out, "{\"unsupported\":");
        put(out, given[0].at, (size_t)(given[0].end - given[0].at));
        put_string(out, "}");
        return NULL;
    }
    put_string(out, "{\"ok\":");
    outcome what = *given[3].at == '{' ? one->run(given[3], out) : (outcome){ERROR, "input is an object"};
    put_string(out, "}");
    if (out->size > (size_t)MAX_PIECES * PIECE_BYTES) what = (outcome){ERROR, "the reply would be too long"};
    if (what.kind == ERROR) return put_error(out, what.why);
    if (what.kind == REJECT) { /* TST-13 */
        out->size = 0;
        put_string(out, "{\"reject\":{\"code\":\"");
        put_string(out, what.why);
        put_string(out, "\"}}");
    }
    return what.kind == OK ? one : NULL;
}

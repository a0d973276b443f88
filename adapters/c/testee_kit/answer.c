/* From a message to the reply to it (specs/testee.md). See answer.h. */
#include "answer.h"

#include <string.h>

const char *kit_token;

static bool equals(span words, const char *string) {
    return (size_t)(words.end - words.at) == strlen(string) && !memcmp(words.at, string, strlen(string));
}

/* Nothing was done: TST-11. */
static const op *put_error(text *out, const char *why) {
    out->size = 0;
    kit_put_string(out, "{\"error\":\"");
    kit_put_string(out, why);
    kit_put_string(out, "\"}");
    return NULL;
}

/* A string of plain characters as JSON, behind what is before it. */
static void put_quoted(text *out, const char *before, const char *string) {
    kit_put_string(out, before);
    kit_put_string(out, "\"");
    kit_put_string(out, string);
    kit_put_string(out, "\"");
}

bool kit_claims(const char *profile) {
    for (size_t at = 0; yours.profiles[at]; at++)
        if (!strcmp(yours.profiles[at], profile)) return true;
    return false;
}

static kit_outcome say_hello(span input, text *out) {
    static const char *const names[] = {"token"};
    span shown;
    if (!kit_json_members(input, 1, 0, names, &shown) || !kit_json_string(shown, &shown) || !equals(shown, kit_token))
        return (kit_outcome){ERROR, "token is wrong"};
    put_quoted(out, "{\"name\":", yours.name);
    put_quoted(out, ",\"version\":", yours.version);
    kit_put_string(out, ",\"language\":\"C\",\"spec\":\"1.0\",\"profiles\":[");
    for (size_t at = 0; yours.profiles[at]; at++) put_quoted(out, at ? "," : "", yours.profiles[at]);
    for (size_t at = 0; yours.transports && yours.transports[at]; at++) /* TST-27 */
        put_quoted(out, at ? "," : "],\"transports\":[", yours.transports[at]);
    kit_put_string(out, "]}");
    return kit_done();
}

static kit_outcome say_stop(span input, text *out) {
    span none;
    kit_put_string(out, "{}");
    if (!kit_json_members(input, 0, 0, NULL, &none)) return (kit_outcome){ERROR, "input has no members"};
    return kit_done();
}

const op kit_op_hello = {"hello", say_hello}, kit_op_stop = {"stop", say_stop};

static const op *find(span name) {
    if (equals(name, kit_op_hello.name)) return &kit_op_hello;
    if (equals(name, kit_op_stop.name)) return &kit_op_stop;
    for (size_t at = 0; at < kit_ops_count; at++)
        if (equals(name, kit_ops[at].name)) return &kit_ops[at];
    return NULL;
}

const op *kit_answer(span message, text *out) {
    static const char *const names[] = {"op", "case", "profile", "input"};
    span request, given[4], name, unused;
    if (!kit_json_message(message, &request) || !kit_json_members(request, 4, 0, names, given))
        return put_error(out, "the message is no request");
    if (!kit_json_string(given[0], &name) || name.at == name.end || !kit_json_string(given[1], &unused) ||
        !kit_json_string(given[2], &unused))
        return put_error(out, "op, case and profile are strings");
    const op *one = find(name);
    if (!one) { /* TST-9, TST-10: the name goes back as it came */
        kit_put_string(out, "{\"unsupported\":");
        kit_put(out, given[0].at, (size_t)(given[0].end - given[0].at));
        kit_put_string(out, "}");
        return NULL;
    }
    kit_put_string(out, "{\"ok\":");
    kit_outcome what = *given[3].at == '{' ? one->run(given[3], out) : (kit_outcome){ERROR, "input is an object"};
    kit_put_string(out, "}");
    if (out->size > (size_t)MAX_PIECES * PIECE_BYTES) what = (kit_outcome){ERROR, "the reply would be too long"};
    if (what.kind == ERROR) return put_error(out, what.why);
    if (what.kind == OK) return one;
    out->size = 0;
    put_quoted(out, what.kind == REJECT ? "{\"reject\":{\"code\":" : "{\"unsupported\":", what.why); /* TST-13 */
    kit_put_string(out, what.kind == REJECT ? "}}" : "}");
    return NULL;
}

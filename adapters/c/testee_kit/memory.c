/* Texts that grow, and memory that lasts as long as a request; see json.h. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct block {
    struct block *before;
    max_align_t memory[];
} *blocks;

static void *sure(void *memory) {
    if (memory) return memory;
    fprintf(stderr, "out of memory\n");
    abort();
}

void *kit_room(size_t size) {
    struct block *block = sure(calloc(1, sizeof *block + size));
    block->before = blocks;
    blocks = block;
    return block->memory;
}

void kit_free_room(void) {
    while (blocks) {
        struct block *before = blocks->before;
        free(blocks);
        blocks = before;
    }
}

void kit_put(text *out, const char *bytes, size_t size) {
    if (out->room - out->size < size) {
        out->room = 2 * (out->size + size);
        out->at = sure(realloc(out->at, out->room));
    }
    if (size) memcpy(out->at + out->size, bytes, size);
    out->size += size;
}

void kit_put_string(text *out, const char *string) { kit_put(out, string, strlen(string)); }

void kit_put_hex(text *out, const uint8_t *data, size_t size) {
    static const char digits[] = "0123456789abcdef";
    for (size_t at = 0; at < size; at++) kit_put(out, (char[]){digits[data[at] >> 4], digits[data[at] & 15]}, 2);
}

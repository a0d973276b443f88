/* The sockets of a testee, and the session with a runner (specs/testee.md, sections 2 and 3). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"

enum { HEAD_BYTES = 12, KEPT_REPLIES = 64 };

typedef struct sockaddr_in address;

/* A message that is being received: one at a time. */
static struct {
    address from;
    uint32_t id;
    unsigned count, missing;
    size_t sizes[MAX_PIECES]; /* of each piece, and one more; 0 while it is missing */
    char pieces[MAX_PIECES][PIECE_BYTES];
} current;

static struct kept {
    bool used;
    uint32_t id;
    text reply;
} kept[KEPT_REPLIES]; /* TST-7: a ring */
static size_t oldest;

static address runner; /* TST-6: port 0 before there is one */
static int control;

static bool same(const address *one, const address *other) {
    return one->sin_port == other->sin_port && one->sin_addr.s_addr == other->sin_addr.s_addr;
}

/* How many pieces a reply has. */
static size_t pieces_of(const text *reply) {
    return (reply->size + PIECE_BYTES - 1) / PIECE_BYTES;
}

/* Send a head, and a piece behind it (TST-4). What is lost is asked for again. */
static void send_piece(const char *magic, uint32_t id, size_t index, size_t count, span piece, const address *to) {
    static unsigned char datagram[HEAD_BYTES + PIECE_BYTES];
    size_t size = (size_t)(piece.end - piece.at);
    memcpy(datagram, magic, 4);
    for (int byte = 0; byte < 4; byte++) datagram[4 + byte] = (unsigned char)(id >> 8 * byte);
    for (int byte = 0; byte < 2; byte++) {
        datagram[8 + byte] = (unsigned char)(index >> 8 * byte);
        datagram[10 + byte] = (unsigned char)(count >> 8 * byte);
    }
    if (size) memcpy(datagram + HEAD_BYTES, piece.at, size);
    if (sendto(control, datagram, HEAD_BYTES + size, 0, (const struct sockaddr *)to, sizeof *to) < 0)
        perror("a datagram was not sent");
}

/* Send one piece of a reply: the first unasked (TST-21), any other when the runner asks for it (TST-22). */
static void send_reply(uint32_t id, const text *reply, size_t index, const address *to) {
    size_t from = index * PIECE_BYTES, left = reply->size - from, size = left < PIECE_BYTES ? left : PIECE_BYTES;
    send_piece("RTP1", id, index, pieces_of(reply), (span){reply->at + from, reply->at + from + size}, to);
}

/* Ask the runner, once there is one, for the first piece that its message lacks (TST-23). */
static void ask_further(void) {
    size_t lacking = 0;
    while (current.sizes[lacking]) lacking++;
    if (runner.sin_port) send_piece("RTPA", current.id, lacking, current.count, (span){NULL, NULL}, &runner);
}

/* Answer the message that is complete; whether it was an answered stop. */
static bool perform(const address *from, uint32_t id) {
    text message = {0}, reply = {0};
    for (unsigned at = 0; at < current.count; at++) kit_put(&message, current.pieces[at], current.sizes[at] - 1);
    current.count = 0;
    const op *done = kit_answer((span){message.at, message.at + message.size}, &reply);
    bool known = runner.sin_port || done == &kit_op_hello;
    if (known) {
        struct kept *place = &kept[oldest++ % KEPT_REPLIES];
        runner = *from; /* TST-6 */
        free(place->reply.at);
        *place = (struct kept){true, id, reply};
        send_reply(id, &reply, 0, from);
    } else {
        free(reply.at);
    }
    free(message.at);
    kit_free_room();
    return known && done == &kit_op_stop; /* TST-3 */
}

/* A little-endian number of so many bytes. */
static uint32_t number(const unsigned char *at, int count) {
    uint32_t found = 0;
    while (count--) found = found << 8 | at[count];
    return found;
}

static const text *find_kept(uint32_t id) {
    for (size_t at = 0; at < KEPT_REPLIES; at++)
        if (kept[at].used && kept[at].id == id) return &kept[at].reply;
    return NULL;
}

/* Put a piece to the others of its message; whether it was the last of an answered stop. */
static bool join(span piece, uint32_t id, unsigned index, unsigned count, const address *from) {
    if (current.count != count || current.id != id || !same(&current.from, from)) {
        current.from = *from;
        current.id = id;
        current.count = current.missing = count;
        memset(current.sizes, 0, sizeof current.sizes);
    }
    if (!current.sizes[index]) current.missing--;
    current.sizes[index] = (size_t)(piece.end - piece.at) + 1;
    memcpy(current.pieces[index], piece.at, (size_t)(piece.end - piece.at));
    if (!current.missing) return perform(from, id);
    ask_further();
    return false;
}

/* Take a datagram in; whether it was the last of an answered stop. */
static bool take(const unsigned char *datagram, size_t size, const address *from) {
    if (runner.sin_port && !same(&runner, from)) return false; /* TST-6 */
    if (size < HEAD_BYTES || size > HEAD_BYTES + PIECE_BYTES) return false; /* TST-5 */
    uint32_t id = number(datagram + 4, 4), index = number(datagram + 8, 2), count = number(datagram + 10, 2);
    if (index >= count || count > MAX_PIECES) return false; /* TST-5 */
    const text *reply = find_kept(id);
    if (!memcmp(datagram, "RTPA", 4)) {
        if (size == HEAD_BYTES && reply && count == pieces_of(reply)) send_reply(id, reply, index, from); /* TST-22 */
        return false;
    }
    if (memcmp(datagram, "RTP1", 4) != 0) return false; /* TST-5 */
    if (reply) {
        if (index == count - 1) send_reply(id, reply, 0, from); /* TST-7 */
        return false;
    }
    return join((span){(const char *)datagram + HEAD_BYTES, (const char *)datagram + size}, id, index, count, from);
}

static void *exit_with_input(void *unused) {
    char ignored[4096];
    while (read(0, ignored, sizeof ignored) > 0) {
    }
    _exit(0); /* TST-2 */
    return unused;
}

/* Large buffers, as large as the system grants: some grant less, some refuse. */
static void enlarge_buffers(int fd) {
    static const int options[] = {SO_RCVBUF, SO_SNDBUF};
    for (int at = 0; at < 2; at++)
        for (int wish = 4 << 20; wish >= 1 << 20; wish /= 2)
            if (!setsockopt(fd, SOL_SOCKET, options[at], &wish, sizeof wish)) break;
}

static int bound(const char *transport, int *port) {
    bool listens = !strcmp(transport, "tcp");
    address at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, listens ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) || getsockname(fd, (struct sockaddr *)&at, &size) ||
        (listens && listen(fd, 128))) {
        perror("a socket of 127.0.0.1");
        exit(1);
    }
    enlarge_buffers(fd);
    *port = ntohs(at.sin_port);
    return fd;
}

/* The line of TST-1. */
static void print_ports(int control_port) {
    printf("{\"control\": %d, \"wires\": {", control_port);
    for (size_t at = 0; yours.transports && yours.transports[at]; at++) {
        int port, wire = bound(yours.transports[at], &port);
        if (yours.use_wire) yours.use_wire(yours.transports[at], wire);
        printf("%s\"%s\": %d", at ? ", " : "", yours.transports[at], port);
    }
    printf("}}\n");
    fflush(stdout);
}

int main(void) {
    static unsigned char datagram[65536];
    int control_port;
    pthread_t thread;
    control = bound("udp", &control_port);
    kit_token = getenv("RESONANT_TOKEN");
    if (!kit_token || !*kit_token) {
        fprintf(stderr, "RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand\n");
        return 2;
    }
    print_ports(control_port);
    if (pthread_create(&thread, NULL, exit_with_input, NULL)) return 1;
    for (;;) {
        address from = {0};
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(control, datagram, sizeof datagram, 0, (struct sockaddr *)&from, &size);
        if (length >= 0 && take(datagram, (size_t)length, &from)) break;
    }
    return 0;
}

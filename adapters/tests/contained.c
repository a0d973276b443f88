/* A testee for test_docker.py that tells what it can do inside its container. Its first argument says how it behaves. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD 12
#define HELLO "{\"ok\":{\"name\":\"contained\",\"version\":\"1\",\"language\":\"C\",\"spec\":\"1.0\",\"profiles\":[\"frame\"]}}"

static char datagram[65536], reply[65536];

static void *exit_with_input(void *unused) {
    char ignored[256];
    while (read(0, ignored, sizeof ignored) > 0) {
    }
    _exit(0);
    return unused;
}

static int bound(int *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) || getsockname(fd, (struct sockaddr *)&at, &size)) _exit(9);
    *port = ntohs(at.sin_port);
    return fd;
}

static void status_of(const char *name, char *value, size_t size) {
    char line[512];
    FILE *file = fopen("/proc/self/status", "r");
    value[0] = 0;
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name))) snprintf(value, size, "%s", strtok(line + strlen(name), ":\t\n "));
    if (file) fclose(file);
}

static int can_write(const char *path) {
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

static int processes_allowed(void) { /* how many more fit, 1000 at most; they end with their parent's pipe */
    int pipes[2], count = 0;
    char byte;
    if (pipe(pipes)) _exit(9);
    for (pid_t child; count < 1000 && (child = fork()) >= 0; count++)
        if (!child) {
            close(pipes[1]);
            _exit((int)read(pipes[0], &byte, 1));
        }
    close(pipes[0]);
    close(pipes[1]);
    return count;
}

static void tell(char *out, size_t size) {
    char rights[64], fixed[64];
    struct if_nameindex *names = if_nameindex();
    int interfaces = 0;
    while (names && names[interfaces].if_index) interfaces++;
    status_of("CapBnd", rights, sizeof rights);
    status_of("NoNewPrivs", fixed, sizeof fixed);
    snprintf(out, size,
             "{\"ok\":{\"uid\":%d,\"rights\":\"%s\",\"no_new\":\"%s\",\"interfaces\":%d,\"writes_root\":%d,\"writes_tmp\":%d,"
             "\"processes\":%d}}",
             (int)getuid(), rights, fixed, interfaces, can_write("/file"), can_write("/tmp/file"), processes_allowed());
}

static void answer(char *out, size_t size) {
    if (strstr(datagram + HEAD, "\"hello\"")) snprintf(out, size, HELLO);
    else if (strstr(datagram + HEAD, "\"tell\"")) tell(out, size);
    else if (strstr(datagram + HEAD, "\"die\"")) abort();
    else if (strstr(datagram + HEAD, "\"eat\""))
        for (char *more; (more = malloc(1 << 20));) memset(more, 1, 1 << 20);
    else snprintf(out, size, "{\"ok\":{}}");
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "";
    int control_port, wire_port, control = bound(&control_port), wire = bound(&wire_port);
    pthread_t thread;
    signal(SIGCHLD, SIG_IGN);
    fprintf(stderr, "last words\n");
    if (!strcmp(mode, "dies")) return 3;
    if (!strcmp(mode, "silent")) pause();
    if (!strcmp(mode, "stubborn")) signal(SIGTERM, SIG_IGN);
    else if (pthread_create(&thread, NULL, exit_with_input, NULL)) return 9;
    printf("{\"control\": %d, \"wires\": {\"udp\": %d}}\n", control_port, wire_port);
    fflush(stdout);
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(control, datagram, sizeof datagram - 1, 0, (struct sockaddr *)&from, &size);
        if (length < HEAD) continue;
        datagram[length] = 0;
        memcpy(reply, datagram, HEAD);
        reply[8] = reply[9] = reply[11] = 0, reply[10] = 1;
        answer(reply + HEAD, sizeof reply - HEAD);
        if (strstr(datagram + HEAD, "\"echo\"")) { /* what waits on the wire goes back to where it came from */
            struct sockaddr_in peer;
            socklen_t peer_size = sizeof peer;
            ssize_t got = recvfrom(wire, datagram, sizeof datagram, MSG_DONTWAIT, (struct sockaddr *)&peer, &peer_size);
            if (got >= 0) sendto(wire, datagram, (size_t)got, 0, (struct sockaddr *)&peer, peer_size);
        }
        sendto(control, reply, HEAD + strlen(reply + HEAD), 0, (struct sockaddr *)&from, size);
        if (strstr(datagram + HEAD, "\"stop\"")) return 0;
    }
}

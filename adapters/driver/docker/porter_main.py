"""Makes UDP sockets in the network it runs in and hands them to whoever waits at a socket file; see porter.py."""

import socket
import sys


def main() -> None:
    """Hand out a socket for each byte that comes, which is its family."""
    with socket.socket(socket.AF_UNIX) as runner:
        runner.connect(sys.argv[1])
        while family := runner.recv(1):
            with socket.socket(family[0], socket.SOCK_DGRAM) as made:
                socket.send_fds(runner, [b"."], [made.fileno()])


if __name__ == "__main__":
    main()

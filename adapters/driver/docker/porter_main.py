"""Makes sockets in the network it runs in and hands them to whoever waits at a socket file; see porter.py."""

import socket
import sys


def main() -> None:
    """Hand out a socket for every two bytes that come, which are its family and its kind."""
    with socket.socket(socket.AF_UNIX) as runner:
        runner.connect(sys.argv[1])
        while len(wanted := runner.recv(2, socket.MSG_WAITALL)) == 2:
            with socket.socket(*wanted) as made:
                socket.send_fds(runner, [b"."], [made.fileno()])


if __name__ == "__main__":
    main()

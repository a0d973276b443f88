"""How a testee comes to run: a process of the driver's own, one that somebody else started, and the line of ports."""

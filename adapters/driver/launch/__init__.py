"""Starting a testee, or attaching to one that somebody else started; and the line of ports."""

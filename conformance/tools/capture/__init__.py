"""Dialogues as captures: what went over the wire, as pcapng files for Wireshark and its like."""

"""Captures, read back: the conversations in a pcapng or pcap file, as text, JSON or a page.

Files and packets are read by code of our own. Of the libraries that could, dpkt and python-pcapng stand still, and
Scapy, which writes our captures, is for developers alone: GPL-2.0, a second to start, no word on a damaged block, no
bounds on what it puts together. Most of the work, fragments and TCP within bounds, would be ours all the same.
"""

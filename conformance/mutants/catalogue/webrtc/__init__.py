"""Faults in channels of WebRTC, and in the messages on them."""

"""The profile webrtc: frames as messages on data channels, and channels that end (specs/webrtc.md)."""

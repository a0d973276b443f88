"""What everything in the suite speaks of: cases, verdicts, profiles, differences. No socket, no pytest."""

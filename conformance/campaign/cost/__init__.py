"""The cost of requests: time as inputs grow, and memory for what is only announced."""

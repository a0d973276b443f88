"""What requests cost: time as inputs grow, and memory for what is only announced."""

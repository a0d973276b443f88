"""What turns a run into a gate: plans, known failures, and files that are whole or not there."""

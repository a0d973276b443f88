"""The parts that turn a run into a gate: plans, known failures, and files that are whole or absent."""

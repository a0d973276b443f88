"""Reed-Solomon codes over bytes: specs/reed-solomon.md."""

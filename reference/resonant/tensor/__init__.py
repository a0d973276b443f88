"""Tensors and their three compact forms."""

"""Activations of a real model: every quantizer, the sparse form and the choice among them."""

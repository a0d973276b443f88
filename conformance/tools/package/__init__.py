"""How the suite is packaged."""

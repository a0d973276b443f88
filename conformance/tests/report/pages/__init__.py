"""Tests of pages in a browser, a package of their own so that the browser is theirs alone."""

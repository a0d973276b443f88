"""The pages of the site, a module for each part of its navigation."""

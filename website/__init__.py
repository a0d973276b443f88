"""The site: specification, matrix, vectors and downloads as static pages that ask nothing of a network."""

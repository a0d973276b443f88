"""What came, as a peer sees it before it acts."""

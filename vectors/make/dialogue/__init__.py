"""What dialogues are made of."""

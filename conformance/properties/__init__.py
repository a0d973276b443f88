"""Laws that hold for every input, judged on generated ones."""

"""The judgement of one case: plain functions of a testee and a case."""

"""The pieces of work, each beside the base that does the same."""

"""The work desk, which is the first page of the back office: what waits, each number with the list that proves it."""

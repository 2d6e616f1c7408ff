"""Journeys in a real browser; they run where a Chromium is found."""

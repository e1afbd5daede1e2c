"""Findings become something people read: one JSON document, and from it every other form; returns text only."""

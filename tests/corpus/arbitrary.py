"""Texts nobody would write, for properties that hold for every text."""

import string

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

PLAIN_SHAPES = ["", "- item", "  • item", "1. May I?", "Step 1: Wash", "a | b", "a\tb", "Who May Peel", "Lead:", "FAQs"]
MARKED_SHAPES = ["# Head", "| --- |", "> quote", "```", "    code", "---", "===", "<b>", "<!-- x -->", "[a]: b"]
ODD_SHAPES = ["Q: why?", "word " * 300, "\u2028", "\x85", "\x1c", "{{ x }}"]
LINES = st.one_of(
    st.text(max_size=80),
    st.text(string.printable, max_size=80),
    st.sampled_from(PLAIN_SHAPES + MARKED_SHAPES + ODD_SHAPES),
)
TEXTS = st.lists(LINES, max_size=25).map("\n".join)
PROPERTY = settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

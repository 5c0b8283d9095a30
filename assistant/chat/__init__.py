"""Answers written by a chat model, where an operator configures one. Nothing outside this package needs it."""

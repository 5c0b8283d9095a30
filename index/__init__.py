"""Passages to hits. Knows nothing of chat. Import from its modules: most need little, and a reader needs no torch."""

"""The assistant in a terminal: one question, a conversation, or a file of questions. Decides nothing about answers."""

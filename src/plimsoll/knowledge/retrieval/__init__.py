"""From a question to passages, highlights, answerability and verified citations."""

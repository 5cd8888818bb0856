"""Office files: Word, PowerPoint and Excel, read part by part. Only the parser process imports it."""

"""What a user's own labels say of a corpus's constants. Pure; `project` brings the labels and shows what was found."""

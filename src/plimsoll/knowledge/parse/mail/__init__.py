"""Mail: the message formats `.eml` and Outlook's `.msg`, read into one form. Only the parser process imports it."""

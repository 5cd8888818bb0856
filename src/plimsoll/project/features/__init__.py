"""Features as operators see them: live requests against the line, traffic, what others send under names of theirs."""

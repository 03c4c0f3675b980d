"""Projects looked at one by one, quotations beside findings, and lists at the end of a report."""

"""Reading OpenDocument texts and spreadsheets."""

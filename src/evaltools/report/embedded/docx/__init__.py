"""The Word document."""

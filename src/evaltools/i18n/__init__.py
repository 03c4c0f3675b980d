"""Words, numbers and their forms in the languages of reports."""

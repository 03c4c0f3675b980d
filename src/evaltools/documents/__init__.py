"""Documents as received, read into normalised text: nothing of the study is known here."""

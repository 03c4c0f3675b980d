"""Evidence from outside, put into the study: reports as received and codings of other tools."""

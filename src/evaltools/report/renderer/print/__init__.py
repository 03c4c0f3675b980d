"""The printed formats: shapes and checks that PDF and Word share, and the PDF."""

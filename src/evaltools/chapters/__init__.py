"""The figures and tables of the standard chapters, a module a chapter: evidence in, picture out."""

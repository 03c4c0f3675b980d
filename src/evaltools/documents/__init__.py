"""Documents as received, read into normalised text: nothing of the study is known here."""

from evaltools.documents.isolation import read_document, read_documents
from evaltools.documents.language import detect
from evaltools.documents.limits import LIMITS, Limits
from evaltools.documents.model import Coverage, DocumentText, Field, Heading, Kind, LeftOut
from evaltools.documents.text_normalisation import normalise

__all__ = [
    "LIMITS",
    "Coverage",
    "DocumentText",
    "Field",
    "Heading",
    "Kind",
    "LeftOut",
    "Limits",
    "detect",
    "normalise",
    "read_document",
    "read_documents",
]

"""Disclosure control: what of ratings, savings, quotes and candid words may be published."""

from evaltools.findings.disclosure.checking import audit_published, check_indicators
from evaltools.findings.disclosure.persons import Found, Known, find_persons, redact
from evaltools.findings.disclosure.published import published_tables
from evaltools.findings.disclosure.quotes import (
    Redaction,
    check_redactions,
    public_quote,
    redactions_of,
)
from evaltools.findings.disclosure.recoverability import PublicTable
from evaltools.findings.disclosure.releases import (
    Release,
    differencing,
    read_release,
    write_release,
)
from evaltools.findings.disclosure.scan import Secret, Sought, scan_outputs, secrets_of
from evaltools.indicators.disclosure.rules import Rules

__all__ = [
    "Found",
    "Known",
    "PublicTable",
    "Redaction",
    "Release",
    "Rules",
    "Secret",
    "Sought",
    "audit_published",
    "check_indicators",
    "check_redactions",
    "differencing",
    "find_persons",
    "public_quote",
    "published_tables",
    "read_release",
    "redact",
    "redactions_of",
    "scan_outputs",
    "secrets_of",
    "write_release",
]

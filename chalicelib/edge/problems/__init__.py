"""Errors as problem documents (RFC 9457): one table, the document and its response."""

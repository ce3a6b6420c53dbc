"""Passwords in the URLs of databases, wherever they stand in a text."""

import re

ASK = "***"  # as SQLAlchemy masks a password
NAMES = r"[^=&;\s]*(?:pass(?!file)|pwd|secret|token)[^=&;\s]*|(?:api_?|hex|text)?key"  # of what a query may carry
VALUE = r"(?:(?!%3B)[^&;\s\"'])*"
# a user may have an @, as in me@server:password@server; ODBC's settings are a query in a query, = and ; being encoded
TYPED = rf"(?i)://[^/\s:]*:([^@\s]*)@|(?:[?&;]|%3B)(?:{NAMES})(?:=|%3D)[\"']?({VALUE})"


def hidden(text: str) -> str:
    """The text with *** for every password in it.

    >>> hidden("storage=postgresql://me:word@host/db?sslpassword=word&port=1")
    'storage=postgresql://me:***@host/db?sslpassword=***&port=1'
    """
    return re.sub(TYPED, _mask, text)


def carries(text: str) -> bool:
    """Whether a password stands there, and not the stars that ask for one."""
    return any((found[1] or found[2] or ASK) != ASK for found in re.finditer(TYPED, re.sub(r"\s", "_", text)))


def _mask(found: re.Match[str]) -> str:
    group = 1 if found[1] else 2
    said, start = found[group] or "", found.start(group) - found.start()
    return found[0][:start] + ASK + found[0][start + len(said) :] if said else found[0]

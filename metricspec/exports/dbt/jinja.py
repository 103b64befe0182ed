"""Text inside files that dbt renders with Jinja."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_OPENS = re.compile(r"\{[{%#]")


def escaped(text: str) -> str:
    """Text that Jinja renders to itself."""
    return _OPENS.sub(lambda found: "{{ '" + found[0] + "' }}", text)


def ref(model: str) -> str:
    return f"{{{{ ref('{model}') }}}}"


def source(name: str, table: str) -> str:
    return f"{{{{ source('{name}', '{table}') }}}}"


def escaped_values(value: Any) -> Any:
    """A tree of YAML with every text escaped, keys too."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, Mapping):
        return {escaped(str(key)): escaped_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [escaped_values(one) for one in value]
    return value

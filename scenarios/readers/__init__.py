"""Readers: published project data as pmosim scenarios, outside the package.

Each module turns one kind of file into the mapping that ``pmosim.parse_scenario`` takes, and runs
as a command (``python -m scenarios.readers.psplib FILE``) that writes it as YAML. The data are
not part of this repository; ``README.md`` says where they come from and what each field becomes.
"""

from __future__ import annotations

from typing import Any

import yaml


class _PlainDumper(yaml.SafeDumper):
    """Write every value out: anchors and aliases are errors in a scenario file."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: nothing is written as an alias."""
        return True


def to_yaml(document: dict[str, Any]) -> str:
    """Return a scenario document as YAML text, keys in the order given."""
    return yaml.dump(document, Dumper=_PlainDumper, sort_keys=False, width=100, allow_unicode=True)

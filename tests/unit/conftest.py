"""For the unit tests: jsonschema builds forty grammars of internationalised addresses when it is imported, which takes
seconds in each process. No schema here has such a format; without that library jsonschema leaves them unchecked."""

from __future__ import annotations

import sys
from typing import Any

without: dict[str, Any] = sys.modules
without.setdefault("rfc3987_syntax", None)

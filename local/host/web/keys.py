"""Function keys: who may call which HTTP function.

Three kinds, as in Azure: the master key opens everything, a host key every function of level "function", a
function's own key that function alone. Source:
https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.host.bindings import AuthLevel
from local.host.errors import UsageError

HEADER = "x-functions-key"
QUERY_PARAMETER = "code"


class _KeysFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    master_key: str | None = Field(default=None, alias="masterKey", min_length=1)
    function_keys: dict[str, str] = Field(default_factory=dict, alias="functionKeys")
    functions: dict[str, dict[str, str]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one app; never shown. `functions` maps a function's name, folded, to its own keys."""

    master: str | None = field(default=None, repr=False)
    host: tuple[str, ...] = field(default=(), repr=False)
    functions: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def admits(self, level: AuthLevel, function_name: str, key: str | None) -> bool:
        """Whether a request with this key may call a function of this level. No key configured: nobody may."""
        if level is AuthLevel.ANONYMOUS:
            return True
        if not key:
            return False
        accepted = [self.master] if self.master else []
        if level is AuthLevel.FUNCTION:
            accepted += [*self.host, *self.functions.get(function_name.casefold(), ())]
        return _any_equal(key, accepted)

    def is_master(self, key: str | None) -> bool:
        """Whether a request with this key may use the host's admin addresses."""
        return bool(key and self.master) and _any_equal(key or "", [self.master or ""])


def _any_equal(key: str, accepted: Iterable[str]) -> bool:
    # Every comparison is made, each in constant time, so that an answer's delay tells nothing about a key.
    results = [hmac.compare_digest(key.encode(), candidate.encode()) for candidate in accepted]
    return any(results)


def load_keys(path: Path) -> Keys:
    """Reads a keys file; raises UsageError that names field and rule but never a key.

    {"masterKey": "…", "functionKeys": {"default": "…"}, "functions": {"<FunctionName>": {"default": "…"}}}
    """
    try:
        content = _KeysFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"keys file {path} cannot be read: {error.strerror or error}") from None
    except ValidationError as error:
        details = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'content'}: {item['msg']}" for item in error.errors())
        raise UsageError(f"keys file {path}: {details}") from None
    return Keys(
        content.master_key,
        tuple(content.function_keys.values()),
        {name.casefold(): tuple(keys.values()) for name, keys in content.functions.items()},
    )

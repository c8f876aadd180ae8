"""Write the shape of today."""

from tests.data.record_format import FILE, shape

FILE.write_text("".join(f"{name}\n" for name in shape()), encoding="utf-8")

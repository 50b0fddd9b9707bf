"""Pipelines of classical steps for documents, from the scan to the cleaned mask."""

from __future__ import annotations

from typing import Any

PIPELINES: dict[str, Any] = {}

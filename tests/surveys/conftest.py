"""Engines that a survey scale runs on."""

from tests.growth.conftest import engine, server  # noqa: F401  # the fixtures
